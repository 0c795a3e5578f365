//! An asynchronous byte stream as tungstenite wants it, which remembers the last sign of life of the peer.

use std::{
    io::{self, Read, Write},
    pin::Pin,
    task::{Context, Poll, Waker},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::clock::Instant;

/// Reads and writes that cannot go on are [`WouldBlock`](io::ErrorKind::WouldBlock), and wake the task that polled last once
/// they can.
pub(super) struct Stream<S> {
    inner: S,
    waker: Waker,
    /// When bytes came in, or blocked bytes could go out, for the last time.
    heard: Instant,
    /// The peer takes nothing for now.
    is_blocked: bool,
}

impl<S> Stream<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, waker: Waker::noop().clone(), heard: Instant::now(), is_blocked: false }
    }

    pub(super) fn heard(&self) -> Instant {
        self.heard
    }

    /// Sets the task to wake.
    pub(super) fn wake(&mut self, context: &Context<'_>) {
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
            self.heard = Instant::now();
        }
        Ok(count)
    }
}

impl<S: AsyncWrite + Unpin> Write for Stream<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = Pin::new(&mut self.inner).poll_write(&mut Context::from_waker(&self.waker), bytes);
        if self.is_blocked && matches!(result, Poll::Ready(Ok(1..))) {
            self.heard = Instant::now();
        }
        self.is_blocked = result.is_pending();
        done(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        done(Pin::new(&mut self.inner).poll_flush(&mut Context::from_waker(&self.waker)))
    }
}

fn done<T>(result: Poll<io::Result<T>>) -> io::Result<T> {
    match result {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}
