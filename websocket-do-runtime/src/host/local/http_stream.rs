//! The stream of an HTTP connection: it fails where a request's head takes too long to come, or an answer to be taken.

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

/// The time a peer has to close the connection after the last answer.
const LINGER: Duration = Duration::from_secs(2);

/// A TCP stream whose peer has a limited time for the head of a request, and for taking what is written.
pub(super) struct HttpStream {
    inner: TcpStream,
    limit: Duration,
    answering: Answering,
    /// Runs while part of a head has come.
    head: Option<Pin<Box<Sleep>>>,
    /// Runs while the peer takes nothing.
    write: Option<Pin<Box<Sleep>>>,
    /// Runs once nothing more is written.
    linger: Option<Pin<Box<Sleep>>>,
}

/// Whether a request is being answered: what comes meanwhile is its body, and is timed by its reader.
#[derive(Debug, Clone, Default)]
pub(super) struct Answering(Arc<AtomicBool>);

/// The request is answered when this is dropped.
pub(super) struct Answer(Answering);

impl Answering {
    pub(super) fn begin(&self) -> Answer {
        self.0.store(true, Ordering::Relaxed);
        Answer(self.clone())
    }

    fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}

impl HttpStream {
    /// The first head must come within the limit.
    pub(super) fn new(inner: TcpStream, limit: Duration, answering: Answering) -> Self {
        Self { inner, limit, answering, head: Some(Box::pin(sleep(limit))), write: None, linger: None }
    }

    pub(super) fn into_inner(self) -> TcpStream {
        self.inner
    }

    /// Counts a write that waits, and ends the connection when it has waited too long.
    fn watch<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write = None;
            return written;
        }
        let limit = self.limit;
        is_over(self.write.get_or_insert_with(|| Box::pin(sleep(limit))), context)
    }
}

/// Fails when the timer has run out.
fn is_over<T>(timer: &mut Pin<Box<Sleep>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
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
        if self.answering.is_on() {
            self.head = None;
            return read;
        }
        let limit = self.limit;
        match (&read, &mut self.head) {
            (Poll::Pending, Some(timer)) => is_over(timer, context),
            (Poll::Ready(_), head @ None) if buffer.filled().len() > before => {
                *head = Some(Box::pin(sleep(limit)));
                read
            }
            // A head that comes byte by byte is never waited for long.
            (Poll::Ready(Ok(())), Some(timer)) if timer.deadline() <= Instant::now() => is_over(timer, context),
            _ => read,
        }
    }
}

impl AsyncWrite for HttpStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.watch(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    /// Reads and drops what still comes, for a short time: bytes that nobody has read would make the system reset the
    /// connection, and a peer that is still sending might lose the answer.
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
