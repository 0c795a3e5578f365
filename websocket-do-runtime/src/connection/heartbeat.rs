//! The heartbeat: two exact text frames, in every session whatever its format. The host answers, and no handler hears of it.

/// Asks the server whether it is there.
pub(crate) const PING: &str = "wsdo:ping";

/// The answer.
pub(crate) const PONG: &str = "wsdo:pong";
