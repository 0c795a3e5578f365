//! The heartbeat: two text frames, the same in every format. The host answers a ping, and no handler receives it.

/// The client's ping.
pub(crate) const PING: &str = "wsdo:ping";

/// The server's answer to a [`PING`].
pub(crate) const PONG: &str = "wsdo:pong";
