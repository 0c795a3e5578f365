//! The host on workerd and Cloudflare: the hibernation API of Durable Objects.

mod convert;
mod entry;
mod object;
mod promise;
mod socket;
mod store;

use std::{cell::RefCell, collections::HashMap, future::Future, pin::Pin, time::Duration};

use js_sys::{Date, Object, Promise, WeakMap};
use uuid::Uuid;
use worker::{
    Delay, State, WebSocketPair,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
    web_sys::WebSocket,
    worker_sys::WebSocketRequestResponsePair,
};

pub use entry::fetch;
pub use object::{DurableObject, Outcome};

/// What the exported class is written with.
#[doc(hidden)]
pub mod export {
    pub use ::worker::{
        Env,
        wasm_bindgen::{self as wasm_bindgen_crate, JsValue, prelude::wasm_bindgen},
        web_sys::{Request, WebSocket},
        worker_sys::DurableObjectState,
    };
}

use self::store::WorkerStore;
use super::{Host, SocketId, Store};
use crate::{
    HostError,
    codec::Frame,
    heartbeat::{PING, PONG},
    log,
};

/// The number of a socket whose `closed` handler has run.
const FORGOTTEN: f64 = -1.0;

/// The last alarm that the platform takes, which has no dates after 2188.
const LAST_ALARM: u64 = 6_911_222_399_999;

/// The longest `setTimeout`.
const LONGEST_SLEEP: u64 = i32::MAX as u64;

/// The sockets, the storage and the alarm of one object, through its state.
struct WorkerHost {
    state: State,
    sockets: RefCell<Vec<Option<WebSocket>>>,
    /// From a socket to its number. Weak, so that it can remember the sockets that are over.
    numbers: WeakMap,
    /// The sockets whose close event has come and is not handled yet. The platform may have dropped them from its list.
    leaving: RefCell<Vec<SocketId>>,
    /// The clients' ends of sockets that were accepted just now.
    clients: RefCell<HashMap<SocketId, worker::WebSocket>>,
    store: WorkerStore,
}

impl WorkerHost {
    fn new(state: State) -> Result<Self, JsValue> {
        let heartbeat = WebSocketRequestResponsePair::new(PING, PONG)?;
        state.as_raw().set_websocket_auto_response(&heartbeat)?;
        Ok(Self {
            store: WorkerStore::new(state.as_raw().storage()?),
            state,
            sockets: RefCell::default(),
            numbers: WeakMap::new(),
            leaving: RefCell::default(),
            clients: RefCell::default(),
        })
    }

    /// The number of a socket, a new one where the object has not seen it since it woke.
    fn number(&self, socket: &WebSocket) -> Option<SocketId> {
        let known = self.numbers.get(socket.unchecked_ref::<Object>()).as_f64();
        if known == Some(FORGOTTEN) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a u32 before")]
        Some(known.map_or_else(|| self.insert(socket), |number| SocketId(number as u32)))
    }

    fn insert(&self, socket: &WebSocket) -> SocketId {
        let mut sockets = self.sockets.borrow_mut();
        let number = u32::try_from(sockets.len()).unwrap_or(u32::MAX);
        sockets.push(Some(socket.clone()));
        self.numbers.set(socket.unchecked_ref(), &number.into());
        SocketId(number)
    }

    fn socket(&self, id: SocketId) -> Option<WebSocket> {
        self.sockets.borrow().get(id.0 as usize)?.clone()
    }

    fn try_accept(&self, tags: &[String], attachment: &[u8]) -> Result<SocketId, JsValue> {
        let pair = WebSocketPair::new().map_err(JsValue::from)?;
        let server: &WebSocket = pair.server.as_ref();
        let tags = tags.iter().map(JsValue::from).collect();
        self.state.as_raw().accept_websocket_with_tags(server, tags)?;
        convert::set_attachment(server, attachment)?;
        let socket = self.insert(server);
        self.clients.borrow_mut().insert(socket, pair.client);
        Ok(socket)
    }

