//! What a client has of a native target: tokio's time and tasks, TCP, TLS, and tungstenite's frames.

pub(super) mod clock;
pub(super) mod handshake;
mod socket;
mod stream;
mod tls;
pub(super) mod url;

pub(super) use socket::Tcp as Wire;

/// Whether a request for a session can have headers.
pub(super) const HAS_HEADERS: bool = true;

/// What a task holds may have to move to another thread: `Send` here, and nothing on wasm32, where there are none.
pub trait MaybeSend: Send {}
impl<T: Send> MaybeSend for T {}

/// As [`MaybeSend`], for what threads share: `Sync` here, and nothing on wasm32.
pub trait MaybeSync: Sync {}
impl<T: Sync> MaybeSync for T {}

/// Makes what is [`MaybeSend`] and [`MaybeSync`] `Send` and `Sync`, which it is here.
pub(super) fn local<T>(value: T) -> T {
    value
}
