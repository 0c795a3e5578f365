//! One WebSocket connection: passes incoming frames to the room as events, and writes the frames that the room queues.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::mpsc,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{
    actor::Command,
    outbox::Outbox,
    receive::{Limits, ReadHalf, Receiver},
};
use crate::{Closed, host::SocketId, server::event::Event};

/// The time the room has to answer the peer's close, after the events before it.
const CLOSE_ANSWER_TIMEOUT: Duration = Duration::from_mins(1);

/// The time a peer has to close the connection after both close frames.
const LINGER: Duration = Duration::from_secs(2);

/// The capacity of the write buffer that an idle connection keeps, in bytes.
const IDLE_BUFFER: usize = 1024;

/// A connection after the opening handshake.
pub(super) struct Connection {
    pub(super) socket: SocketId,
    pub(super) room: mpsc::Sender<Command>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) limits: Limits,
    /// Cancelled when the server begins to stop.
    pub(super) stopping: CancellationToken,
}

impl Connection {
    /// Serves the connection until it ends; `begun` are the bytes that arrived after the handshake. Sends the room exactly one
    /// [`Event::Closed`].
    pub(super) async fn serve(self, reading: impl ReadHalf, writing: impl AsyncWrite + Send + Unpin, begun: Vec<u8>) {
        let Self { socket, room, outbox, limits, stopping } = self;
        let mut receiver = Receiver::new(reading, begun, limits);
        // The write half, once the close frame is written.
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

        // Queued frames and the close frame are still written while the room handles the end.
        outbox.end_within(CLOSE_ANSWER_TIMEOUT);
        let report = async {
            // A room that has ended will not answer the close.
            if room.send(Command::Event { socket, event: Event::Closed(closed) }).await.is_err() {
                outbox.remove();
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
                // Closing with unread bytes would reset the connection, and the peer could lose the close frame.
                Some(mut half) => {
                    let _ = half.shutdown().await;
                    if may_answer {
                        let _ = timeout(LINGER, receiver.discard()).await;
                    }
                }
                None => receiver.reset(),
            }
            drop(write);
        };
        tokio::join!(report, finish);
    }
}

/// Reports to the room that the connection was lost before the handshake was complete.
pub(super) async fn lost(socket: SocketId, room: &mpsc::Sender<Command>) {
    let _ = room.send(Command::Event { socket, event: Event::Closed(Closed::lost()) }).await;
}

/// Writes frames until the close frame is written.
async fn write<W: AsyncWrite + Unpin>(mut half: W, outbox: Arc<Outbox>) -> io::Result<W> {
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
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
