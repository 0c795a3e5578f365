//! The limits of a server.

use std::time::Duration;

use super::Server;

/// Bounds in time and memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) max_backlog: usize,
    pub(super) ping_interval: Duration,
    pub(super) request_timeout: Duration,
    pub(super) keep_alive_timeout: Duration,
    pub(super) stall_timeout: Duration,
    pub(super) shutdown_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_backlog: 4 << 20,
            ping_interval: Duration::from_secs(30),
            request_timeout: Duration::from_secs(30),
            keep_alive_timeout: Duration::from_secs(75),
            stall_timeout: Duration::from_secs(5),
            shutdown_timeout: Duration::from_secs(10),
        }
    }
}

/// Limits of what a peer, or a handler that never returns, can take.
///
/// ```
/// # use std::time::Duration;
/// # use websocket_do_runtime::{App, host::local::Server};
/// let server = Server::new(App::new())
///     .max_backlog(1 << 20)
///     .ping_interval(Duration::from_secs(20))
///     .request_timeout(Duration::from_secs(10))
///     .keep_alive_timeout(Duration::from_secs(60))
///     .stall_timeout(Duration::from_secs(3))
///     .shutdown_timeout(Duration::from_secs(30));
/// ```
impl Server {
    /// Sets the outgoing backlog of a session, in bytes: what its room has sent and its client has not read, beside what the
    /// system buffers. The default is 4 MiB.
    ///
    /// A session that exceeds it is closed with 1013 and its connection cut 2 s later; its backlog is dropped. The frame that
    /// is being written does not count, and one frame of any size fits behind it. A frame counts for each of its
    /// receivers, with 64 bytes more than its payload. Sending never waits for a client.
    #[must_use]
    pub fn max_backlog(mut self, bytes: usize) -> Self {
        self.settings.max_backlog = bytes;
        self
    }

    /// Sets how long the client of a WebSocket may be silent before it is sent a ping. A connection whose client is silent for
    /// three times this long is cut. The default is 30 s.
    ///
    /// Every WebSocket client answers pings by itself.
    #[must_use]
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.settings.ping_interval = interval.max(Duration::from_millis(1));
        self
    }

    /// Sets the time that a client has for the head of a request, and again for its body, and the time that it may leave
    /// an answer unread. The default is 30 s.
    ///
    /// A body that takes longer is answered with 408; the connection is closed in each case.
    #[must_use]
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.settings.request_timeout = limit;
        self
    }

    /// Sets the time between two requests of one connection, the head of the second included, after which the connection is
    /// closed. The default is 75 s.
    #[must_use]
    pub fn keep_alive_timeout(mut self, limit: Duration) -> Self {
        self.settings.keep_alive_timeout = limit;
        self
    }

    /// Sets how long a handler may run without awaiting before its thread counts as stalled. The default is 5 s.
    ///
    /// A stalled thread gets no new rooms, requests to its rooms are answered with 503, and the log names the room and what it
    /// is doing. Handlers that await do not stall their thread, however long they take.
    #[must_use]
    pub fn stall_timeout(mut self, limit: Duration) -> Self {
        self.settings.stall_timeout = limit;
        self
    }

    /// Sets the time that the server takes to stop at most. The default is 10 s.
    ///
    /// Clients are sent the close code 1001 and have up to 2 s of it to answer; requests that were begun are answered.
    #[must_use]
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.settings.shutdown_timeout = limit;
        self
    }
}