    fn try_set_alarm(&self, at: Option<u64>) -> Result<(), JsValue> {
        let storage = self.state.as_raw().storage()?;
        let set = match at {
            #[expect(clippy::cast_precision_loss, reason = "a JavaScript date is a float64")]
            Some(at) => {
                // An alarm that is set while another goes off, to the same time, never goes off.
                let at = at.max(self.now() + 2).min(LAST_ALARM) as f64;
                storage.set_alarm(Date::new(&at.into()), Object::new())?
            }
            None => storage.delete_alarm(Object::new())?,
        };
        log_failure(&set);
        Ok(())
    }
}

/// Says so when a promise that nobody waits for fails.
fn log_failure(promise: &Promise) {
    thread_local! {
        static LOG: Closure<dyn FnMut(JsValue)> =
            Closure::new(|error: JsValue| log::error(&format!("the alarm was not set: {}", convert::message(&error))));
    }
    LOG.with(|log| drop(promise.catch(log)));
}

impl Host for WorkerHost {
    fn room_name(&self) -> Option<String> {
        self.state.as_raw().id().ok()?.name()
    }

    fn now(&self) -> u64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds since 1970")]
        let now = Date::now() as u64;
        now
    }

    fn accept(&self, tags: &[String], attachment: &[u8]) -> Result<SocketId, HostError> {
        self.try_accept(tags, attachment).map_err(|error| host_error(&error))
    }

    fn sockets(&self, tag: Option<&str>) -> Vec<SocketId> {
        let state = self.state.as_raw();
        let sockets = tag.map_or_else(|| state.get_websockets(), |tag| state.get_websockets_with_tag(tag));
        let mut sockets: Vec<_> = sockets.unwrap_or_default().iter().filter_map(|socket| self.number(socket)).collect();
        if tag.is_none() {
            let leaving = self.leaving.borrow();
            let dropped: Vec<_> = leaving.iter().filter(|socket| !sockets.contains(socket)).copied().collect();
            sockets.extend(dropped);
        }
        sockets
    }

    fn tags(&self, socket: SocketId) -> Vec<String> {
        let tags = self.socket(socket).and_then(|socket| self.state.as_raw().get_tags(&socket).ok());
        tags.unwrap_or_default()
    }

    fn attachment(&self, socket: SocketId) -> Vec<u8> {
        self.socket(socket).map(|socket| convert::attachment(&socket)).unwrap_or_default()
    }

    fn set_attachment(&self, socket: SocketId, bytes: &[u8]) -> Result<(), HostError> {
        let socket = self.socket(socket).ok_or_else(|| HostError::new("the socket is gone"))?;
        convert::set_attachment(&socket, bytes).map_err(|error| host_error(&error))
    }

    fn send(&self, sockets: &[SocketId], frame: &Frame) -> usize {
        let frame = convert::frame(frame);
        let known = self.sockets.borrow();
        let open = sockets.iter().filter_map(|id| known.get(id.0 as usize)?.as_ref());
        open.filter(|socket| convert::send(socket, &frame).is_ok()).count()
    }

    fn close(&self, socket: SocketId, code: u16, reason: &str) {
        if let Some(socket) = self.socket(socket) {
            // Throws where the socket is closed already, which is what was asked for.
            let _ = socket.close_with_code_and_reason(code, reason);
        }
    }

    fn forget(&self, socket: SocketId) {
        self.leaving.borrow_mut().retain(|leaving| *leaving != socket);
        let gone = self.sockets.borrow_mut().get_mut(socket.0 as usize).and_then(Option::take);
        if let Some(gone) = gone {
            self.numbers.set(gone.unchecked_ref(), &FORGOTTEN.into());
        }
    }

    fn uuid(&self) -> Uuid {
        Uuid::new_v4()
    }

    fn sleep(&self, millis: u64) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(Delay::from(Duration::from_millis(millis.min(LONGEST_SLEEP))))
    }

    fn set_alarm(&self, at: Option<u64>) -> Result<(), HostError> {
        // Written before anything that is sent from here on leaves; a write that fails resets the object.
        self.try_set_alarm(at).map_err(|error| host_error(&error))
    }

    fn store(&self) -> &dyn Store {
        &self.store
    }
}

fn host_error(error: &JsValue) -> HostError {
    HostError::new(convert::message(error))
}
