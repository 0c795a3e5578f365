//! The lobby, with one description for all hosts: in memory with accounts in a map, and on the local host with SQLite, or, with
//! `ACCOUNTS=http://127.0.0.1:8787`, on a server.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod fake;
mod local;

use std::{env, time::Duration};

use accounts::{
    accounts::Accounts,
    lobby::{
        Lobby,
        ServerMessage::{Renamed, Welcome},
    },
};
use serde_json::{Value, json};
use tokio::time::sleep;
use websocket_do::{
    client::ClientError,
    testing::{TestRoom, TestSession, json as body},
};

use crate::{fake::Fake, local::LocalServer};

/// Runs a test on each host.
async fn on_each_host(name: &str, test: impl AsyncFn(TestRoom<Lobby>)) {
    if let Ok(server) = env::var("ACCOUNTS") {
        return test(lobby(&server, name)).await;
    }
    test(TestRoom::new().state(Accounts::new(Fake::default()))).await;
    let server = LocalServer::start();
    test(lobby(server.address(), name)).await;
}

/// A lobby that no other test uses.
fn lobby(server: &str, name: &str) -> TestRoom<Lobby> {
    TestRoom::at(format!("{server}/lobbies/{name}-{}", std::process::id()))
}

/// Creates an account, and returns its key.
async fn sign_up(lobby: &TestRoom<Lobby>, name: &str) -> String {
    let credentials: Value = body(&lobby.post("/accounts", &json!({"name": name})).await);
    credentials["key"].as_str().expect("a key").to_owned()
}

/// Enters a lobby, and receives the welcome.
async fn enter(lobby: &TestRoom<Lobby>, key: &str, name: &str, visits: u32) -> TestSession<Lobby> {
    let mut session = lobby.join_with(|request| request.bearer(key)).await.expect("an accepted connection");
    session.expect(Welcome { name: name.to_owned(), visits }).await;
    session
}

/// Tries to enter a lobby, and returns the status and the body of the refusal.
async fn refusal(lobby: &TestRoom<Lobby>, key: &str) -> (u16, String) {
    match lobby.join_with(|request| request.bearer(key)).await {
        Err(ClientError::Refused { status, body, .. }) => (status, body),
        other => panic!("expected a refusal, found {other:?}"),
    }
}

#[tokio::test]
async fn each_visit_of_an_account_is_counted() {
    on_each_host("visits", async |lobby| {
        let (ada, bob) = (sign_up(&lobby, "Ada").await, sign_up(&lobby, "Bob").await);
        for visits in 1..=2 {
            enter(&lobby, &ada, "Ada", visits).await.close().await;
        }
        enter(&lobby, &bob, "Bob", 1).await;
    })
    .await;
}

#[tokio::test]
async fn only_the_key_of_an_account_opens_a_session() {
    on_each_host("keys", async |lobby| {
        let key = sign_up(&lobby, "Ada").await;
        let unauthorized = (401, "Unauthorized".to_owned());
        assert_eq!(refusal(&lobby, "nothing").await, unauthorized);
        assert_eq!(refusal(&lobby, "' OR key LIKE '%").await, unauthorized);
        assert_eq!(refusal(&lobby, &key.to_uppercase()).await, unauthorized);
        assert!(matches!(lobby.join().await, Err(ClientError::Refused { status: 401, .. })));
        assert_eq!(lobby.post("/accounts", &json!({"name": ""})).await.status(), 400);
    })
    .await;
}

#[tokio::test]
async fn a_new_name_reaches_the_lobby_and_the_database() {
    on_each_host("names", async |lobby| {
        let key = sign_up(&lobby, "Ada").await;
        let other = sign_up(&lobby, "Eve").await;
        let mut ada = enter(&lobby, &key, "Ada", 1).await;
        let mut eve = enter(&lobby, &other, "Eve", 1).await;
        ada.rename("Ada Lovelace").await.expect("sent");
        for session in [&mut ada, &mut eve] {
            session.expect(Renamed { old_name: "Ada".to_owned(), new_name: "Ada Lovelace".to_owned() }).await;
        }
        enter(&lobby, &key, "Ada Lovelace", 2).await;
        enter(&lobby, &other, "Eve", 2).await;
    })
    .await;
}

/// Expects that every handler fails, and that no client gets the reason.
async fn expect_internal_errors(lobby: &TestRoom<Lobby>, key: &str, ada: &mut TestSession<Lobby>) {
    assert_eq!(refusal(lobby, key).await, (500, "Internal Server Error".to_owned()));
    let response = lobby.post("/accounts", &json!({"name": "Bob"})).await;
    assert_eq!((response.status().as_u16(), &response.body()[..]), (500, &b"Internal Server Error"[..]));
    ada.rename("Eve").await.expect("sent");
    ada.expect_validation_error("internal", "").await;
    ada.expect_nothing().await;
}

/// Expects the reason in the log, with each handler.
fn expect_logged(log: &str, reason: &str) {
    for handler in ["connect", "sign_up", "rename"] {
        let is_logged = log.lines().any(|line| line.contains(handler) && line.contains(reason));
        assert!(is_logged, "expected `{reason}` in `{handler}`, found {log}");
    }
}

#[tokio::test]
async fn an_error_of_the_accounts_is_logged_and_answered_without_its_reason() {
    let fake = Fake::default();
    let lobby = TestRoom::new().state(Accounts::new(fake.clone()));
    let key = sign_up(&lobby, "Ada").await;
    let mut ada = enter(&lobby, &key, "Ada", 1).await;
    fake.fail("the database is on fire");
    expect_internal_errors(&lobby, &key, &mut ada).await;
    expect_logged(&format!("{lobby:?}"), "the database is on fire");
}

#[tokio::test]
async fn an_error_of_sqlite_is_logged_and_answered_without_its_reason() {
    let server = LocalServer::start();
    let lobby = lobby(server.address(), "errors");
    let key = sign_up(&lobby, "Ada").await;
    let mut ada = enter(&lobby, &key, "Ada", 1).await;
    server.database().execute("DROP TABLE accounts", []).expect("no table");
    expect_internal_errors(&lobby, &key, &mut ada).await;
    expect_logged(&server.log(), "no such table: accounts");
}

#[tokio::test]
async fn accounts_in_a_file_survive_a_restart() {
    let mut server = LocalServer::start();
    let before = lobby(server.address(), "restart");
    let key = sign_up(&before, "Ada").await;
    enter(&before, &key, "Ada", 1).await;
    server.restart();
    enter(&lobby(server.address(), "restart"), &key, "Ada", 2).await;
}

#[tokio::test]
async fn a_query_that_waits_for_the_disk_does_not_hold_up_its_room() {
    let server = LocalServer::start();
    let lobby = lobby(server.address(), "waiting");
    let database = server.database();
    database.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let signing_up = sign_up(&lobby, "Ada");
    let meanwhile = async {
        for _ in 0..20 {
            assert!(matches!(lobby.join().await, Err(ClientError::Refused { status: 401, .. })));
            sleep(Duration::from_millis(5)).await;
        }
        database.execute_batch("COMMIT").expect("no lock");
    };
    let (key, ()) = tokio::join!(signing_up, meanwhile);
    enter(&lobby, &key, "Ada", 1).await;
}
