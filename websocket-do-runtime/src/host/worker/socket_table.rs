//! The sockets of one object by number, and who is there: asked of the platform once, kept up to date from then on.

use std::cell::{Cell, RefCell};

use worker::{wasm_bindgen::prelude::wasm_bindgen, web_sys::WebSocket, worker_sys::DurableObjectState};

use super::convert;
use crate::{
    codec::{Format, Frame},
    host::{BySocket, SocketId},
};

/// The number of a socket whose `close` handler has run.
const FORGOTTEN: f64 = -1.0;

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    /// A `WeakMap` from sockets to numbers: weak, so that it can remember the sockets that are over.
    #[wasm_bindgen(js_name = WeakMap)]
    type Numbers;

    #[wasm_bindgen(constructor, js_class = "WeakMap")]
    fn new() -> Numbers;

    /// NaN where there is none. Asking for a number and not for a value saves a second crossing.
    #[wasm_bindgen(method)]
    fn get(this: &Numbers, socket: &WebSocket) -> f64;

    #[wasm_bindgen(method)]
    fn set(this: &Numbers, socket: &WebSocket, number: f64);
}

/// The sockets that have a format, for each.
#[derive(Default)]
struct Listed {
    json: Vec<SocketId>,
    msgpack: Vec<SocketId>,
}

impl Listed {
    fn of(&mut self, format: Format) -> &mut Vec<SocketId> {
        match format {
            Format::Json => &mut self.json,
            Format::MessagePack => &mut self.msgpack,
        }
    }
}

pub(super) struct SocketTable {
    sockets: RefCell<BySocket<WebSocket>>,
    numbers: Numbers,
    /// Numbers are not given twice: a handler may still hold one that is over.
    next: Cell<u32>,
    /// None until somebody asks, as waking a room must cost the same for one socket as for ten thousand.
    listed: RefCell<Option<Listed>>,
    /// The sockets whose close event has come and is not handled yet. The platform may have dropped them from its list.
    leaving: RefCell<Vec<SocketId>>,
}

impl SocketTable {
    pub(super) fn new() -> Self {
        Self {
            sockets: RefCell::default(),
            numbers: Numbers::new(),
            next: Cell::default(),
            listed: RefCell::default(),
            leaving: RefCell::default(),
        }
    }

    /// The number of a socket, a new one where the object has not seen it since it woke; none where it is over.
    pub(super) fn number(&self, socket: &WebSocket) -> Option<SocketId> {
        let known = self.numbers.get(socket);
        if known.is_nan() {
            return Some(self.insert(socket));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a u32 before")]
        (known != FORGOTTEN).then_some(SocketId(known as u32))
    }

    /// Takes in a socket that was accepted just now.
    pub(super) fn admit(&self, socket: &WebSocket, format: Format) -> SocketId {
        let id = self.insert(socket);
        if let Some(listed) = &mut *self.listed.borrow_mut() {
            listed.of(format).push(id);
        }
        id
    }

    pub(super) fn socket(&self, id: SocketId) -> Option<WebSocket> {
        self.sockets.borrow().get(&id).cloned()
    }

    /// The sockets of a format, or all.
    pub(super) fn list(&self, state: &DurableObjectState, format: Option<Format>) -> Vec<SocketId> {
        let mut listed = self.listed.borrow_mut();
        let listed = listed.get_or_insert_with(|| self.ask(state));
        match format {
            Some(format) => listed.of(format).clone(),
            None => [&listed.json[..], &listed.msgpack].concat(),
        }
    }

    /// The sockets that carry a tag.
    pub(super) fn with_tag(&self, state: &DurableObjectState, tag: &str) -> Vec<SocketId> {
        let sockets = state.get_websockets_with_tag(tag).unwrap_or_default();
        sockets.iter().filter_map(|socket| self.number(socket)).collect()
    }

    /// Hands the frame to each of them; how many took it.
    pub(super) fn send(&self, sockets: &[SocketId], frame: &Frame) -> usize {
        let frame = convert::frame(frame);
        let known = self.sockets.borrow();
        let open = sockets.iter().filter_map(|id| known.get(id));
        open.filter(|socket| convert::send(socket, &frame).is_ok()).count()
    }

    /// Notes that a socket's close event has come.
    pub(super) fn leave(&self, socket: SocketId) {
        self.leaving.borrow_mut().push(socket);
    }

    pub(super) fn forget(&self, id: SocketId) {
        self.leaving.borrow_mut().retain(|leaving| *leaving != id);
        if let Some(Listed { json, msgpack }) = &mut *self.listed.borrow_mut() {
            json.retain(|listed| *listed != id);
            msgpack.retain(|listed| *listed != id);
        }
        if let Some(gone) = self.sockets.borrow_mut().remove(&id) {
            self.numbers.set(&gone, FORGOTTEN);
        }
    }

    fn insert(&self, socket: &WebSocket) -> SocketId {
        let id = SocketId(self.next.get());
        self.next.set(id.0.wrapping_add(1));
        self.sockets.borrow_mut().insert(id, socket.clone());
        self.numbers.set(socket, id.0.into());
        id
    }

    /// Every session is accepted with its format for a tag.
    fn ask(&self, state: &DurableObjectState) -> Listed {
        let tagged = |format: Format| self.with_tag(state, format.name());
        let mut listed = Listed { json: tagged(Format::Json), msgpack: tagged(Format::MessagePack) };
        for &id in &*self.leaving.borrow() {
            if let Some(format) = self.format(state, id)
                && !listed.of(format).contains(&id)
            {
                listed.of(format).push(id);
            }
        }
        listed
    }

    fn format(&self, state: &DurableObjectState, id: SocketId) -> Option<Format> {
        let tags: Vec<String> = state.get_tags(&self.socket(id)?).ok()?;
        tags.iter().find_map(|tag| tag.parse().ok())
    }
}
