//! One WebSocket connection: frames in become events of the room, what the room queues becomes frames out.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::AsyncWriteExt,
    net::{TcpStream, tcp::OwnedWriteHalf},
    sync::mpsc,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{
    actor::Command,
    outbox::Outbox,
    receive::{Limits, Receiver},
};
use crate::{Closed, host::SocketId, server::dispatch::Event};

/// The time the room has to answer the peer's close, which it does when it has handled what came before.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);

/// The time a peer has to close the connection after both close frames.
const LINGER: Duration = Duration::from_secs(2);

/// Bytes of the buffer for writing that an idle connection keeps.
const IDLE_BUFFER: usize = 1024;

/// A connection that has become a WebSocket.
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    /// What came behind the handshake.
    pub(super) received: Vec<u8>,
    pub(super) limits: Limits,
    /// The server stops.
    pub(super) stopping: CancellationToken,
}

/// Serves the connection until it is over; tells the room so exactly once.
pub(super) async fn serve(connection: Connection, socket: SocketId, room: mpsc::Sender<Command>, outbox: Arc<Outbox>) {
    let Connection { stream, received, limits, stopping } = connection;
    let (reading, writing) = stream.into_split();
    let mut receiver = Receiver::new(reading, received, limits).await;
    // The half for writing, once the close frame is out.
    let mut written = None;
    let mut is_broken = false;
    let mut is_stopping = false;

    let mut write = Box::pin(write(writing, outbox.clone()));
    let (closed, may_answer) = {
        let receive = receiver.run(socket, &room, &outbox);
        tokio::pin!(receive);
        loop {
            tokio::select! {
                closed = &mut receive => break (closed, true),
                half = &mut write, if written.is_none() => match half {
                    Ok(half) => written = Some(half),
                    Err(_) => {
                        is_broken = true;
                        break (Closed::lost(), false);
                    }
                },
                closed = outbox.ended() => break (closed, false),
                () = stopping.cancelled(), if !is_stopping => {
                    is_stopping = true;
                    outbox.fail(1001, "server shutdown");
                }
            }
        }
    };

    // What is still queued goes out while the room handles the end, the close frame above all.
    outbox.end_within(ANSWER_TIMEOUT);
    let report = async {
        // A room that is gone answers nothing.
        if room.send(Command::Event { socket, event: Event::Closed(closed) }).await.is_err() {
            outbox.forget();
        }
    };
    let finish = async {
        if written.is_none() && !is_broken {
            written = tokio::select! {
                half = &mut write => half.ok(),
                () = outbox.deadline() => None,
            };
        }
        match written {
            // Bytes that nobody has read would make the system reset the connection, and the peer might lose the close frame.
            Some(mut half) => {
                let _ = half.shutdown().await;
                if may_answer {
                    let _ = timeout(LINGER, receiver.discard()).await;
                }
            }
            // What the system has buffered goes with the connection.
            None => receiver.reset(),
        }
        drop(write);
    };
    tokio::join!(report, finish);
}

/// Tells the room that a connection broke before it became a WebSocket.
pub(super) async fn lost(socket: SocketId, room: &mpsc::Sender<Command>) {
    let _ = room.send(Command::Event { socket, event: Event::Closed(Closed::lost()) }).await;
}

/// Writes until the close frame is out.
async fn write(mut half: OwnedWriteHalf, outbox: Arc<Outbox>) -> io::Result<OwnedWriteHalf> {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        // An idle connection holds no memory for what it has once written.
        buffer.shrink_to(IDLE_BUFFER);
        let batch = outbox.next(&mut buffer).await;
        half.write_all(&buffer).await?;
        if let Some(payload) = batch.payload {
            half.write_all(&payload).await?;
        }
        if batch.is_last {
            return Ok(half);
        }
    }
}
