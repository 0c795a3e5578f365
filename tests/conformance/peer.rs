//! A WebSocket client and an HTTP client that are independent of the crate under test.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::Bytes,
    client::conn::http1,
    header::{HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        protocol::{CloseFrame, Role, frame::coding::CloseCode},
    },
};

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The headers of an upgrade request.
pub(crate) const UPGRADE: [(&str, &str); 4] = [
    ("connection", "Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// The format of a session.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Format {
    Json,
    MessagePack,
}

pub(crate) const FORMATS: [Format; 2] = [Format::Json, Format::MessagePack];

/// A connected client.
pub(crate) struct Peer {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) format: Format,
    pub(crate) headers: hyper::HeaderMap,
}

/// A received frame or the end of the session.
#[derive(Debug, PartialEq)]
pub(crate) enum Received {
    Json(Value),
    MessagePack(Value),
    Text(String),
    Closed(u16, String),
}

impl Peer {
    /// Connects to a path at an address such as `127.0.0.1:8787`, with the format in the query.
    pub(crate) async fn join(address: &str, path: &str, format: Format) -> Self {
        let name = if format == Format::Json { "json" } else { "msgpack" };
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut peer = Self::open(address, &format!("{path}{separator}format={name}"), &[]).await.expect("an upgrade");
        peer.format = format;
        peer
    }

    /// Connects; the error is the status of the refusal.
    pub(crate) async fn open(address: &str, path: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = format!("ws://{address}{path}").into_client_request().expect("a valid URL");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a valid header"));
        }
        match timeout(PATIENCE, connect_async(request)).await.expect("an answer to the handshake") {
            Ok((socket, response)) => Ok(Self { socket, format: Format::Json, headers: response.headers().clone() }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("no answer: {other}"),
        }
    }

    /// Connects without the handshake checks of a WebSocket library; the answer must be 101.
    pub(crate) async fn open_raw(address: &str, path: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let headers =
            UPGRADE.iter().chain(headers).fold(String::new(), |all, (name, value)| all + name + ": " + value + "\r\n");
        let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.expect("an open connection");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(timeout(PATIENCE, stream.read_u8()).await.expect("an answer").expect("an open connection"));
        }
        let answer = String::from_utf8(answer).expect("text");
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
        let fields = answer.lines().filter_map(|line| line.split_once(": "));
        let headers = fields.map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
        let headers = headers.collect::<Vec<(HeaderName, HeaderValue)>>().into_iter().collect();
        let socket = WebSocketStream::from_raw_socket(MaybeTlsStream::Plain(stream), Role::Client, None).await;
        Self { socket, format: Format::Json, headers }
    }

    pub(crate) async fn send(&mut self, message: Value) {
        let message = match self.format {
            Format::Json => Message::text(message.to_string()),
            Format::MessagePack => Message::binary(rmp_serde::to_vec_named(&message).expect("MessagePack")),
        };
        self.send_frame(message).await;
    }

    pub(crate) async fn send_frame(&mut self, message: Message) {
        self.socket.send(message).await.expect("an open connection");
    }

    /// Writes bytes to the connection, without framing.
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        self.try_send_bytes(bytes).await.expect("an open connection");
    }

    /// The same for a connection that the server may have ended.
    pub(crate) async fn try_send_bytes(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let stream = self.socket.get_mut();
        stream.write_all(bytes).await?;
        stream.flush().await
    }

    /// Sends a message and returns the next one received.
    pub(crate) async fn ask(&mut self, message: Value) -> Value {
        self.send(message).await;
        self.message().await
    }

    /// Sends a handwritten frame and returns the next message received.
    pub(crate) async fn ask_frame(&mut self, message: Message) -> Value {
        self.send_frame(message).await;
        self.message().await
    }

    /// Receives the next data or close frame; a lost connection is a close frame with 1006.
    pub(crate) async fn frame(&mut self) -> Message {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("a frame in time") {
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(frame)) => return frame,
                Some(Err(_)) | None => {
                    let lost = CloseFrame { code: CloseCode::Abnormal, reason: "".into() };
                    return Message::Close(Some(lost));
                }
            }
        }
    }

    pub(crate) async fn receive(&mut self) -> Received {
        match self.frame().await {
            Message::Text(text) => {
                serde_json::from_str(&text).map_or_else(|_| Received::Text(text.to_string()), Received::Json)
            }
            Message::Close(frame) => {
                // Sends the library's answer to the close.
                let _ = self.socket.flush().await;
                let frame = frame.unwrap_or(CloseFrame { code: CloseCode::Status, reason: "".into() });
                Received::Closed(frame.code.into(), frame.reason.to_string())
            }
            other => Received::MessagePack(rmp_serde::from_slice(&other.into_data()).expect("MessagePack")),
        }
    }

    /// Receives the next message, which must be in the session's format.
    pub(crate) async fn message(&mut self) -> Value {
        match (self.format, self.receive().await) {
            (Format::Json, Received::Json(value)) | (Format::MessagePack, Received::MessagePack(value)) => value,
            (format, other) => panic!("expected a message in {format:?}, got {other:?}"),
        }
    }

    /// Asserts that no message is in flight: the next frame is the answer to a ping.
    pub(crate) async fn receives_nothing(&mut self) {
        self.send_frame(Message::text("wsdo:ping")).await;
        assert_eq!(
            self.receive().await,
            Received::Text("wsdo:pong".into()),
            "a frame arrived before the answer to a ping"
        );
    }

    /// Asserts that exactly this many messages are in flight.
    pub(crate) async fn receives_only(&mut self, messages: usize) {
        for _ in 0..messages {
            self.message().await;
        }
        self.receives_nothing().await;
    }

    pub(crate) async fn close(&mut self, code: Option<(u16, &str)>) {
        let frame = code.map(|(code, reason)| CloseFrame { code: code.into(), reason: reason.to_owned().into() });
        self.socket.close(frame).await.expect("a close frame to be sent");
    }
}

