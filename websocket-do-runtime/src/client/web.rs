//! The client's platform on wasm32: the event loop and the `WebSocket` of a browser or a Worker.

pub(super) mod clock;
mod listener;
mod network;
mod socket;
pub(super) mod url;

use send_wrapper::SendWrapper;

pub(super) use socket::WebSocket as PlatformSocket;

/// Whether the platform sends headers with the handshake.
pub(super) const HAS_HEADERS: bool = false;

/// `Send` on native targets, where tasks move between threads; implemented by every type on wasm32.
pub trait MaybeSend {}
impl<T> MaybeSend for T {}

/// `Sync` on native targets; implemented by every type on wasm32.
pub trait MaybeSync {}
impl<T> MaybeSync for T {}

/// Converts a value that is [`MaybeSend`] and [`MaybeSync`] into one that is `Send` and `Sync`, which panics when it is used on
/// another thread.
pub(super) fn make_send<T>(value: T) -> SendWrapper<T> {
    SendWrapper::new(value)
}
