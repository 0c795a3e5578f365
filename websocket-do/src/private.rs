//! What generated code calls. It is not part of the public API, and changes with any release.

#[cfg(feature = "client")]
pub use websocket_do_runtime::client;
#[cfg(feature = "server")]
pub use websocket_do_runtime::{
    Accept, Close, Closed, Error, HasState, HttpError, IntoOutcome, IntoResponse, MAX_MESSAGE_LIMIT, PreviousSession,
    Request, Response, Result, Room, Session, StateType, Timer, Upgrade, WebSocketDo,
    server::{
        call, dispatch,
        http::{self, FromRequest, path_parameter},
        stub, timer,
    },
};
pub use websocket_do_runtime::{codec, protocol, serde};

/// What the exported Durable Object class calls.
#[cfg(all(feature = "server", target_arch = "wasm32"))]
pub mod worker {
    pub use websocket_do_runtime::host::worker::{DurableObject, Outcome, export::*, fetch, register};
}

/// Expands to its input if the feature `client` is enabled.
#[cfg(feature = "client")]
#[macro_export]
#[doc(hidden)]
macro_rules! __if_client {
    ($($item:tt)*) => { $($item)* };
}

/// Expands to nothing, as the feature `client` is disabled.
#[cfg(not(feature = "client"))]
#[macro_export]
#[doc(hidden)]
macro_rules! __if_client {
    ($($item:tt)*) => {};
}

pub use crate::__if_client as if_client;
