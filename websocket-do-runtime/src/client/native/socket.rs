//! The native socket: frames over tokio and tungstenite, in the clear or with TLS.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{Sink, SinkExt, StreamExt};
use http::Request;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{clock::Instant, handshake, tls, watched::Watched};
use crate::{
    Close, Closed,
    client::{
        ClientError,
        transport::{Driven, Incoming, LIMIT},
    },
    codec::Frame,
};

pub(super) trait Io: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Io for T {}

/// An open WebSocket.
pub(crate) struct Tcp {
    inner: WebSocketStream<Watched<Box<dyn Io>>>,
    /// Whether a frame may still wait to be written, as when a send was cancelled.
    unflushed: bool,
    /// Why nothing more can be written.
    broken: Option<Error>,
}

impl Tcp {
    /// Connects and asks for the upgrade; the subprotocol that the server chose comes with the socket.
    pub(in crate::client) async fn open(request: Request<()>) -> Result<(Self, Option<String>), ClientError> {
        let secure = request.uri().scheme_str() == Some("wss");
        let host = request.uri().host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = request.uri().port_u16().unwrap_or(if secure { 443 } else { 80 });
        let socket = TcpStream::connect((host.as_str(), port))
            .await
            .map_err(|error| ClientError::Transport(format!("{host}:{port}: {error}")))?;
        // What is sent is small and wanted at once. A socket that cannot do without the delay still works.
        let _ = socket.set_nodelay(true);
        let mut socket: Box<dyn Io> =
            if secure { Box::new(tls::secure(socket, &host).await?) } else { Box::new(socket) };
        let (chosen, rest) = handshake::upgrade(&mut socket, request).await?;
        let config = WebSocketConfig::default()
            .read_buffer_size(16 * 1024)
            .max_message_size(Some(LIMIT))
            .max_frame_size(Some(LIMIT));
        let socket = Watched::new(socket);
        let inner = WebSocketStream::from_partially_read(socket, rest, Role::Client, Some(config)).await;
        Ok((Self { inner, unflushed: false, broken: None }, chosen))
    }

    pub(in crate::client) async fn send(&mut self, frame: Frame) -> bool {
        self.write(message(frame)).await
    }

    pub(in crate::client) fn start(&mut self, frame: Frame) {
        self.broken = Pin::new(&mut self.inner).start_send(message(frame)).err();
        self.unflushed = true;
    }

    pub(in crate::client) async fn close(&mut self, close: &Close) -> bool {
        let frame = CloseFrame { code: close.code().into(), reason: close.reason().into() };
        self.write(Message::Close(Some(frame))).await
    }

    pub(in crate::client) async fn flush(&mut self, limit: Duration) {
        // What cannot be written any more will not be missed.
        drop(timeout(limit, self.inner.flush()).await);
    }

    pub(in crate::client) fn heard(&self) -> Instant {
        self.inner.get_ref().heard()
    }

    async fn write(&mut self, message: Message) -> bool {
        self.unflushed = true;
        let sent = self.inner.send(message).await.is_ok();
        self.unflushed = false;
        sent
    }

    pub(in crate::client) async fn next(&mut self) -> Incoming {
        loop {
            if let Driven::Came(incoming) = self.drive(true).await {
                return incoming;
            }
        }
    }

    pub(in crate::client) async fn drive(&mut self, read: bool) -> Driven {
        poll_fn(|context| {
            if self.unflushed
                && let Poll::Ready(flushed) = Pin::new(&mut self.inner).poll_flush(context)
            {
                self.unflushed = false;
                self.broken = self.broken.take().or(flushed.err());
                return Poll::Ready(Driven::Written);
            }
            if read {
                // Of a connection that broke there may still be something to read: the peer's reason above all.
                return self.poll_next(context).map(Driven::Came);
            }
            match self.broken.take() {
                Some(error) => Poll::Ready(Driven::Came(Incoming::Closed(Closed::failed(error.to_string())))),
                None => Poll::Pending,
            }
        })
        .await
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        loop {
            let incoming = match ready!(self.inner.poll_next_unpin(context)) {
                Some(Ok(Message::Text(text))) => Incoming::Frame(Frame::Text(text.as_str().to_owned())),
                Some(Ok(Message::Binary(bytes))) => Incoming::Frame(Frame::Binary(bytes.into())),
                Some(Ok(Message::Close(Some(frame)))) => {
                    Incoming::Closed(Closed::by_peer(frame.code.into(), frame.reason.as_str()))
                }
                Some(Ok(Message::Close(None))) => Incoming::Closed(Closed::by_peer(1005, "")),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                None => Incoming::Closed(Closed::lost()),
                Some(Err(error)) => Incoming::Closed(self.fail(&error)),
            };
            return Poll::Ready(incoming);
        }
    }

    /// A connection that broke, or a peer that broke the rules of WebSocket and is told so.
    fn fail(&mut self, error: &Error) -> Closed {
        let code = match error {
            Error::Capacity(_) => CloseCode::Size,
            Error::Utf8(_) => CloseCode::Invalid,
            Error::Protocol(_) => CloseCode::Protocol,
            _ => return Closed::failed(error.to_string()),
        };
        // Written when the connection is done with; not at all if it is broken.
        let frame = CloseFrame { code, reason: "".into() };
        let _ = Pin::new(&mut self.inner).start_send(Message::Close(Some(frame)));
        Closed::failed(error.to_string())
    }
}

fn message(frame: Frame) -> Message {
    match frame {
        Frame::Text(text) => Message::text(text),
        Frame::Binary(bytes) => Message::binary(bytes),
    }
}
