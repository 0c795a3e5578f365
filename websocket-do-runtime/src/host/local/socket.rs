//! One WebSocket connection: frames in become events of the room, what the room sends becomes frames out.

use std::time::Duration;

use bytes::Bytes;
use fastwebsockets::{
    FragmentCollectorRead, Frame as WsFrame, OpCode, Payload, WebSocket, WebSocketError, WebSocketWrite,
};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{ReadHalf, WriteHalf},
    sync::mpsc,
    time::timeout,
};

use super::{LOST, Outgoing, Way, actor::Command};
use crate::{
    Closed,
    codec::Frame,
    dispatch::Event,
    heartbeat::{PING, PONG},
    host::SocketId,
};

/// The most a message may hold, as on Cloudflare.
const MAX_MESSAGE: usize = 32 << 20;

/// How long a peer may take to answer a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

type Io = TokioIo<Upgraded>;

/// Serves the connection until it is over; tells the room so exactly once.
pub(super) async fn serve(
    mut websocket: WebSocket<Io>,
    socket: SocketId,
    room: mpsc::Sender<Command>,
    (out, outgoing): Way,
) {
    websocket.set_max_message_size(MAX_MESSAGE);
    websocket.set_auto_close(false);
    let (reader, writer) = websocket.split(tokio::io::split);

    let writing = tokio::spawn(write(writer, outgoing));
    let closed = tokio::select! {
        closed = read(FragmentCollectorRead::new(reader), socket, &room, out) => closed,
        // The writer ends first where the connection broke, or the room has closed and the peer does not answer.
        _ = writing => Closed::lost(),
    };
    // A room that is gone has no session to tell of.
    let _ = room.send(Command::Event { socket, event: Event::Closed(closed) }).await;
}

/// Tells the room that a connection broke before it became a WebSocket.
pub(super) async fn lost(socket: SocketId, room: &mpsc::Sender<Command>) {
    let _ = room.send(Command::Event { socket, event: Event::Closed(Closed::lost()) }).await;
}

async fn read(
    mut frames: FragmentCollectorRead<ReadHalf<Io>>,
    socket: SocketId,
    room: &mpsc::Sender<Command>,
    out: mpsc::UnboundedSender<Outgoing>,
) -> Closed {
    loop {
        let mut answer = |frame: WsFrame<'_>| {
            let pong = Outgoing::Pong(Bytes::copy_from_slice(&frame.payload));
            let _ = out.send(pong);
            async { Ok::<_, WebSocketError>(()) }
        };
        let message = match frames.read_frame(&mut answer).await {
            Ok(frame) => match frame.opcode {
                OpCode::Close => return peer_closed(&frame.payload),
                OpCode::Text if *frame.payload == *PING.as_bytes() => {
                    let _ = out.send(Outgoing::Text(Bytes::from_static(PONG.as_bytes())));
                    continue;
                }
                OpCode::Text => match String::from_utf8(frame.payload.into()) {
                    Ok(text) => Frame::Text(text),
                    Err(_) => return Closed::failed("a text frame was not UTF-8"),
                },
                OpCode::Binary => Frame::Binary(frame.payload.into()),
                OpCode::Ping | OpCode::Pong | OpCode::Continuation => continue,
            },
            Err(WebSocketError::UnexpectedEOF | WebSocketError::IoError(_) | WebSocketError::ConnectionClosed) => {
                return Closed::lost();
            }
            Err(error) => return Closed::failed(error.to_string()),
        };
        if room.send(Command::Event { socket, event: Event::Message(message, None) }).await.is_err() {
            return Closed::lost();
        }
    }
}

fn peer_closed(payload: &[u8]) -> Closed {
    match payload.split_first_chunk() {
        Some((code, reason)) => Closed::by_peer(u16::from_be_bytes(*code), String::from_utf8_lossy(reason)),
        None => Closed::by_peer(1005, ""),
    }
}

/// Writes until the room lets go of the socket or the close frame is out; then gives the peer time to answer it.
async fn write(mut frames: WebSocketWrite<WriteHalf<Io>>, mut outgoing: mpsc::UnboundedReceiver<Outgoing>) {
    while let Some(mut next) = outgoing.recv().await {
        if let Outgoing::Barrier(barrier) = &next {
            if barrier.passed().await.is_ok() {
                continue;
            }
            next = Outgoing::Close { code: LOST, reason: "a write was lost".to_owned() };
        }
        let is_close = matches!(next, Outgoing::Close { .. });
        let frame = match &next {
            Outgoing::Text(text) => WsFrame::text(Payload::Borrowed(text)),
            Outgoing::Binary(bytes) => WsFrame::binary(Payload::Borrowed(bytes)),
            Outgoing::Pong(bytes) => WsFrame::pong(Payload::Borrowed(bytes)),
            Outgoing::Close { code, reason } => WsFrame::close(*code, reason.as_bytes()),
            Outgoing::Barrier(_) => continue,
        };
        if frames.write_frame(frame).await.is_err() {
            return;
        }
        if is_close {
            let _ = timeout(CLOSE_TIMEOUT, async { while outgoing.recv().await.is_some() {} }).await;
            return;
        }
    }
}
