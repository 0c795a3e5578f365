//! Work in the background of a room: it ends with the room's memory and with the server, and keeps a room from ending before.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::{sleep, timeout};
use websocket_do::{
    App, HttpError, Room, Session, SpawnError, Upgrade, WsProtocol,
    local::{Server, ServerHandle},
    websocket_do,
};

use crate::{PATIENCE, get};

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Nothing)]
enum Say {
    Nothing,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Nothing {}

/// Counts the tasks that run.
#[derive(Clone, Default)]
struct Running(Arc<AtomicUsize>);

impl Running {
    fn begin(&self) -> Guard {
        self.0.fetch_add(1, Ordering::SeqCst);
        Guard(self.clone())
    }

    async fn becomes(&self, count: usize) {
        let reached = async {
            while self.0.load(Ordering::SeqCst) != count {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, reached).await.expect("the number of tasks in time");
    }
}

struct Guard(Running);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Default)]
struct Worker;

#[websocket_do(client = Say, session = (), state = Running)]
impl Worker {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn nothing(&self, _session: &Session<Self>) {}

    #[post("/work")]
    fn work(&self, room: &Room<Self>) -> Result<(), HttpError> {
        let guard = room.state::<Running>().begin();
        let spawned: Result<(), SpawnError> = room.spawn(async move {
            let _guard = guard;
            pending::<()>().await;
        });
        spawned.map_err(|error| HttpError::bad_request(error.to_string()))
    }

    /// Spawns a task that panics as soon as it runs.
    #[post("/panic")]
    fn panic(&self, room: &Room<Self>) {
        // Two tasks fit.
        let _ = room.spawn(async { panic!("a background task panics on purpose") });
    }
}

async fn serve(running: &Running) -> ServerHandle {
    let running = running.clone();
    let app = App::new().rooms::<Worker>("/{room}").state(move |_| Ok(running.clone()));
    Server::new(app).port(0).start().await.expect("a server on a free port")
}

async fn post(server: &ServerHandle, path: &str) -> String {
    let request = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    crate::exchange(server.address(), request.as_bytes()).await
}

#[tokio::test]
async fn a_panic_ends_the_background_tasks_of_its_room_and_of_no_other() {
    let running = Running::default();
    let server = serve(&running).await;
    assert!(post(&server, "/one/work").await.starts_with("HTTP/1.1 204"));
    assert!(post(&server, "/other/work").await.starts_with("HTTP/1.1 204"));
    running.becomes(2).await;
    assert!(post(&server, "/one/panic").await.starts_with("HTTP/1.1 204"));
    running.becomes(1).await;
    // The room has restarted and works again.
    assert!(post(&server, "/one/work").await.starts_with("HTTP/1.1 204"));
    running.becomes(2).await;
    assert_eq!(get(server.address(), "/one/nothing").await.0, 404);
}

#[tokio::test]
async fn a_server_stops_although_a_background_task_never_ends() {
    let running = Running::default();
    let server = serve(&running).await;
    assert!(post(&server, "/one/work").await.starts_with("HTTP/1.1 204"));
    running.becomes(1).await;
    timeout(PATIENCE, server.stop()).await.expect("the server stops");
    assert_eq!(running.0.load(Ordering::SeqCst), 0);
}
