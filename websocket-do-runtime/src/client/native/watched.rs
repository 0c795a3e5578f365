//! A stream that remembers the last sign of life: something came in, or what was blocked could go out.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::clock::Instant;

pub(super) struct Watched<S> {
    inner: S,
    heard: Instant,
    /// The peer takes nothing for now.
    is_blocked: bool,
}

impl<S> Watched<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, heard: Instant::now(), is_blocked: false }
    }

    pub(super) fn heard(&self) -> Instant {
        self.heard
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = ready!(Pin::new(&mut self.inner).poll_read(context, buffer));
        if buffer.filled().len() > before {
            self.heard = Instant::now();
        }
        Poll::Ready(result)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(context, bytes);
        if self.is_blocked && matches!(result, Poll::Ready(Ok(1..))) {
            self.heard = Instant::now();
        }
        self.is_blocked = result.is_pending();
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
