//! Typed WebSocket rooms on Cloudflare Durable Objects.

pub use websocket_do_macros::WsProtocol;
pub use websocket_do_runtime::{codec::{Format, Frame}, protocol::{self, ClientMessage, Message, Rejection, RejectionCode, ServerMessage, Value}};

/// What generated code calls: no part of the public API, and free to change with every release.
#[doc(hidden)]
pub mod __private {
    pub use websocket_do_runtime::{codec, protocol};
    pub use websocket_do_runtime::serde;
}
