//! A room whose handlers load the server.

use std::{
    cell::{Cell, RefCell},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use websocket_do::{Closed, HttpError, Json, Request, Result, Room, Session, Upgrade, WsProtocol, websocket_do};

/// Ends the blocking handlers.
pub(crate) static RELEASE: AtomicBool = AtomicBool::new(false);

/// Messages from clients to the room.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Loads)]
pub(crate) enum Load {
    /// The room sends this many frames of this many bytes.
    Flood { frames: u32, bytes: usize },
    /// The room closes the session.
    Kick { code: u16 },
    /// The handler awaits until `Resume`.
    Wait { padding: String },
    /// Resumes the awaiting handlers.
    Resume,
    /// The handler blocks, without awaiting.
    Spin,
}

/// Messages from the room to clients.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub(crate) enum Loads {
    /// A frame of a flood.
    Flood { bytes: String },
}

/// A user that a layer around the rooms has authenticated.
#[derive(Clone)]
pub(crate) struct User(pub(crate) &'static str);

/// The room.
#[derive(Default)]
pub(crate) struct Loaded {
    ends: RefCell<Vec<u16>>,
    handled: Cell<usize>,
    is_resumed: Cell<bool>,
}

#[websocket_do(client = Load, session = ())]
impl Loaded {
    #[connect]
    async fn connect(&self, upgrade: &Upgrade) -> Result<(), HttpError> {
        match upgrade.parts().extensions.get() {
            Some(User("mallory")) => Err(HttpError::unauthorized()),
            _ => Ok(()),
        }
    }

    #[get("/user")]
    fn user(&self, request: Request) -> Option<&'static str> {
        request.extensions().get().map(|User(name)| *name)
    }

    #[message]
    fn flood(&self, session: &Session<Self>, frames: u32, bytes: usize) {
        // A session that is closed meanwhile returns an error.
        let _ = (0..frames).try_for_each(|_| session.send(Loads::Flood { bytes: "x".repeat(bytes) }));
    }

    #[message]
    fn kick(&self, session: &Session<Self>, code: u16) -> Result<()> {
        Ok(session.close(code, "")?)
    }

    #[message]
    async fn wait(&self, session: &Session<Self>, padding: String) {
        let _ = padding;
        while !self.is_resumed.get() {
            session.room().sleep(Duration::from_millis(10)).await;
        }
        self.handled.set(self.handled.get() + 1);
    }

    #[message]
    fn resume(&self, _session: &Session<Self>) {
        self.is_resumed.set(true);
    }

    #[message]
    fn spin(&self, _session: &Session<Self>) {
        while !RELEASE.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[close]
    async fn close(&self, _session: &Session<Self>, how: &Closed) {
        self.ends.borrow_mut().push(how.code());
    }

    #[get("/ends")]
    fn ends(&self) -> Json<Vec<u16>> {
        Json(self.ends.borrow().clone())
    }

    #[get("/count")]
    fn count(&self, room: &Room<Self>) -> Json<usize> {
        Json(room.len())
    }

    #[get("/handled")]
    fn handled(&self) -> Json<usize> {
        Json(self.handled.get())
    }

    #[post("/body")]
    fn body(&self, body: String) -> String {
        body.len().to_string()
    }
}
