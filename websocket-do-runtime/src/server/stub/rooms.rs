//! The rooms of one class, as a host reaches them for stubs.

use std::{any::Any, future::Future, pin::Pin, rc::Rc, time::Duration};

use super::{Jurisdiction, LocationHint, StubError};
use crate::{Request, Response, server::app::is_room_name};

/// The largest response of a call, in bytes: it is in memory as a whole.
pub(crate) const MAX_RESPONSE: usize = 32 << 20;

/// A future of a stub, which stays on the thread of its room.
pub type StubFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// The name or id of a room.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RoomKey {
    /// The room with this name.
    Name(String),
    /// The room with this id, 64 hexadecimal digits.
    Id(String),
}

impl RoomKey {
    /// Checks the room's name: for some names the platform would create an object that does not know its name.
    pub(super) fn check(&self) -> Result<(), StubError> {
        match self {
            Self::Name(name) if !is_room_name(name) => {
                Err(StubError::Id(format!("a room's name has 1 to 1024 bytes, this one has {}", name.len())))
            }
            _ => Ok(()),
        }
    }
}

/// Why an attempt to call a room has failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// The request cannot be sent.
    Request(String),
    /// The room was not reached; another attempt may reach it.
    Retryable(String),
    /// The room is overloaded.
    Overloaded(String),
    /// The room or the platform has failed.
    Failed(String),
    /// The response cannot be read.
    Response(String),
}

/// The rooms of one class.
pub trait Rooms {
    /// Sends a request to a room, once.
    fn fetch<'a>(&'a self, room: &'a RoomKey, request: Request) -> StubFuture<'a, Result<Response, CallError>>;

    /// Requests a session of a room, once. Returns the socket and the chosen subprotocol, or the client's error for a refusal.
    #[cfg(all(feature = "client", target_arch = "wasm32"))]
    fn connect<'a>(
        &'a self,
        room: &'a RoomKey,
        request: http::Request<()>,
    ) -> StubFuture<'a, Result<Result<Opened, crate::client::ClientError>, CallError>>;

    /// Returns what opens sessions of a room.
    ///
    /// # Errors
    /// Returns an error if the host does not connect rooms.
    #[cfg(all(feature = "client", not(target_arch = "wasm32")))]
    fn opener(&self, _room: &RoomKey) -> Result<Opener, crate::client::ClientError> {
        Err(crate::client::ClientError::Transport("this host does not support sessions between rooms".to_owned()))
    }

    /// Waits before another attempt.
    fn sleep(&self, time: Duration) -> StubFuture<'static, ()>;

    /// A random number from 0 to 1.
    fn random(&self) -> f64;

    /// The id of the room with this name.
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if the host has no ids.
    fn id(&self, _name: &str) -> Result<String, StubError> {
        Err(no_ids())
    }

    /// Checks an id.
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if it is no id of a room of this class.
    fn check_id(&self, _id: &str) -> Result<(), StubError> {
        Err(no_ids())
    }

    /// The id of a new room.
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if the host creates none.
    fn new_id(&self) -> Result<String, StubError> {
        Err(no_ids())
    }

    /// The same rooms; new ones are created in this region. [`None`] if the host has no regions.
    fn near(&self, _hint: LocationHint) -> Option<Rc<dyn Rooms>> {
        None
    }

    /// The rooms of a jurisdiction.
    ///
    /// # Errors
    /// Returns [`StubError::Id`] if the host does not support jurisdictions.
    fn within(&self, jurisdiction: Jurisdiction) -> Result<Rc<dyn Rooms>, StubError> {
        Err(StubError::Id(format!("this host does not support the jurisdiction `{}`", jurisdiction.as_str())))
    }

    /// The host's own type.
    fn as_any(&self) -> &dyn Any;
}

/// Why a host finds rooms by name only.
const NO_IDS: &str = "this host finds rooms by name only";

fn no_ids() -> StubError {
    StubError::Id(NO_IDS.to_owned())
}

/// Returns the room's name, for a host without ids.
///
/// # Errors
/// Returns an error for an id.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn name_of(room: &RoomKey) -> Result<&str, String> {
    match room {
        RoomKey::Name(name) => Ok(name),
        RoomKey::Id(_) => Err(NO_IDS.to_owned()),
    }
}

/// Returns the response of a room in this process.
///
/// # Errors
/// Returns an error if it is larger than [`MAX_RESPONSE`].
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn complete(response: Response) -> Result<Response, CallError> {
    if response.body().len() > MAX_RESPONSE {
        return Err(CallError::Response("it is larger than 32 MiB".to_owned()));
    }
    Ok(response)
}

/// Opens sessions of a room for a typed client, which may move to another thread.
#[cfg(all(feature = "client", not(target_arch = "wasm32")))]
#[derive(Clone)]
pub struct Opener(pub(crate) std::sync::Arc<crate::client::Opener>);

#[cfg(all(feature = "client", not(target_arch = "wasm32")))]
impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opener").finish_non_exhaustive()
    }
}

/// A socket, and the subprotocol that the room has chosen.
#[cfg(all(feature = "client", target_arch = "wasm32"))]
pub struct Opened {
    pub(crate) socket: crate::client::transport::Socket,
    pub(crate) subprotocol: Option<String>,
}

#[cfg(all(feature = "client", target_arch = "wasm32"))]
impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("subprotocol", &self.subprotocol).finish_non_exhaustive()
    }
}
