//! The incoming half of a socket: RFC 6455 as tungstenite checks it, permits for what the room has not handled, and pings
//! for a peer that is silent.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::{
    io::{AsyncRead, AsyncReadExt, Join, ReadBuf, Sink},
    net::tcp::OwnedReadHalf,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{Instant, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::{CapacityError, ProtocolError},
        protocol::{Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{actor::Command, outbox::Outbox};
use crate::{Close, Closed, codec::Frame, connection::heartbeat::PING, host::SocketId, server::dispatch::Event};

/// Messages of a session that may be received and not handled.
const MESSAGES: usize = 64;

/// Bytes of a session that may be received and not handled; one message always may.
const BYTES: usize = 1 << 20;

/// Bytes that are asked for at once; a larger message grows the buffer.
const READ_BUFFER: usize = 16 * 1024;

/// Pings that may go unanswered.
const MISSED: u32 = 2;

/// Bounds of what is received.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The largest message, in bytes.
    pub(super) max_message: usize,
    /// How long a peer may be silent before it is pinged.
    pub(super) ping_interval: Duration,
}

/// What has come over the socket.
enum Incoming {
    Message(Frame),
    Ping(Bytes),
    Pong,
    /// The peer's close frame.
    Closed {
        code: Option<CloseCode>,
        reason: String,
    },
    /// The peer has broken the protocol: the close frame for it, and what is wrong.
    Failed {
        code: u16,
        reason: String,
        error: String,
    },
    /// The connection has ended without a close frame.
    Lost,
    /// The peer has not answered pings.
    Silent,
}

/// Reads frames. Answers to pings and closes that tungstenite gives by itself would pass by the outgoing queue, so they go
/// nowhere.
pub(super) struct Receiver {
    stream: WebSocketStream<Join<Listened, Sink>>,
    permits: Arc<Semaphore>,
    limits: Limits,
}

impl Receiver {
    /// `received` is what came behind the handshake.
    pub(super) async fn new(half: OwnedReadHalf, received: Vec<u8>, limits: Limits) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(limits.max_message))
            .max_frame_size(Some(limits.max_message));
        let half = tokio::io::join(Listened { half, heard: Instant::now() }, tokio::io::sink());
        let mut stream = WebSocketStream::from_partially_read(half, received, Role::Server, Some(config)).await;
        // Once it has sent a close frame (here: nowhere), tungstenite only reads: it answers no ping, and hands out the peer's
        // close as it is.
        let _ = stream.close(None).await;
        let permits = Arc::new(Semaphore::new(BYTES));
        Self { stream, permits, limits }
    }

    /// Hands messages to the room until the session is over, and returns how it ended.
    ///
    /// While the room has too much of this session to handle, nothing is read, so that TCP holds the peer back. Pings of the
    /// peer are not answered meanwhile, and only a failing write shows that the connection has broken.
    pub(super) async fn run(&mut self, socket: SocketId, room: &mpsc::Sender<Command>, outbox: &Outbox) -> Closed {
        loop {
            match self.next(outbox).await {
                Incoming::Message(Frame::Text(text)) if text == PING => outbox.answer_heartbeat(),
                // A session that the room has closed gets no event.
                Incoming::Message(_) if outbox.is_closing() => {}
                Incoming::Message(message) => {
                    let permit = self.pinging(outbox, self.permit(&message)).await;
                    let event = Event::Message(message, Some(Box::new(permit)));
                    if self.pinging(outbox, room.send(Command::Event { socket, event })).await.is_err() {
                        return Closed::lost();
                    }
                }
                Incoming::Ping(payload) => outbox.answer_ping(payload),
                Incoming::Pong => {}
                Incoming::Closed { code, reason } => {
                    if let Some(code) = code.filter(|code| !code.is_allowed()) {
                        outbox.fail(1002, "");
                        return Closed::by_peer(code.into(), reason);
                    }
                    return Closed::by_peer(code.map_or(1005, u16::from), reason);
                }
                Incoming::Failed { code, reason, error } => {
                    outbox.fail(code, &reason);
                    return Closed::failed(error);
                }
                Incoming::Lost => return Closed::lost(),
                Incoming::Silent => return Closed::failed("the client does not answer pings"),
            }
        }
    }

    /// Reads and drops what still comes, until the peer has closed the connection.
    pub(super) async fn discard(self) {
        let (mut half, _) = self.stream.into_inner().into_inner();
        let mut buffer = [0; 4096];
        while matches!(half.read(&mut buffer).await, Ok(1..)) {}
    }

    /// Cuts the connection, with all that has not reached the peer.
    pub(super) fn reset(self) {
        let (half, _) = self.stream.into_inner().into_inner();
        // Without it, the system goes on sending until it gives up by itself.
        let _ = half.half.as_ref().set_zero_linger();
    }

    /// Waits for something to come, and pings a peer that is silent.
    async fn next(&mut self, outbox: &Outbox) -> Incoming {
        let mut missed = 0;
        loop {
            let heard = self.heard();
            match timeout(self.limits.ping_interval, self.stream.next()).await {
                Ok(came) => return self.incoming(came),
                // Part of a large frame.
                Err(_) if self.heard() > heard => missed = 0,
                Err(_) if missed == MISSED => return Incoming::Silent,
                Err(_) => {
                    missed += 1;
                    outbox.ping();
                }
            }
        }
    }

    fn heard(&self) -> Instant {
        self.stream.get_ref().reader().heard
    }

    /// Waits for the room, and pings meanwhile.
    async fn pinging<T>(&self, outbox: &Outbox, room: impl Future<Output = T>) -> T {
        tokio::pin!(room);
        loop {
            match timeout(self.limits.ping_interval, &mut room).await {
                Ok(done) => return done,
                Err(_) => outbox.ping(),
            }
        }
    }

    /// What the room drops when it has handled the message. Waits until it has handled enough of those before.
    async fn permit(&self, message: &Frame) -> Option<OwnedSemaphorePermit> {
        // So that this many messages take all permits, however small they are.
        let cost = u32::try_from(message.len().clamp(BYTES / MESSAGES, BYTES)).unwrap_or(u32::MAX);
        self.permits.clone().acquire_many_owned(cost).await.ok()
    }

    fn incoming(&self, came: Option<Result<Message, Error>>) -> Incoming {
        match came {
            Some(Ok(Message::Text(text))) => Incoming::Message(Frame::Text(text.as_str().to_owned())),
            Some(Ok(Message::Binary(bytes))) => Incoming::Message(Frame::Binary(bytes.into())),
            // A copy, so that a short payload does not hold the buffer.
            Some(Ok(Message::Ping(payload))) => Incoming::Ping(Bytes::copy_from_slice(&payload)),
            Some(Ok(Message::Pong(_) | Message::Frame(_))) => Incoming::Pong,
            Some(Ok(Message::Close(frame))) => {
                let (code, reason) = frame.map(|frame| (frame.code, frame.reason.as_str().to_owned())).unzip();
                Incoming::Closed { code, reason: reason.unwrap_or_default() }
            }
            // RFC 6455, section 5.2: the most significant bit of a length is 0.
            Some(Err(error @ Error::Capacity(CapacityError::MessageTooLong { size, .. })))
                if i64::try_from(size).is_err() =>
            {
                failed(1002, &error)
            }
            Some(Err(error @ Error::Capacity(_))) => {
                let close = Close::too_large(self.limits.max_message);
                Incoming::Failed { code: close.code(), reason: close.reason().to_owned(), error: error.to_string() }
            }
            Some(Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake))) => Incoming::Lost,
            Some(Err(error @ Error::Protocol(_))) => failed(1002, &error),
            Some(Err(error @ Error::Utf8(_))) => failed(1007, &error),
            Some(Err(_)) | None => Incoming::Lost,
        }
    }
}

fn failed(code: u16, error: &Error) -> Incoming {
    Incoming::Failed { code, reason: String::new(), error: error.to_string() }
}

/// A half of a connection that remembers when something came over it.
struct Listened {
    half: OwnedReadHalf,
    heard: Instant,
}

impl AsyncRead for Listened {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.half).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.heard = Instant::now();
        }
        read
    }
}
