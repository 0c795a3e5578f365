//! A minimal host in memory: copies each frame into its receiver's buffer, and stores nothing.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    future::{Future, pending},
    pin::Pin,
    rc::Rc,
};

use uuid::Uuid;
use websocket_do::{Env, Format, Frame, HostError, ListOptions};
use websocket_do_runtime::{
    host::{Host, SocketFilter, SocketId, Store},
    server::{
        ClassRef,
        stub::{StubError, rooms::Rooms},
    },
};

/// The receivers' buffers, one for each socket. The implementation by hand sends to them as well.
#[derive(Debug, Default)]
pub struct Wires(RefCell<Vec<Vec<u8>>>);

impl Wires {
    /// Adds a receiver, and returns its number.
    pub fn add(&self) -> usize {
        let mut wires = self.0.borrow_mut();
        wires.push(Vec::new());
        wires.len() - 1
    }

    /// Copies a frame to each receiver. Returns the number of receivers.
    pub fn send(&self, receivers: impl Iterator<Item = usize>, frame: &[u8]) -> usize {
        let mut wires = self.0.borrow_mut();
        let mut reached = 0;
        for receiver in receivers {
            if let Some(wire) = wires.get_mut(receiver) {
                wire.clear();
                wire.extend_from_slice(frame);
                reached += 1;
            }
        }
        reached
    }

    /// Returns the last frame of a receiver.
    pub fn last(&self, receiver: usize) -> Vec<u8> {
        self.0.borrow().get(receiver).cloned().unwrap_or_default()
    }
}

/// Sockets with their tags and attachments.
#[derive(Debug, Default)]
pub struct MemoryHost {
    /// The receivers of frames.
    pub wires: Wires,
    tagged: RefCell<HashMap<String, Vec<SocketId>>>,
    tags: RefCell<HashMap<SocketId, Vec<String>>>,
    attachments: RefCell<HashMap<SocketId, Vec<u8>>>,
    ids: Cell<u128>,
}

impl MemoryHost {
    fn with_tag(&self, tag: &str) -> Vec<SocketId> {
        self.tagged.borrow().get(tag).cloned().unwrap_or_default()
    }
}

impl Host for MemoryHost {
    fn room_name(&self) -> Option<String> {
        None
    }

    fn env(&self) -> Env {
        Env::default()
    }

    fn rooms(&self, _: &ClassRef) -> Result<Rc<dyn Rooms>, StubError> {
        Err(StubError::Binding("the benches have no other rooms".to_owned()))
    }

    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()>>>) {}

    fn now(&self) -> u64 {
        1_764_000_000_000
    }

    fn accept(&self, tags: &[String], attachment: &[u8]) -> Result<SocketId, HostError> {
        let socket = SocketId(u32::try_from(self.wires.add()).map_err(|_| HostError::new("too many sockets"))?);
        for tag in tags {
            self.tagged.borrow_mut().entry(tag.clone()).or_default().push(socket);
        }
        self.tags.borrow_mut().insert(socket, tags.to_vec());
        self.attachments.borrow_mut().insert(socket, attachment.to_vec());
        Ok(socket)
    }

    fn sockets(&self, filter: SocketFilter<'_>) -> Vec<SocketId> {
        match filter {
            SocketFilter::All => self.tags.borrow().keys().copied().collect(),
            SocketFilter::Format(Format::Json) => self.with_tag("json"),
            SocketFilter::Format(Format::MessagePack) => self.with_tag("msgpack"),
            SocketFilter::Tag(tag) => self.with_tag(tag),
        }
    }

    fn tags(&self, socket: SocketId) -> Vec<String> {
        self.tags.borrow().get(&socket).cloned().unwrap_or_default()
    }

    fn attachment(&self, socket: SocketId) -> Option<Vec<u8>> {
        self.attachments.borrow().get(&socket).cloned()
    }

    fn set_attachment(&self, socket: SocketId, bytes: &[u8]) -> Result<(), HostError> {
        self.attachments.borrow_mut().insert(socket, bytes.to_vec());
        Ok(())
    }

    fn send(&self, sockets: &[SocketId], frame: &Frame) -> usize {
        let bytes = match frame {
            Frame::Text(text) => text.as_bytes(),
            Frame::Binary(bytes) => bytes,
        };
        self.wires.send(sockets.iter().filter_map(|socket| usize::try_from(socket.0).ok()), bytes)
    }

    fn close(&self, _: SocketId, _: u16, _: &str) {}

    fn remove(&self, socket: SocketId) {
        self.tags.borrow_mut().remove(&socket);
        self.attachments.borrow_mut().remove(&socket);
    }

    fn closing_record(&self) -> Vec<u8> {
        Vec::new()
    }

    fn set_closing_record(&self, _: &[u8]) -> Result<(), HostError> {
        Err(no_storage())
    }

    fn uuid(&self) -> Uuid {
        self.ids.set(self.ids.get() + 1);
        Uuid::from_u128(self.ids.get())
    }

    fn sleep(&self, _: u64) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(pending())
    }

    fn set_alarm(&self, _: Option<u64>) -> Result<(), HostError> {
        Err(no_storage())
    }

    fn store(&self) -> &dyn Store {
        self
    }
}

fn no_storage() -> HostError {
    HostError::new("the benches have no storage")
}

impl Store for MemoryHost {
    fn get(&self, _: &str) -> Result<Option<Vec<u8>>, HostError> {
        Err(no_storage())
    }

    fn put(&self, _: &str, _: &[u8]) -> Result<(), HostError> {
        Err(no_storage())
    }

    fn delete(&self, _: &str) -> Result<bool, HostError> {
        Err(no_storage())
    }

    fn list(&self, _: &ListOptions) -> Result<Vec<(String, Vec<u8>)>, HostError> {
        Err(no_storage())
    }

    fn transaction(&self, _: &mut dyn FnMut() -> bool) -> Result<(), HostError> {
        Err(no_storage())
    }
}
