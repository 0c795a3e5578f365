//! What a client has of a JavaScript platform, which is a browser or a Worker: its event loop and its WebSocket.

pub(super) mod clock;
mod listener;
mod network;
mod socket;
pub(super) mod url;

use send_wrapper::SendWrapper;

pub(super) use socket::Web as Wire;

/// Whether a request for a session can have headers.
pub(super) const HAS_HEADERS: bool = false;

/// What a task holds may have to move to another thread: `Send` on native targets, and nothing here, where there are none.
pub trait MaybeSend {}
impl<T> MaybeSend for T {}

/// As [`MaybeSend`], for what threads share: `Sync` on native targets, and nothing here.
pub trait MaybeSync {}
impl<T> MaybeSync for T {}

/// Makes what is [`MaybeSend`] and [`MaybeSync`] `Send` and `Sync`: it is never touched by another thread than this.
pub(super) fn local<T>(value: T) -> SendWrapper<T> {
    SendWrapper::new(value)
}
