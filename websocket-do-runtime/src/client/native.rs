//! The client's platform on native targets: tokio's timers and tasks, TCP, TLS, and tungstenite's frames.

pub(super) mod clock;
pub(super) mod handshake;
mod socket;
mod tls;
pub(super) mod url;

pub(super) use socket::NativeSocket as PlatformSocket;

/// Whether the platform sends headers with the handshake.
pub(super) const HAS_HEADERS: bool = true;

/// `Send` on native targets, where tasks move between threads; implemented by every type on wasm32.
pub trait MaybeSend: Send {}
impl<T: Send> MaybeSend for T {}

/// `Sync` on native targets; implemented by every type on wasm32.
pub trait MaybeSync: Sync {}
impl<T: Sync> MaybeSync for T {}

/// Converts a value that is [`MaybeSend`] and [`MaybeSync`] into one that is `Send` and `Sync`: on native targets the value itself.
pub(super) fn make_send<T>(value: T) -> T {
    value
}
