//! Sessions that a room opens in another one.

use std::cell::RefCell;

use websocket_do::{App, HttpError, Room, Session, Upgrade, WsProtocol, local::Server, websocket_do};

use super::{becomes, get};

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Seen)]
enum Watch {
    Nothing,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Seen {}

/// Keeps the sessions that it opens.
#[derive(Default)]
struct Watcher {
    sessions: RefCell<Vec<WatcherClient>>,
}

#[websocket_do(client = Watch, session = ())]
impl Watcher {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn nothing(&self, _session: &Session<Self>) {}

    #[get("/watch")]
    async fn watch(&self, room: &Room<Self>) -> websocket_do::Result<()> {
        room.storage().put("watching", &true)?;
        let session = room.namespace::<Self>()?.by_name("b").connect().await?;
        self.sessions.borrow_mut().push(session);
        Ok(())
    }

    #[get("/count")]
    fn count(&self, room: &Room<Self>) -> String {
        room.len().to_string()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_between_rooms_keeps_no_data_folder_after_the_server_has_stopped() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        let app = App::new().rooms::<Watcher>("/{room}");
        let server = Server::new(app).port(0).data(folder.path()).start().await.expect("a free data folder");
        assert_eq!(get(server.address(), "/a/watch").await.0, 204);
        becomes(server.address(), "/b/count", "1").await;
        server.stop().await;
    }
}
