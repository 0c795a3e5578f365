//! The client's platform on native targets: tokio's timers and tasks, TCP, TLS, and tungstenite's frames.

pub(super) mod clock;
pub(super) mod handshake;
mod socket;
mod tls;
pub(super) mod url;

pub(super) use socket::NativeSocket as PlatformSocket;

/// Whether the platform sends headers with the handshake.
pub(super) const HAS_HEADERS: bool = true;
