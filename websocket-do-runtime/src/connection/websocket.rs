//! WebSocket connections (RFC 6455) with tungstenite, for the local server and the native client: the configuration, and the
//! adapter to tokio's streams.

use std::{
    io::{self, ErrorKind::WouldBlock, Read, Write},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};
use tungstenite::{Error, protocol::WebSocketConfig};

/// The size of the read buffer, in bytes. It grows for a larger message.
const READ_BUFFER: usize = 16 * 1024;

/// Returns the configuration of a socket that receives messages of at most `max_message` bytes and writes each frame at once.
pub(crate) fn config(max_message: usize) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(Some(max_message))
        .max_frame_size(Some(max_message))
}

/// Returns [`None`] for an operation that would block.
pub(crate) fn blocked<T>(result: Result<T, Error>) -> Option<Result<T, Error>> {
    match result {
        Err(Error::Io(error)) if error.kind() == WouldBlock => None,
        result => Some(result),
    }
}

/// Returns the close code for a peer that has violated the protocol, and [`None`] for any other error.
pub(crate) fn violation(error: &Error) -> Option<u16> {
    match error {
        Error::Protocol(_) => Some(1002),
        Error::Utf8(_) => Some(1007),
        Error::Capacity(_) => Some(1009),
        _ => None,
    }
}

/// An adapter from tokio's asynchronous streams to [`Read`] and [`Write`]. It records the peer's last activity.
///
/// A read or write that would wait returns [`WouldBlock`]. The task of [`set_waker`](Self::set_waker) is woken when it can continue.
pub(crate) struct Stream<S> {
    inner: S,
    waker: Waker,
    /// When bytes were last received, or accepted by the peer after a blocked write.
    last_activity: Instant,
    /// Whether the last write was blocked.
    is_blocked: bool,
}

impl<S> Stream<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, waker: Waker::noop().clone(), last_activity: Instant::now(), is_blocked: false }
    }

    /// Returns the time of the peer's last activity.
    pub(crate) fn last_activity(&self) -> Instant {
        self.last_activity
    }

    /// Sets the task to wake.
    pub(crate) fn set_waker(&mut self, context: &Context<'_>) {
        self.waker.clone_from(context.waker());
    }

    #[cfg(feature = "server")]
    pub(crate) fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: AsyncRead + Unpin> Read for Stream<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        match Pin::new(&mut self.inner).poll_read(&mut Context::from_waker(&self.waker), &mut buffer) {
            Poll::Ready(result) => result?,
            Poll::Pending => return Err(WouldBlock.into()),
        }
        let count = buffer.filled().len();
        if count > 0 {
            self.last_activity = Instant::now();
        }
        Ok(count)
    }
}

impl<S: AsyncWrite + Unpin> Write for Stream<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = Pin::new(&mut self.inner).poll_write(&mut Context::from_waker(&self.waker), bytes);
        if self.is_blocked && matches!(result, Poll::Ready(Ok(1..))) {
            self.last_activity = Instant::now();
        }
        self.is_blocked = result.is_pending();
        or_would_block(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        or_would_block(Pin::new(&mut self.inner).poll_flush(&mut Context::from_waker(&self.waker)))
    }
}

fn or_would_block<T>(result: Poll<io::Result<T>>) -> io::Result<T> {
    match result {
        Poll::Ready(result) => result,
        Poll::Pending => Err(WouldBlock.into()),
    }
}
