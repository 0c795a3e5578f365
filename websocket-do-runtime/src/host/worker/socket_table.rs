//! The sockets of one object by number and by format. The platform is asked for them once; then the table is kept up to date.

use std::cell::{Cell, RefCell};

use worker::{wasm_bindgen::prelude::wasm_bindgen, web_sys::WebSocket, worker_sys::DurableObjectState};

use super::frame;
use crate::{
    codec::{Format, Frame},
    host::{BySocket, SocketFilter, SocketId},
};

/// The number of a socket whose `close` handler has run.
const FORGOTTEN: f64 = -1.0;

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
extern "C" {
    /// A `WeakMap` from sockets to their numbers. Weak, as removed sockets stay in it.
    #[wasm_bindgen(js_name = WeakMap)]
    type Ids;

    #[wasm_bindgen(constructor, js_class = "WeakMap")]
    fn new() -> Ids;

    /// NaN if there is none. Returning a number and not a value saves a second crossing.
    #[wasm_bindgen(method)]
    fn get(this: &Ids, socket: &WebSocket) -> f64;

    #[wasm_bindgen(method)]
    fn set(this: &Ids, socket: &WebSocket, id: f64);
}

/// Sockets by the format of their session.
struct ByFormat {
    json: Vec<SocketId>,
    msgpack: Vec<SocketId>,
}

impl ByFormat {
    fn get_mut(&mut self, format: Format) -> &mut Vec<SocketId> {
        match format {
            Format::Json => &mut self.json,
            Format::MessagePack => &mut self.msgpack,
        }
    }
}

/// The sockets of one object that are not removed.
pub(super) struct SocketTable {
    sockets: RefCell<BySocket<WebSocket>>,
    ids: Ids,
    /// The next number. None is reused, as a handler may still hold the number of a removed socket.
    next: Cell<u32>,
    /// None until the first list: waking a room must cost the same for one socket as for 10,000.
    by_format: RefCell<Option<ByFormat>>,
    /// The sockets whose close event is not handled yet. The platform may no longer list them.
    closing: RefCell<Vec<SocketId>>,
}

impl SocketTable {
    pub(super) fn new() -> Self {
        Self {
            sockets: RefCell::default(),
            ids: Ids::new(),
            next: Cell::default(),
            by_format: RefCell::default(),
            closing: RefCell::default(),
        }
    }

    /// The number of a socket, a new one at the first call since the object woke. None if the socket is removed.
    pub(super) fn id(&self, socket: &WebSocket) -> Option<SocketId> {
        let known = self.ids.get(socket);
        if known.is_nan() {
            return Some(self.insert(socket));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was a u32 before")]
        (known != FORGOTTEN).then_some(SocketId(known as u32))
    }

    /// Adds a socket that was just accepted.
    pub(super) fn insert_accepted(&self, socket: &WebSocket, format: Format) -> SocketId {
        let id = self.insert(socket);
        if let Some(by_format) = &mut *self.by_format.borrow_mut() {
            by_format.get_mut(format).push(id);
        }
        id
    }

    pub(super) fn get(&self, id: SocketId) -> Option<WebSocket> {
        self.sockets.borrow().get(&id).cloned()
    }

    /// The sockets that match the filter.
    pub(super) fn list(&self, state: &DurableObjectState, filter: SocketFilter<'_>) -> Vec<SocketId> {
        if let SocketFilter::Tag(tag) = filter {
            return self.with_tag(state, tag);
        }
        let mut by_format = self.by_format.borrow_mut();
        let by_format = by_format.get_or_insert_with(|| self.query(state));
        match filter {
            SocketFilter::Format(format) => by_format.get_mut(format).clone(),
            _ => [&by_format.json[..], &by_format.msgpack].concat(),
        }
    }

    fn with_tag(&self, state: &DurableObjectState, tag: &str) -> Vec<SocketId> {
        let sockets = state.get_websockets_with_tag(tag).unwrap_or_default();
        sockets.iter().filter_map(|socket| self.id(socket)).collect()
    }

    /// Sends the frame to each of the sockets. Returns how many accepted it.
    pub(super) fn send(&self, ids: &[SocketId], frame: &Frame) -> usize {
        let frame = frame::to_js(frame);
        let sockets = self.sockets.borrow();
        let open = ids.iter().filter_map(|id| sockets.get(id));
        open.filter(|socket| frame::send(socket, &frame).is_ok()).count()
    }

    /// Records that a socket's close event has arrived.
    pub(super) fn mark_closing(&self, id: SocketId) {
        self.closing.borrow_mut().push(id);
    }

    /// Removes a socket whose `close` handler has run. It gets no number again.
    pub(super) fn remove(&self, id: SocketId) {
        self.closing.borrow_mut().retain(|closing| *closing != id);
        if let Some(ByFormat { json, msgpack }) = &mut *self.by_format.borrow_mut() {
            json.retain(|listed| *listed != id);
            msgpack.retain(|listed| *listed != id);
        }
        if let Some(socket) = self.sockets.borrow_mut().remove(&id) {
            self.ids.set(&socket, FORGOTTEN);
        }
    }

    fn insert(&self, socket: &WebSocket) -> SocketId {
        let id = SocketId(self.next.get());
        self.next.set(id.0.wrapping_add(1));
        self.sockets.borrow_mut().insert(id, socket.clone());
        self.ids.set(socket, id.0.into());
        id
    }

    /// Asks the platform for the sockets of each format: every session is accepted with its format as a tag.
    fn query(&self, state: &DurableObjectState) -> ByFormat {
        let with_format = |format: Format| self.with_tag(state, format.name());
        let mut by_format = ByFormat { json: with_format(Format::Json), msgpack: with_format(Format::MessagePack) };
        for &id in &*self.closing.borrow() {
            if let Some(format) = self.format(state, id)
                && !by_format.get_mut(format).contains(&id)
            {
                by_format.get_mut(format).push(id);
            }
        }
        by_format
    }

    fn format(&self, state: &DurableObjectState, id: SocketId) -> Option<Format> {
        let tags: Vec<String> = state.get_tags(&self.get(id)?).ok()?;
        tags.iter().find_map(|tag| tag.parse().ok())
    }
}