/// Sends a request; returns status and body. A `POST` has the content type of JSON.
pub(crate) async fn http(address: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let json = [("content-type", "application/json")];
    request(address, method, path, if method == "POST" { &json } else { &[] }, body).await
}

/// Requests an upgrade that is refused; returns status and body.
pub(crate) async fn refused(address: &str, path: &str, headers: &[(&'static str, &str)]) -> (u16, String) {
    request(address, "GET", path, &[&UPGRADE, headers].concat(), "").await
}

pub(crate) async fn request(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&'static str, &str)],
    body: &str,
) -> (u16, String) {
    let response = response(address, method, path, headers, body).await;
    (response.status().as_u16(), String::from_utf8_lossy(response.body()).into_owned())
}

/// How often a request is sent again after an error of wrangler's proxy.
const MAX_REPEATS: usize = 5;

/// Wrangler's proxy may answer like this for a Worker that responds before it has read the body.
const PROXY_ERROR: &str = "Your worker restarted mid-request.";

/// Sends a request; returns the whole response. Sends it again after an error of wrangler's proxy.
pub(crate) async fn response(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&'static str, &str)],
    body: &str,
) -> Response<Bytes> {
    for _ in 0..MAX_REPEATS {
        let response = response_once(address, method, path, headers, body).await;
        if response.status() != 503 || !response.body().starts_with(PROXY_ERROR.as_bytes()) {
            return response;
        }
    }
    response_once(address, method, path, headers, body).await
}

async fn response_once(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&'static str, &str)],
    body: &str,
) -> Response<Bytes> {
    let request = async {
        let stream = TcpStream::connect(address).await.expect("a connection");
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", address);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body.to_owned()))).expect("a valid request");
        let response = sender.send_request(request).await.expect("a response");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        connection.abort();
        Response::from_parts(parts, body)
    };
    timeout(PATIENCE, request).await.expect("a response in time")
}

pub(crate) async fn get_json(address: &str, path: &str) -> Value {
    let (status, body) = http(address, "GET", path, "").await;
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).expect("JSON")
}

/// A unique room name.
pub(crate) fn room() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("r{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Polls until the condition holds, for at most five seconds.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    for _ in 0..250 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the condition never held: {what}");
}
