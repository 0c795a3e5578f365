//! The application's state and environment when a server starts.

use websocket_do::{App, Error, HttpError, Result, Room, Session, Upgrade, WsProtocol, local::Server, websocket_do};

use crate::{exchange, get};

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Nothing)]
enum Say {
    Nothing,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Nothing {}

struct Accounts {
    url: String,
}

#[derive(Default)]
struct Club;

#[websocket_do(client = Say, session = (), state = Accounts)]
impl Club {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn nothing(&self, _session: &Session<Self>) {}

    #[get("/url")]
    fn url(&self, room: &Room<Self>) -> String {
        room.state::<Accounts>().url.clone()
    }
}

fn app() -> App {
    App::new().rooms::<Club>("/{room}")
}

async fn error(app: App) -> String {
    Server::new(app).port(0).start().await.map(drop).expect_err("no server").to_string()
}

#[tokio::test]
async fn a_server_whose_room_declares_a_state_that_is_missing_does_not_start() {
    let message = error(app()).await;
    assert!(message.starts_with("missing state `") && message.contains("Accounts` of the room `Club`"), "{message}");
    assert!(message.contains("add `.state(|env| …)` to the `App`"), "{message}");
}

#[tokio::test]
async fn a_server_whose_state_cannot_be_made_does_not_start() {
    let message = error(app().state(|env| Ok(Accounts { url: env.var("NO_SUCH_URL")? }))).await;
    assert!(message.starts_with("cannot make the state `"), "{message}");
    assert!(message.contains("missing variable `NO_SUCH_URL`"), "{message}");
    let message = error(app().state(|_| Err::<Accounts, _>(Error::msg("no accounts today")))).await;
    assert!(message.ends_with("no accounts today"), "{message}");
}

#[tokio::test]
async fn a_state_that_no_room_declares_is_not_made() {
    let app = App::new().state(|_| Err::<u32, _>(Error::msg("not needed")));
    assert!(Server::new(app).port(0).start().await.is_ok());
}

#[tokio::test]
async fn the_last_of_two_states_of_one_type_is_used() {
    let app = app().state(|_| Ok(Accounts { url: "real".into() })).state(|env| Ok(Accounts { url: env.var("URL")? }));
    let server = Server::new(app).port(0).var("URL", "fake").start().await.expect("a server");
    assert_eq!(get(server.address(), "/a/url").await, (200, "fake".into()));
}

#[tokio::test]
async fn the_chat_takes_the_key_of_private_rooms_from_the_secret_chat_key() {
    let server = Server::new(chat::app()).port(0).var("CHAT_KEY", "earl-grey").start().await.expect("a server");
    for (key, expected) in [("demo", "HTTP/1.1 401"), ("earl-grey", "HTTP/1.1 200")] {
        let request =
            format!("GET /room/private-tea/info?key={key} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let answer = exchange(server.address(), request.as_bytes()).await;
        assert!(answer.starts_with(expected), "{key}: {answer}");
    }
}
