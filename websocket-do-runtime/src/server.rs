//! Rooms: what handlers see, and the dispatch from a host's events to handlers. Knows hosts only by the [`Host`](crate::host::Host) trait.

pub(crate) mod alarm;
pub(crate) mod app;
pub mod attachment;
mod audience;
pub mod call;
mod class_ref;
mod closing;
pub(crate) mod counted;
pub mod dispatch;
mod env;
pub mod event;
pub(crate) mod handler;
mod handlers;
pub mod http;
pub(crate) mod log;
mod memory;
mod migrate;
mod room;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod room_class;
mod session;
mod spawn;
mod state;
pub(crate) mod storage;
mod stored;
pub mod stub;
mod tags;
pub(crate) mod timers;
pub mod typed_socket;
mod upgrade;

pub use self::{
    app::App,
    audience::Audience,
    class_ref::ClassRef,
    env::{Env, EnvError},
    handler::Handler,
    handlers::{IntoOutcome, MAX_MESSAGE_LIMIT, WebSocketDo},
    http::{HttpError, IntoResponse, Json, Query, Request, Response},
    memory::Memory,
    migrate::PreviousSession,
    room::{Room, ServerMessageOf},
    session::{Session, UpdateError},
    spawn::SpawnError,
    state::{HasState, StateType, States},
    storage::{ListOptions, MAX_KEY, MAX_VALUE, Storable, Storage, StorageError},
    timers::{Timer, timer},
    upgrade::{Accept, Upgrade},
};
pub(crate) use self::{env::Binding, state::StateMaker};
