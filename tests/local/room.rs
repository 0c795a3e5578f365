//! A room that does what loads a server.

use std::{
    cell::{Cell, RefCell},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use websocket_do::{Closed, HttpError, Json, Result, Room, Session, Upgrade, WsProtocol, websocket_do};

/// Ends handlers that run on.
pub(crate) static RELEASE: AtomicBool = AtomicBool::new(false);

/// What clients ask for.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Loads)]
pub(crate) enum Load {
    /// Many frames of many bytes.
    Flood { frames: u32, bytes: usize },
    /// The room closes the session.
    Kick { code: u16 },
    /// The handler awaits until it is let on.
    Wait { padding: String },
    /// Lets handlers on.
    LetOn,
    /// The handler runs on and on, without awaiting.
    Spin,
}

/// What they get.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub(crate) enum Loads {
    /// A frame of a flood.
    Flood { bytes: String },
}

/// The room.
#[derive(Default)]
pub(crate) struct Loaded {
    ends: RefCell<Vec<u16>>,
    handled: Cell<usize>,
    is_on: Cell<bool>,
}

#[websocket_do(client = Load, session = ())]
impl Loaded {
    #[connect]
    async fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn flood(&self, session: &Session<Self>, frames: u32, bytes: usize) {
        // A session that is closed meanwhile takes no more.
        let _ = (0..frames).try_for_each(|_| session.send(Loads::Flood { bytes: "x".repeat(bytes) }));
    }

    #[message]
    fn kick(&self, session: &Session<Self>, code: u16) -> Result<()> {
        Ok(session.close(code, "")?)
    }

    #[message]
    async fn wait(&self, session: &Session<Self>, padding: String) {
        let _ = padding;
        while !self.is_on.get() {
            session.room().sleep(Duration::from_millis(10)).await;
        }
        self.handled.set(self.handled.get() + 1);
    }

    #[message]
    fn let_on(&self, _session: &Session<Self>) {
        self.is_on.set(true);
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
