//! The incoming half of a socket: validates frames (RFC 6455), limits the messages that the room has not handled yet, and pings
//! a peer that sends nothing.

use std::{
    future::{Future, poll_fn},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncReadExt, Join, Sink},
    net::tcp::OwnedReadHalf,
    sync::{Semaphore, mpsc},
    time::{Instant, timeout},
};
use tungstenite::{
    Error, Message, WebSocket,
    error::{CapacityError, ProtocolError},
    protocol::{Role, frame::coding::CloseCode},
};

use super::{actor::Command, outbox::Outbox};
use crate::{
    Close, Closed,
    codec::Frame,
    connection::{
        heartbeat::PING,
        websocket::{self, Stream, blocked, violation},
    },
    host::SocketId,
    server::event::Event,
};

/// How many messages of a session may be received and not handled.
const MAX_MESSAGES: usize = 64;

/// How many bytes of a session may be received and not handled; one message always may.
const MAX_BYTES: usize = 1 << 20;

/// How many pings may be unanswered.
const MAX_UNANSWERED_PINGS: u32 = 2;

/// Limits of what is received.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The largest message, in bytes.
    pub(super) max_message: usize,
    /// After how long without a byte from the peer it is sent a ping.
    pub(super) ping_interval: Duration,
}

/// A received frame, or the end of the connection.
enum Incoming {
    Message(Frame),
    Ping(Bytes),
    Pong,
    /// The peer's close frame.
    Closed {
        code: Option<CloseCode>,
        reason: String,
    },
    /// The peer has violated the protocol: the close frame for it, and the error.
    Violation {
        code: u16,
        reason: String,
        error: String,
    },
    /// The connection has ended without a close frame.
    ConnectionLost,
    /// The peer has not answered pings.
    PingTimeout,
}

/// Reads frames. It writes nothing: pongs and close frames go through the outgoing queue.
pub(super) struct Receiver<R> {
    socket: WebSocket<Stream<Join<R, Sink>>>,
    permits: Arc<Semaphore>,
    limits: Limits,
}

/// The read half of a connection.
pub(super) trait ReadHalf: AsyncRead + Send + Unpin {
    /// Resets the connection. Bytes that have not reached the peer are lost.
    fn reset(self);
}

impl ReadHalf for OwnedReadHalf {
    fn reset(self) {
        // Otherwise the system would retransmit them until its own timeout.
        let _ = self.as_ref().set_zero_linger();
    }
}

/// The connection of another server, which decides what happens to those bytes.
impl<S: AsyncRead + Send> ReadHalf for tokio::io::ReadHalf<S> {
    fn reset(self) {}
}

impl<R: ReadHalf> Receiver<R> {
    /// Wraps the read half of a connection; `received` are the bytes that arrived after the handshake.
    pub(super) fn new(half: R, received: Vec<u8>, limits: Limits) -> Self {
        let stream = Stream::new(tokio::io::join(half, tokio::io::sink()));
        let config = websocket::config(limits.max_message);
        let mut socket = WebSocket::from_partially_read(stream, received, Role::Server, Some(config));
        // After it has sent a close frame (here to a sink), tungstenite answers no ping, and returns the peer's close frame
        // unchanged.
        let _ = socket.close(None);
        Self { socket, permits: Arc::new(Semaphore::new(MAX_BYTES)), limits }
    }

