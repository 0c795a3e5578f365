//! Calls from room to room on the local host: in this process, without a socket.

use std::{any::Any, rc::Rc, sync::Arc, time::Duration};

use tokio::time::sleep;

use super::{
    LocalHost,
    actor::Reply,
    registry::{NoReply, Registry},
};
use crate::{
    Request, Response,
    server::{
        http::IntoResponse,
        stub::rooms::{CallError, RoomKey, Rooms, StubFuture, complete, name_of},
    },
};
#[cfg(feature = "client")]
use crate::{client::ClientError, server::stub::rooms::Opener};

/// The rooms of one class, for one calling room.
pub(super) struct LocalRooms {
    pub(super) caller: Rc<LocalHost>,
    pub(super) registry: Arc<Registry>,
}

impl LocalRooms {
    async fn send(&self, room: &RoomKey, request: Request) -> Result<Response, CallError> {
        let name = name_of(room).map_err(CallError::Request)?;
        if self.caller.written().await.is_err() {
            return Err(CallError::Failed("a write before the call was lost".to_owned()));
        }
        let request = match self.registry.class.limit_body(request) {
            Ok(request) => request,
            Err(status) => return Ok(status.into_response()),
        };
        let room =
            self.registry.room(name).ok_or_else(|| CallError::Overloaded("all threads have stalled".to_owned()))?;
        let reply = room.fetch(request).await.map_err(|none| match none {
            NoReply::Ended => CallError::Retryable("the room has ended".to_owned()),
            NoReply::Restarted => CallError::Failed("a handler of the room panicked".to_owned()),
            NoReply::Stalled => CallError::Overloaded("the room's thread has stalled".to_owned()),
        })?;
        match reply {
            Reply::Response(response) => complete(response),
            Reply::Upgrade { socket, .. } => {
                super::socket::lost(socket, &room.commands).await;
                Err(CallError::Request("an upgrade is not supported here".to_owned()))
            }
        }
    }
}

impl Rooms for LocalRooms {
    fn fetch<'a>(&'a self, room: &'a RoomKey, request: Request) -> StubFuture<'a, Result<Response, CallError>> {
        Box::pin(self.send(room, request))
    }

    #[cfg(feature = "client")]
    fn opener(&self, room: &RoomKey) -> Result<Opener, ClientError> {
        self.open_sessions(room)
    }

    fn sleep(&self, time: Duration) -> StubFuture<'static, ()> {
        Box::pin(sleep(time))
    }

    fn random(&self) -> f64 {
        fastrand::f64()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
