//! The runtime under `websocket-do`: what the generated code calls. Users reach it through the facade.
//!
//! Everything but [`host`] is ignorant of where it runs.

#[doc(hidden)]
pub use serde;

pub mod codec;
pub mod protocol;

#[cfg(any(feature = "server", feature = "client"))]
mod close;
#[cfg(any(feature = "server", feature = "client"))]
pub use close::{Close, CloseError, Closed};
#[cfg(any(feature = "server", feature = "client"))]
mod error;
#[cfg(any(feature = "server", feature = "client"))]
pub use error::{Error, HostError, Result, SendError};

#[cfg(any(feature = "server", feature = "client"))]
mod heartbeat;

#[cfg(feature = "server")]
mod alarm;
#[cfg(feature = "server")]
mod app;
#[cfg(feature = "server")]
pub mod attachment;
#[cfg(feature = "server")]
mod audience;
#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "server")]
mod closing;
#[cfg(feature = "server")]
pub mod dispatch;
#[cfg(feature = "server")]
mod handlers;
#[cfg(feature = "server")]
pub mod host;
#[cfg(feature = "server")]
pub mod http;
#[cfg(feature = "server")]
mod log;
#[cfg(feature = "server")]
mod migrate;
#[cfg(any(feature = "server", feature = "client"))]
mod printable;
#[cfg(feature = "server")]
mod room;
#[cfg(feature = "server")]
mod session;
#[cfg(feature = "server")]
pub mod socket;
#[cfg(feature = "server")]
mod storage;
#[cfg(feature = "server")]
mod stored;
#[cfg(feature = "server")]
pub mod stub;
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub mod testing;
#[cfg(feature = "server")]
mod timers;
#[cfg(feature = "server")]
mod upgrade;

#[cfg(feature = "server")]
pub use self::{
    app::App,
    audience::Audience,
    handlers::{IntoOutcome, MAX_MESSAGE_LIMIT, WebSocketDo},
    http::{IntoResponse, Json, Query, Refusal, Request, Response},
    migrate::ResumeFailure,
    protocol::{Rejection, RejectionCode},
    room::{Room, ServerMessageOf},
    session::Session,
    storage::{List, MAX_KEY, MAX_VALUE, Storable, Storage},
    upgrade::{Accept, Upgrade},
};
