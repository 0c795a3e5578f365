//! The runtime under `websocket-do`: what the generated code calls. Users reach it through the facade.
//!
//! Everything but [`host`] is ignorant of where it runs.

#[doc(hidden)]
pub use serde;
#[cfg(all(feature = "server", target_arch = "wasm32"))]
pub use worker;

pub mod codec;
pub mod protocol;

#[cfg(feature = "client")]
pub mod client;
#[cfg(any(feature = "server", feature = "client"))]
mod connection;
#[cfg(feature = "server")]
pub mod host;
#[cfg(feature = "server")]
pub mod server;
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub mod testing;

#[cfg(any(feature = "server", feature = "client"))]
pub use self::connection::{Close, CloseError, Closed, Error, HostError, MaybeSend, MaybeSync, Result, SendError};
#[cfg(feature = "server")]
pub use self::server::{
    Accept, App, Audience, Env, EnvError, Handler, HasState, HttpError, IntoOutcome, IntoResponse, Json, ListOptions,
    MAX_KEY, MAX_MESSAGE_LIMIT, MAX_VALUE, Memory, PreviousSession, Query, Request, Response, Room, ServerMessageOf,
    Session, SpawnError, StateType, Storable, Storage, StorageError, Timer, UpdateError, Upgrade, WebSocketDo,
};
