//! Sessions of rooms for the rooms that call them: in this process, over a stream in memory.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, header};

use super::{
    actor::Reply,
    registry::{NoReply, Registry},
    socket::Connection,
    stub::LocalRooms,
};
use crate::{
    client::{ClientError, transport::Socket},
    server::stub::rooms::{Opener, RoomKey, name_of},
};

/// How many bytes of each direction wait in the stream.
const BUFFER: usize = 64 * 1024;

impl LocalRooms {
    /// Returns what opens sessions of a room, once the calling room's earlier writes are durable.
    pub(super) fn open_sessions(&self, room: &RoomKey) -> Result<Opener, ClientError> {
        let name: Arc<str> = name_of(room).map_err(ClientError::Url)?.into();
        // A client that reconnects must not keep the data folder of a server that has stopped.
        let (registry, barrier) = (Arc::downgrade(&self.registry), self.caller.barrier());
        Ok(Opener(Arc::new(move |request| {
            let (registry, name, barrier) = (registry.clone(), name.clone(), barrier.clone());
            Box::pin(async move {
                if let Some(barrier) = barrier
                    && barrier.passed().await.is_err()
                {
                    return Err(transport("a write before the session was lost"));
                }
                let registry = registry.upgrade().ok_or_else(|| transport("the server has stopped"))?;
                open(&registry, &name, request).await
            })
        })))
    }
}

async fn open(
    registry: &Arc<Registry>,
    name: &str,
    request: Request<()>,
) -> Result<(Socket, Option<String>), ClientError> {
    let mut request = Socket::handshake(request)?.map(|()| Bytes::new());
    if let Some(path) = request.uri().path_and_query().cloned() {
        *request.uri_mut() = path.into();
    }
    let overloaded = |reason: &str| ClientError::Overloaded(reason.to_owned());
    let room = registry.room(name).ok_or_else(|| overloaded("all threads have stalled"))?;
    let reply = room.fetch(request).await.map_err(|none| match none {
        NoReply::Ended => transport("the room has ended"),
        NoReply::Restarted => transport("a handler of the room panicked"),
        NoReply::Stalled => overloaded("the room's thread has stalled"),
    })?;
    let (socket, headers, outbox) = match reply {
        Reply::Upgrade { socket, headers, outbox } => (socket, headers, outbox),
        Reply::Response(response) => {
            let body = String::from_utf8_lossy(response.body()).into_owned();
            return Err(ClientError::refused(response.status().as_u16(), response.headers(), body));
        }
    };
    let (client, server) = tokio::io::duplex(BUFFER);
    let (reading, writing) = tokio::io::split(server);
    let connections = &registry.context.connections;
    let (limits, stopping, stop) = (registry.limits(), connections.stopping.clone(), registry.context.stop.clone());
    let connection = Connection { socket, room: room.commands, outbox, limits, stopping };
    let serve = async move { stop.run_until_cancelled(connection.serve(reading, writing, Vec::new())).await };
    // Not on the thread of a room, whose handlers may block.
    connections.tracker.spawn_on(serve, &connections.runtime);
    let subprotocol = headers.get(header::SEC_WEBSOCKET_PROTOCOL);
    let subprotocol = subprotocol.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    Ok((Socket::in_memory(client), subprotocol))
}

fn transport(reason: &str) -> ClientError {
    ClientError::Transport(reason.to_owned())
}
