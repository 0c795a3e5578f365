//! The host on workerd and Cloudflare, by the hibernation API of Durable Objects.

mod attachment;
mod body;
mod cf;
mod env;
mod error;
mod export_app;
mod fetch;
mod frame;
mod http;
mod object;
mod platform;
mod promise;
mod socket;
mod socket_table;
mod store;
pub mod stub;
mod url;

use std::{cell::RefCell, collections::HashMap, future::Future, pin::Pin, rc::Rc, time::Duration};

use js_sys::{Date, Object, Promise};
use uuid::Uuid;
use worker::{
    Delay, State, WebSocketPair,
    wasm_bindgen::{JsValue, closure::Closure},
    web_sys::WebSocket,
    worker_sys::WebSocketRequestResponsePair,
};

pub(crate) use env::Bindings;
pub use export_app::register;
pub use fetch::fetch;
pub use object::{DurableObject, Outcome};

/// What generated code uses to export the class of an object.
#[doc(hidden)]
pub mod export {
    pub use ::worker::{
        Env, Request as WorkerRequest, Response as WorkerResponse,
        wasm_bindgen::{self as wasm_bindgen_crate, JsValue, prelude::wasm_bindgen},
        web_sys::{Request, WebSocket},
        worker_sys::{Context as RawContext, DurableObjectState},
    };
}

use self::{error::host_error, socket_table::SocketTable, store::WorkerStore};
use super::{Host, SocketFilter, SocketId, Store};
use crate::{
    Env, HostError,
    codec::Frame,
    connection::heartbeat::{PING, PONG},
    server::{
        ClassRef, States, log,
        storage::value::CLOSING_KEY,
        stub::{StubError, rooms::Rooms},
    },
};

/// The latest time that the platform accepts for an alarm, in the year 2188.
const LAST_ALARM: u64 = 6_911_222_399_999;

/// The longest delay of `setTimeout`, in milliseconds.
const LONGEST_SLEEP: u64 = i32::MAX as u64;

/// The sockets, the storage and the alarm of one object.
struct WorkerHost {
    state: State,
    env: Env,
    states: States,
    sockets: SocketTable,
    /// The clients' ends of sockets whose upgrade response is not made yet.
    clients: RefCell<HashMap<SocketId, worker::WebSocket>>,
    store: WorkerStore,
    /// The closing record, once it was read or written. A transaction that is rolled back does not change it.
    closing_record: RefCell<Option<Vec<u8>>>,
}

impl WorkerHost {
    fn new(state: State, env: Env, states: States) -> Result<Self, JsValue> {
        let heartbeat = WebSocketRequestResponsePair::new(PING, PONG)?;
        state.as_raw().set_websocket_auto_response(&heartbeat)?;
        Ok(Self {
            store: WorkerStore::new(state.as_raw().storage()?),
            state,
            env,
            states,
            sockets: SocketTable::new(),
            clients: RefCell::default(),
            closing_record: RefCell::default(),
        })
    }

    fn try_accept(&self, tags: &[String], bytes: &[u8]) -> Result<SocketId, JsValue> {
        let pair = WebSocketPair::new().map_err(JsValue::from)?;
        let server: &WebSocket = pair.server.as_ref();
        self.state.as_raw().accept_websocket_with_tags(server, tags.iter().map(JsValue::from).collect())?;
        attachment::write(server, bytes)?;
        let format = tags.iter().find_map(|tag| tag.parse().ok()).unwrap_or_default();
        let socket = self.sockets.insert_accepted(server, format);
        self.clients.borrow_mut().insert(socket, pair.client);
        Ok(socket)
    }

    fn try_set_alarm(&self, at: Option<u64>) -> Result<(), JsValue> {
        let storage = self.state.as_raw().storage()?;
        let set = match at {
            #[expect(clippy::cast_precision_loss, reason = "a JavaScript date is a float64")]
            Some(at) => {
                // An alarm that is set by the `alarm` handler to the time of that alarm would never run.
                let at = at.max(self.now() + 2).min(LAST_ALARM) as f64;
                storage.set_alarm(Date::new(&at.into()), Object::new())?
            }
            None => storage.delete_alarm(Object::new())?,
        };
        log_failure(&set);
        Ok(())
    }
}

