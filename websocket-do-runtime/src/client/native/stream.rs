//! An adapter from tokio's byte streams to the blocking ones of tungstenite, which records the peer's last activity.

use std::{
    io::{self, Read, Write},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::clock::Instant;

/// Reads and writes that would wait return [`WouldBlock`](io::ErrorKind::WouldBlock), and wake the task set last once they can
/// continue.
pub(super) struct Stream<S> {
    inner: S,
    waker: Waker,
    /// When bytes were last received, or accepted by the peer after a blocked write.
    last_activity: Instant,
    /// Whether the last write was blocked.
    is_blocked: bool,
}

impl<S> Stream<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, waker: Waker::noop().clone(), last_activity: Instant::now(), is_blocked: false }
    }

    pub(super) fn last_activity(&self) -> Instant {
        self.last_activity
    }

    /// Sets the task to wake.
    pub(super) fn set_waker(&mut self, context: &Context<'_>) {
        self.waker.clone_from(context.waker());
    }
}

impl<S: AsyncRead + Unpin> Read for Stream<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        match Pin::new(&mut self.inner).poll_read(&mut Context::from_waker(&self.waker), &mut buffer) {
            Poll::Ready(result) => result?,
            Poll::Pending => return Err(io::ErrorKind::WouldBlock.into()),
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
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}
