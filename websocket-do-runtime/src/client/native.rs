//! The native transport: tokio-tungstenite, with rustls for `wss://`.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        protocol::{CloseFrame, WebSocketConfig},
    },
};

use super::{ClientError, open::Request};
use crate::{
    Closed,
    codec::{Format, Frame},
};

/// The most an incoming message may hold, as on Cloudflare.
const MAX_MESSAGE: usize = 32 << 20;

/// What came in.
pub(super) enum Incoming {
    Frame(Frame),
    Closed(Closed),
}

/// One WebSocket.
#[derive(Debug)]
pub(super) struct Transport(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Connects, and settles the format.
pub(super) async fn open(request: Request) -> Result<(Transport, Format), ClientError> {
    let invalid = |error: Error| ClientError::Request(error.to_string());
    let mut http = request.url().into_client_request().map_err(invalid)?;
    http.headers_mut().extend(request.headers()?);
    let config = WebSocketConfig::default().max_message_size(Some(MAX_MESSAGE)).max_frame_size(Some(MAX_MESSAGE));
    let (stream, response) = connect_async_with_config(http, Some(config), true).await.map_err(|error| match error {
        Error::Http(response) => ClientError::Refused {
            status: response.status().as_u16(),
            body: response.body().as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned(),
        },
        Error::Url(error) => ClientError::Request(error.to_string()),
        error => ClientError::Transport(error.to_string()),
    })?;
    let chosen = response.headers().get("sec-websocket-protocol").and_then(|name| name.to_str().ok());
    let format = request.format.unwrap_or_default();
    match chosen {
        Some(name) if Format::from_subprotocol(name).is_some_and(|chosen| chosen != format) => {
            Err(ClientError::Subprotocol(name.to_owned()))
        }
        _ => Ok((Transport(stream), format)),
    }
}

impl Transport {
    pub(super) async fn send(&mut self, frame: Frame) -> bool {
        let message = match frame {
            Frame::Text(text) => Message::text(text),
            Frame::Binary(bytes) => Message::binary(bytes),
        };
        self.0.send(message).await.is_ok()
    }

    /// The next frame, or how the connection ended. Can be dropped at any time without losing a frame.
    pub(super) async fn next(&mut self) -> Incoming {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Incoming::Frame(Frame::Text(text.as_str().to_owned())),
                Some(Ok(Message::Binary(bytes))) => return Incoming::Frame(Frame::Binary(bytes.to_vec())),
                Some(Ok(Message::Close(frame))) => {
                    let closed = frame.map_or(Closed::by_peer(1005, ""), |frame| {
                        Closed::by_peer(frame.code.into(), frame.reason.as_str())
                    });
                    // Lets the answer to the close frame out.
                    let _ = self.0.flush().await;
                    return Incoming::Closed(closed);
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(error)) => return Incoming::Closed(Closed::failed(error.to_string())),
                None => return Incoming::Closed(Closed::lost()),
            }
        }
    }

    /// Sends a close frame; what was sent before goes out before it.
    pub(super) async fn close(&mut self, code: u16, reason: &str) {
        let frame = CloseFrame { code: code.into(), reason: reason.into() };
        // A connection that is gone is as closed as can be.
        let _ = self.0.close(Some(frame)).await;
    }
}
