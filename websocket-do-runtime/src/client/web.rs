//! The client's platform on wasm32: the event loop and the `WebSocket` of a browser or a Worker.

pub(super) mod clock;
mod listener;
mod network;
mod socket;
pub(super) mod url;

pub(super) use socket::WebSocket as PlatformSocket;

/// Whether the platform sends headers with the handshake.
pub(super) const HAS_HEADERS: bool = false;
