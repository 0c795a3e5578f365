//! The stream of an HTTP connection. Reads fail if the head of a request takes too long, and writes if the peer does not read.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep, sleep},
};

/// The time a peer has to close the connection after the last response.
const LINGER: Duration = Duration::from_secs(2);

/// A TCP stream with a time limit for the head of a request and for a write that makes no progress.
pub(super) struct HttpStream {
    inner: TcpStream,
    limit: Duration,
    in_progress: RequestInProgress,
    /// Runs while the head of a request is incomplete.
    head: Option<Pin<Box<Sleep>>>,
    /// Runs while a write is pending.
    write: Option<Pin<Box<Sleep>>>,
    /// Runs after the end of the last response.
    linger: Option<Pin<Box<Sleep>>>,
}

/// Whether a request is being handled. Bytes that arrive in the meantime are its body, which has a separate time limit.
#[derive(Debug, Clone, Default)]
pub(super) struct RequestInProgress(Arc<AtomicBool>);

/// Ends the request in progress when it is dropped.
pub(super) struct RequestGuard(RequestInProgress);

impl RequestInProgress {
    pub(super) fn begin(&self) -> RequestGuard {
        self.0.store(true, Ordering::Relaxed);
        RequestGuard(self.clone())
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

impl HttpStream {
    /// Wraps a stream. The time for the first head begins now.
    pub(super) fn new(inner: TcpStream, limit: Duration, in_progress: RequestInProgress) -> Self {
        Self { inner, limit, in_progress, head: Some(Box::pin(sleep(limit))), write: None, linger: None }
    }

    pub(super) fn into_inner(self) -> TcpStream {
        self.inner
    }

    /// Turns a write that has been pending for too long into an error.
    fn limit_write<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write = None;
            return written;
        }
        let limit = self.limit;
        poll_timeout(self.write.get_or_insert_with(|| Box::pin(sleep(limit))), context)
    }
}

/// Fails once the timer has elapsed.
fn poll_timeout<T>(timer: &mut Pin<Box<Sleep>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
    timer.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
}

impl AsyncRead for HttpStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(context, buffer);
        if self.in_progress.get() {
            self.head = None;
            return read;
        }
        let limit = self.limit;
        match (&read, &mut self.head) {
            (Poll::Pending, Some(timer)) => poll_timeout(timer, context),
            (Poll::Ready(_), head @ None) if buffer.filled().len() > before => {
                *head = Some(Box::pin(sleep(limit)));
                read
            }
            // A head that arrives byte by byte is never pending for long.
            (Poll::Ready(Ok(())), Some(timer)) if timer.deadline() <= Instant::now() => poll_timeout(timer, context),
            _ => read,
        }
    }
}

impl AsyncWrite for HttpStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.limit_write(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.limit_write(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    /// Discards what the peer still sends, for a short time. Closing with unread bytes would reset the connection, and a peer
    /// that is still sending could lose the response.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = &mut *self;
        if stream.linger.is_none() {
            ready!(Pin::new(&mut stream.inner).poll_shutdown(context))?;
        }
        let timer = stream.linger.get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut bytes = [0; 4096];
        while timer.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut bytes);
            if ready!(Pin::new(&mut stream.inner).poll_read(context, &mut buffer)).is_err()
                || buffer.filled().is_empty()
            {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}
