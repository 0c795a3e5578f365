//! The routers and the rooms, with one description for both hosts: in this process, or with `POLL=http://127.0.0.1:8787` on a server.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::env;

use poll::room::{Poll, PollClient, ServerMessage::Voted};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use websocket_do::testing::{TestRoom, json as body};

/// The address of a server: that of `POLL`, or of one in this process.
async fn server() -> String {
    if let Ok(server) = env::var("POLL") {
        return server;
    }
    let rooms = poll::app().into_service().expect("rooms");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let router = poll::router::router().fallback_service(rooms);
    tokio::spawn(async { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// A poll that no other test uses.
fn poll(server: &str, name: &str) -> TestRoom<Poll> {
    TestRoom::at(format!("{server}/polls/{name}-{}", std::process::id()))
}

#[tokio::test]
async fn a_vote_reaches_all_sessions_and_the_router_inside_the_room() {
    let server = server().await;
    let room = poll(&server, "votes");
    let mut ada = room.join().await.expect("a session");
    let mut bob = room.join().await.expect("a session");
    for votes in 1..=2 {
        ada.vote("tea").await.expect("sent");
        for session in [&mut ada, &mut bob] {
            session.expect(Voted { option: "tea".to_owned(), votes }).await;
        }
    }
    bob.vote("no coffee").await.expect("sent");
    ada.expect(Voted { option: "no coffee".to_owned(), votes: 1 }).await;
    assert_eq!(body::<Value>(&room.get("/votes").await), json!({"tea": 2, "no coffee": 1}));
    assert_eq!(body::<Value>(&room.get("/votes/no%20coffee").await), 1);
    assert_eq!(room.get("/votes/milk").await.status(), 404);
    assert_eq!(room.get("/nowhere").await.status(), 404);
    assert_eq!(room.post("/votes", "").await.status(), 405);
}

#[tokio::test]
async fn the_router_around_the_rooms_answers_other_paths() {
    let server = server().await;
    let root = TestRoom::<Poll>::at(&server);
    let home = root.get("/").await;
    assert_eq!((home.status().as_u16(), &home.body()[..]), (200, &b"Polls"[..]));
    assert_eq!(root.get("/nowhere").await.status(), 404);
    assert_eq!(root.post("/", "").await.status(), 405);
}

#[tokio::test]
async fn a_client_connects_through_the_router() {
    let server = server().await;
    let url = format!("{}/polls/client-{}/websocket", server.replacen("http", "ws", 1), std::process::id());
    let mut client = PollClient::connect(url).await.expect("a connection");
    client.vote("tea").await.expect("sent");
    let answer = client.next().await.expect("an answer").expect("a message");
    assert_eq!(answer, Voted { option: "tea".to_owned(), votes: 1 });
}
