//! The limits of a server, and the methods that set them.

use std::time::Duration;

use super::Server;

/// Limits of time and memory.
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

/// Limits for slow peers and for handlers that do not return.
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
    /// Sets the maximum outgoing backlog of a session, in bytes: frames that the room has sent and the client has not read, in
    /// addition to the system's buffers. The default is 4 MiB.
    ///
    /// A session that exceeds it is closed with 1013; its backlog is dropped and its connection is cut 2 s later. The frame that
    /// is being written does not count, and one frame of any size fits behind it. Each frame counts with 64 bytes more than its
    /// payload, for each of its receivers. Sending never waits for a client.
    #[must_use]
    pub fn max_backlog(mut self, bytes: usize) -> Self {
        self.settings.max_backlog = bytes;
        self
    }

    /// Sets after how long without a byte from the client a WebSocket connection is sent a ping. After three times as long, it is
    /// cut. The default is 30 s.
    ///
    /// WebSocket clients answer pings automatically.
    #[must_use]
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.settings.ping_interval = interval.max(Duration::from_millis(1));
        self
    }

    /// Sets the time limit for the head of a request, for its body, and for a client that does not read a response. The default is
    /// 30 s.
    ///
    /// A body that takes longer is answered with 408. In each case the connection is closed.
    #[must_use]
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.settings.request_timeout = limit;
        self
    }

    /// Sets how long an idle connection is kept open between two requests, including the head of the second. The default is 75 s.
    #[must_use]
    pub fn keep_alive_timeout(mut self, limit: Duration) -> Self {
        self.settings.keep_alive_timeout = limit;
        self
    }

    /// Sets how long a handler may run without awaiting before its thread counts as stalled. The default is 5 s.
    ///
    /// A stalled thread gets no new rooms, requests to its rooms are answered with 503, and the log names the room and the
    /// handler. Handlers that await do not stall their thread, no matter how long they take.
    #[must_use]
    pub fn stall_timeout(mut self, limit: Duration) -> Self {
        self.settings.stall_timeout = limit;
        self
    }

    /// Sets the time limit for stopping the server. The default is 10 s.
    ///
    /// Clients are sent the close code 1001 and have up to 2 s of it to answer. Requests in progress are answered.
    #[must_use]
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.settings.shutdown_timeout = limit;
        self
    }
}
