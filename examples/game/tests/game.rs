//! A game over real sockets, with one description for both hosts: in this process, or with `GAME=http://127.0.0.1:8787` on a server.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{env, process, time::Duration};

use game::{
    game::Game,
    lobby::Lobby,
    protocol::{Denial, GameEvent, Point, Stroke, lobby::LobbyEvent},
};
use websocket_do::{
    Bytes, Method, Request, Uri,
    local::{Server, ServerHandle},
    testing::{TestRoom, TestSession},
};

/// The address of a server: that of `GAME`, or of one in this process, which stops with the handle.
async fn server() -> (String, Option<ServerHandle>) {
    if let Ok(server) = env::var("GAME") {
        return (server, None);
    }
    let server = Server::new(game::app()).port(0).start().await.expect("a server");
    (format!("http://{}", server.address()), Some(server))
}

async fn join(room: &TestRoom<Game>, name: &str) -> TestSession<Game> {
    room.join_with(|request| request.query("name", name)).await.expect("a session")
}

/// Skips to the next event that the function accepts, and returns its result.
async fn until<T>(session: &mut TestSession<Game>, accept: impl Fn(GameEvent) -> Option<T>) -> T {
    for _ in 0..30 {
        if let Some(found) = accept(session.next().await) {
            return found;
        }
    }
    panic!("not among 30 events")
}

#[tokio::test]
async fn a_round_from_the_start_to_the_next_artist() {
    let (server, _handle) = server().await;
    let room = TestRoom::<Game>::at(format!("{server}/game/round-{}", process::id()));
    let (mut ada, mut bob) = (join(&room, "Ada").await, join(&room, "Bob").await);
    bob.start().await.expect("sent");
    assert_eq!(
        until(&mut bob, |event| if let GameEvent::Denied { reason } = event { Some(reason) } else { None }).await,
        Denial::NotHost
    );
    ada.start().await.expect("sent");
    let word = until(&mut ada, |event| if let GameEvent::Word { word } = event { Some(word) } else { None }).await;

    let stroke =
        Stroke { color: "red".to_owned(), width: 9, points: vec![Point { x: 1, y: 2 }, Point { x: 1000, y: 0 }] };
    ada.draw(stroke.clone()).await.expect("sent");
    assert_eq!(
        until(&mut bob, |event| if let GameEvent::Drawn { stroke } = event { Some(stroke) } else { None }).await,
        stroke
    );
    bob.draw(stroke.clone()).await.expect("sent");
    assert_eq!(
        until(&mut bob, |event| if let GameEvent::Denied { reason } = event { Some(reason) } else { None }).await,
        Denial::NotArtist
    );

    bob.guess(&word).await.expect("sent");
    let scores = |event| match event {
        GameEvent::Players { players } => {
            Some(players.iter().map(|player| player.score).collect::<Vec<_>>()).filter(|it| it.iter().any(|it| *it > 0))
        }
        _ => None,
    };
    let found = until(&mut bob, scores).await;
    // The clock of a server goes on.
    assert!(matches!(found.as_slice(), [25, 90..=100]), "{found:?}");
    until(&mut ada, |event| (event == GameEvent::RoundEnded { word: word.clone() }).then_some(())).await;
    // The timer of the pause.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let number =
        until(&mut ada, |event| if let GameEvent::RoundStarted { round } = event { Some(round.number) } else { None })
            .await;
    assert_eq!(number, 2);
}

#[tokio::test]
async fn the_lobby_is_told_of_games_by_an_internal_call() {
    let (server, _handle) = server().await;
    let name = format!("listed-{}", process::id());
    let mut page = TestRoom::<Lobby>::at(format!("{server}/lobby/main")).join().await.expect("a session");
    let ada = join(&TestRoom::at(format!("{server}/game/{name}")), "Ada").await;
    let lists = async |page: &mut TestSession<Lobby>, expected: bool| {
        for _ in 0..30 {
            let LobbyEvent::Games { games } = page.next().await;
            if games.iter().any(|game| game.name == name && game.players == 1) == expected {
                return;
            }
        }
        panic!("not among 30 lists")
    };
    lists(&mut page, true).await;
    drop(ada);
    lists(&mut page, false).await;
}

#[tokio::test]
async fn clients_reach_neither_the_internal_route_nor_other_lobbies_nor_the_words() {
    let (server, _handle) = server().await;
    let put = async |path: &str| {
        // Without a body: wrangler's proxy answers 503 if a body is refused before it is read.
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = Method::PUT;
        *request.uri_mut() = path.parse::<Uri>().expect("a path");
        TestRoom::<Lobby>::at(&server).request(request).await.status().as_u16()
    };
    assert_eq!(put("/lobby/main/games/evil").await, 404);
    assert_eq!(put("/game/words/words").await, 401);
    assert!(TestRoom::<Lobby>::at(format!("{server}/lobby/other")).join().await.is_err());
}