    /// Passes messages to the room until the session ends. Returns how it ended.
    ///
    /// While the room has too many unhandled messages of this session, nothing is read, so that TCP applies backpressure. Until
    /// then, the peer's pings are not answered, and only a failed write reveals a lost connection.
    pub(super) async fn run(&mut self, socket: SocketId, room: &mpsc::Sender<Command>, outbox: &Outbox) -> Closed {
        let ping_interval = self.limits.ping_interval;
        loop {
            match self.next(outbox).await {
                Incoming::Message(Frame::Text(text)) if text == PING => outbox.answer_heartbeat(),
                // A session that the room has closed gets no events.
                Incoming::Message(_) if outbox.is_closing() => {}
                Incoming::Message(message) => {
                    let permit = self.permits.clone().acquire_many_owned(cost(&message));
                    let permit = ping_until(permit, ping_interval, outbox).await.ok();
                    let event = Event::Message(message, Some(Box::new(permit)));
                    let sent = room.send(Command::Event { socket, event });
                    if ping_until(sent, ping_interval, outbox).await.is_err() {
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
                Incoming::Violation { code, reason, error } => {
                    outbox.fail(code, &reason);
                    return Closed::failed(error);
                }
                Incoming::ConnectionLost => return Closed::lost(),
                Incoming::PingTimeout => return Closed::failed("the client does not answer pings"),
            }
        }
    }

    /// Discards incoming bytes until the peer has closed the connection.
    pub(super) async fn discard(self) {
        let mut half = self.into_half();
        let mut buffer = [0; 4096];
        while matches!(half.read(&mut buffer).await, Ok(1..)) {}
    }

    /// Resets the connection. Bytes that have not reached the peer are lost.
    pub(super) fn reset(self) {
        self.into_half().reset();
    }

    fn into_half(self) -> R {
        self.socket.into_inner().into_inner().into_inner().0
    }

    /// Waits for the next frame, and pings a peer that sends nothing.
    async fn next(&mut self, outbox: &Outbox) -> Incoming {
        let mut unanswered = 0;
        loop {
            let last_activity = self.last_activity();
            let interval = self.limits.ping_interval;
            match timeout(interval, poll_fn(|context| self.poll_next(context))).await {
                Ok(incoming) => return incoming,
                // Part of a large frame has arrived.
                Err(_) if self.last_activity() > last_activity => unanswered = 0,
                Err(_) if unanswered == MAX_UNANSWERED_PINGS => return Incoming::PingTimeout,
                Err(_) => {
                    unanswered += 1;
                    outbox.ping();
                }
            }
        }
    }

    fn last_activity(&self) -> Instant {
        self.socket.get_ref().last_activity()
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        self.socket.get_mut().set_waker(context);
        blocked(self.socket.read()).map_or(Poll::Pending, |read| Poll::Ready(self.incoming(read)))
    }

    fn incoming(&self, read: Result<Message, Error>) -> Incoming {
        let error = match read {
            Ok(Message::Text(text)) => return Incoming::Message(Frame::Text(text.as_str().to_owned())),
            // Copied: the bytes may be a small slice that keeps a large buffer alive.
            Ok(Message::Binary(bytes)) => return Incoming::Message(Frame::Binary(bytes.to_vec())),
            Ok(Message::Ping(payload)) => return Incoming::Ping(Bytes::copy_from_slice(&payload)),
            Ok(Message::Pong(_) | Message::Frame(_)) => return Incoming::Pong,
            Ok(Message::Close(frame)) => {
                let (code, reason) = frame.map(|frame| (frame.code, frame.reason.as_str().to_owned())).unzip();
                return Incoming::Closed { code, reason: reason.unwrap_or_default() };
            }
            Err(error) => error,
        };
        let (code, reason) = match &error {
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => return Incoming::ConnectionLost,
            // RFC 6455, section 5.2: the most significant bit of a length is 0.
            Error::Capacity(CapacityError::MessageTooLong { size, .. }) if i64::try_from(*size).is_err() => {
                (1002, String::new())
            }
            Error::Capacity(_) => {
                let close = Close::too_large(self.limits.max_message);
                (close.code(), close.reason().to_owned())
            }
            _ => match violation(&error) {
                Some(code) => (code, String::new()),
                None => return Incoming::ConnectionLost,
            },
        };
        Incoming::Violation { code, reason, error: error.to_string() }
    }
}

/// Waits for the room, and sends pings in the meantime.
async fn ping_until<T>(room: impl Future<Output = T>, interval: Duration, outbox: &Outbox) -> T {
    tokio::pin!(room);
    loop {
        match timeout(interval, &mut room).await {
            Ok(output) => return output,
            Err(_) => outbox.ping(),
        }
    }
}

/// The permits that are held until the room has handled the message: `MAX_MESSAGES` take all, no matter how small they are.
fn cost(message: &Frame) -> u32 {
    u32::try_from(message.len().clamp(MAX_BYTES / MAX_MESSAGES, MAX_BYTES)).unwrap_or(u32::MAX)
}