/// Logs the error of a promise that is not awaited.
fn log_failure(promise: &Promise) {
    thread_local! {
        static LOG: Closure<dyn FnMut(JsValue)> =
            Closure::new(|error: JsValue| log::error(&format!("the alarm was not set: {}", error::message(&error))));
    }
    LOG.with(|log| drop(promise.catch(log)));
}

impl Host for WorkerHost {
    fn room_name(&self) -> Option<String> {
        self.state.as_raw().id().ok()?.name()
    }

    fn ctx(&self) -> &State {
        &self.state
    }

    fn env(&self) -> Env {
        self.env.clone()
    }

    fn states(&self) -> States {
        self.states.clone()
    }

    fn rooms(&self, class: &ClassRef) -> Result<Rc<dyn Rooms>, StubError> {
        stub::rooms(&self.env, class.binding)
    }

    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()>>>) {
        promise::spawn(task);
    }

    fn start(&self, task: Pin<Box<dyn Future<Output = ()>>>) {
        promise::spawn_started(task);
    }

    fn now(&self) -> u64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds since 1970")]
        let now = Date::now() as u64;
        now
    }

    fn accept(&self, tags: &[String], attachment: &[u8]) -> Result<SocketId, HostError> {
        self.try_accept(tags, attachment).map_err(|error| host_error(&error))
    }

    fn sockets(&self, filter: SocketFilter<'_>) -> Vec<SocketId> {
        self.sockets.list(self.state.as_raw(), filter)
    }

    fn tags(&self, socket: SocketId) -> Vec<String> {
        let tags = self.sockets.get(socket).and_then(|socket| self.state.as_raw().get_tags(&socket).ok());
        tags.unwrap_or_default()
    }

    fn attachment(&self, socket: SocketId) -> Option<Vec<u8>> {
        self.sockets.get(socket).map(|socket| attachment::read(&socket))
    }

    fn set_attachment(&self, socket: SocketId, bytes: &[u8]) -> Result<(), HostError> {
        let socket = self.sockets.get(socket).ok_or_else(|| HostError::new("the socket is gone"))?;
        attachment::write(&socket, bytes).map_err(|error| host_error(&error))
    }

    fn send(&self, sockets: &[SocketId], frame: &Frame) -> usize {
        self.sockets.send(sockets, frame)
    }

    fn close(&self, socket: SocketId, code: u16, reason: &str) {
        if let Some(socket) = self.sockets.get(socket) {
            // Throws if the socket is closed already.
            let _ = socket.close_with_code_and_reason(code, reason);
        }
    }

    fn remove(&self, socket: SocketId) {
        self.sockets.remove(socket);
    }

    fn is_connected(&self, session: Uuid) -> bool {
        self.state.as_raw().get_websockets_with_tag(&session.to_string()).is_ok_and(|sockets| !sockets.is_empty())
    }

    fn closing_record(&self) -> Vec<u8> {
        if self.closing_record.borrow().is_none() {
            // A class that is not SQLite-backed has no key-value storage. Its record is lost with its memory.
            let record = self.store.get(CLOSING_KEY).ok().flatten().unwrap_or_default();
            self.closing_record.replace(Some(record));
        }
        self.closing_record.borrow().clone().unwrap_or_default()
    }

    fn set_closing_record(&self, record: &[u8]) -> Result<(), HostError> {
        self.closing_record.replace(Some(record.to_vec()));
        self.store.put(CLOSING_KEY, record)
    }

    fn uuid(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn sleep(&self, millis: u64) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(Delay::from(Duration::from_millis(millis.min(LONGEST_SLEEP))))
    }

    fn set_alarm(&self, at: Option<u64>) -> Result<(), HostError> {
        // Durable before a frame that is sent later leaves. A failed write resets the object.
        self.try_set_alarm(at).map_err(|error| host_error(&error))
    }

    fn store(&self) -> &dyn Store {
        &self.store
    }
}
