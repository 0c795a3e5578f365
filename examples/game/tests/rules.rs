//! The rules of the game, in memory: roles, rounds, scores, and what must survive hibernation and a lobby that fails.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use game::{
    game::Game,
    lobby::{self, Lobby},
    protocol::{
        Denial, GameEvent, Point, Stroke,
        lobby::{LobbyEvent, OpenGame},
    },
};
use websocket_do::{
    Bytes, Frame, HeaderValue, Method, Request, Uri,
    client::ClientError,
    header,
    testing::{TestRoom, TestSession},
};

/// A player with one session.
struct Seat {
    session: TestSession<Game>,
    id: String,
    token: String,
    strokes: Vec<Stroke>,
    score: u32,
}

async fn join_with(room: &TestRoom<Game>, name: &str, identity: Option<(&str, &str)>) -> Seat {
    let session = room.join_with(|request| match identity {
        Some((id, token)) => request.query("name", name).query("player", id).query("token", token),
        None => request.query("name", name),
    });
    let mut session = session.await.expect("a session");
    let GameEvent::Welcome { you: id, token, strokes, players, .. } = session.next().await else {
        panic!("no welcome")
    };
    let score = players.iter().find(|player| player.id == id).expect("the player").score;
    Seat { session, id, token, strokes, score }
}

async fn join(room: &TestRoom<Game>, name: &str) -> Seat {
    join_with(room, name, None).await
}

/// Skips to the next event that the function accepts, and returns its result.
async fn until<T>(seat: &mut Seat, mut accept: impl FnMut(&GameEvent) -> Option<T>) -> T {
    for _ in 0..50 {
        if let Some(found) = accept(&seat.session.next().await) {
            return found;
        }
    }
    panic!("not among 50 events")
}

async fn word(seat: &mut Seat) -> String {
    until(seat, |event| if let GameEvent::Word { word } = event { Some(word.clone()) } else { None }).await
}

async fn denial(seat: &mut Seat) -> Denial {
    until(seat, |event| if let GameEvent::Denied { reason } = event { Some(*reason) } else { None }).await
}

/// The scores of the players, as the last event shows them.
async fn scores(seat: &mut Seat) -> Vec<u32> {
    let shown = |event: &GameEvent| match event {
        GameEvent::Players { players } => Some(players.iter().map(|player| player.score).collect()),
        _ => None,
    };
    until(seat, shown).await
}

/// Ada, who hosts and draws first, Bob and Eve, in a round with this word.
async fn playing(room: &TestRoom<Game>) -> (Seat, Seat, Seat, String) {
    let mut ada = join(room, "Ada").await;
    let (bob, eve) = (join(room, "Bob").await, join(room, "Eve").await);
    ada.session.start().await.unwrap();
    let word = word(&mut ada).await;
    (ada, bob, eve, word)
}

fn stroke(x: u16) -> Stroke {
    Stroke { color: "blue".to_owned(), width: 4, points: vec![Point { x, y: 0 }, Point { x, y: 500 }] }
}

#[tokio::test]
async fn only_the_host_starts_a_game_and_not_alone() {
    let room = TestRoom::<Game>::new();
    let mut ada = join(&room, "Ada").await;
    ada.session.start().await.unwrap();
    assert_eq!(denial(&mut ada).await, Denial::TooFewPlayers);
    let mut bob = join(&room, "Bob").await;
    bob.session.start().await.unwrap();
    assert_eq!(denial(&mut bob).await, Denial::NotHost);
    ada.session.start().await.unwrap();
    word(&mut ada).await;
    ada.session.start().await.unwrap();
    assert_eq!(denial(&mut ada).await, Denial::AlreadyStarted);
}

#[tokio::test]
async fn when_the_host_leaves_the_next_player_is_the_host() {
    let room = TestRoom::<Game>::new();
    let mut ada = join(&room, "Ada").await;
    let (mut bob, _eve) = (join(&room, "Bob").await, join(&room, "Eve").await);
    ada.session.close().await;
    bob.session.start().await.unwrap();
    word(&mut bob).await;
}

#[tokio::test]
async fn only_the_artist_draws_and_only_others_guess() {
    let room = TestRoom::<Game>::new();
    let mut early = join(&room, "Early").await;
    early.session.draw(stroke(1)).await.unwrap();
    assert_eq!(denial(&mut early).await, Denial::NoRound);
    early.session.close().await;

    let (mut ada, mut bob, mut eve, word) = playing(&room).await;
    bob.session.draw(stroke(1)).await.unwrap();
    assert_eq!(denial(&mut bob).await, Denial::NotArtist);
    bob.session.clear().await.unwrap();
    assert_eq!(denial(&mut bob).await, Denial::NotArtist);
    for guess in [word.as_str(), "a hint"] {
        ada.session.guess(guess).await.unwrap();
        assert_eq!(denial(&mut ada).await, Denial::ArtistGuesses);
    }
    ada.session.draw(stroke(7)).await.unwrap();
    for seat in [&mut bob, &mut eve] {
        until(seat, |event| (*event == GameEvent::Drawn { stroke: stroke(7) }).then_some(())).await;
    }
}

#[tokio::test]
async fn a_right_guess_scores_for_guesser_and_artist_and_ends_the_round_when_all_have_guessed() {
    let room = TestRoom::<Game>::new();
    let (mut ada, mut bob, mut eve, word) = playing(&room).await;
    bob.session.guess("nothing of the kind").await.unwrap();
    until(&mut eve, |event| matches!(event, GameEvent::Said { name, .. } if name == "Bob").then_some(())).await;
    bob.session.guess(&word.to_uppercase()).await.unwrap();
    until(&mut bob, |event| matches!(event, GameEvent::Guessed { points: 100, .. }).then_some(())).await;
    assert_eq!(scores(&mut bob).await, [25, 100, 0]);
    // Bob knows the word, and must not say it.
    bob.session.guess(format!("it is {word}")).await.unwrap();
    assert_eq!(denial(&mut bob).await, Denial::AlreadyGuessed);

    room.advance(Duration::from_secs(30));
    eve.session.guess(&word).await.unwrap();
    until(&mut eve, |event| matches!(event, GameEvent::Guessed { points: 55, .. }).then_some(())).await;
    for seat in [&mut ada, &mut bob, &mut eve] {
        until(seat, |event| (*event == GameEvent::RoundEnded { word: word.clone() }).then_some(())).await;
    }
    // After a pause, the next player draws.
    room.advance(Duration::from_secs(5));
    let artist = until(&mut eve, |event| match event {
        GameEvent::RoundStarted { round } => Some((round.number, round.artist.clone())),
        _ => None,
    });
    assert_eq!(artist.await, (2, bob.id.clone()));
}

#[tokio::test]
async fn no_frame_to_a_guesser_has_the_word_before_the_round_ends() {
    let room = TestRoom::<Game>::new();
    let (mut ada, mut bob, mut eve, word) = playing(&room).await;
    ada.session.draw(stroke(1)).await.unwrap();
    ada.session.guess(&word).await.unwrap();
    bob.session.guess(&word).await.unwrap();
    bob.session.guess(format!("psst, {word}")).await.unwrap();
    room.advance(Duration::from_secs(59));
    let late = join(&room, "Late").await;
    for event in eve.session.unread().await {
        let text = format!("{:?}", event.expect("an event"));
        assert!(!text.contains(&word), "{text}");
    }
    assert_eq!(late.strokes, [stroke(1)]);
    room.advance(Duration::from_secs(1));
    until(&mut eve, |event| (*event == GameEvent::RoundEnded { word: word.clone() }).then_some(())).await;
}

#[tokio::test]
async fn a_round_ends_by_time_with_a_hint_before() {
    let room = TestRoom::<Game>::new();
    let (_ada, mut bob, _eve, word) = playing(&room).await;
    room.advance(Duration::from_secs(30));
    let mask =
        until(&mut bob, |event| if let GameEvent::Hint { mask } = event { Some(mask.clone()) } else { None }).await;
    assert_eq!((mask.chars().next(), mask.chars().count()), (word.chars().next(), word.chars().count()));
    assert!(mask.chars().skip(1).all(|c| c == '_'), "{mask}");
    room.advance(Duration::from_secs(30));
    until(&mut bob, |event| matches!(event, GameEvent::RoundEnded { .. }).then_some(())).await;
}

#[tokio::test]
async fn the_game_ends_after_the_last_round_and_names_the_winner() {
    let room = TestRoom::<Game>::new();
    let (_ada, mut bob, _eve, word) = playing(&room).await;
    bob.session.guess(&word).await.unwrap();
    room.advance(Duration::from_mins(1));
    for _ in 1..5 {
        room.advance(Duration::from_secs(5 + 60));
    }
    let winners = until(&mut bob, |event| match event {
        GameEvent::GameEnded { winners } => Some(winners.clone()),
        _ => None,
    });
    assert_eq!(winners.await, [bob.id.clone()]);
}

#[tokio::test]
async fn a_round_ends_when_the_artist_does_not_come_back() {
    let room = TestRoom::<Game>::new();
    let (mut ada, mut bob, mut eve, word) = playing(&room).await;
    ada.session.lose();
    room.advance(Duration::from_secs(4));
    let mut artist = join_with(&room, "Ada", Some((&ada.id, &ada.token))).await;
    artist.session.expect(GameEvent::Word { word }).await;
    room.advance(Duration::from_secs(4));
    for event in eve.session.unread().await {
        assert!(!matches!(event, Ok(GameEvent::RoundEnded { .. })), "a short absence has ended the round");
    }
    artist.session.lose();
    room.advance(Duration::from_secs(5));
    until(&mut bob, |event| matches!(event, GameEvent::RoundEnded { .. }).then_some(())).await;
}

#[tokio::test]
async fn a_game_that_hibernates_in_a_round_goes_on() {
    let room = TestRoom::<Game>::new();
    let (mut ada, mut bob, mut eve, word) = playing(&room).await;
    ada.session.draw(stroke(1)).await.unwrap();
    room.hibernate();
    let late = join(&room, "Late").await;
    assert_eq!(late.strokes, [stroke(1)]);
    ada.session.draw(stroke(2)).await.unwrap();
    until(&mut eve, |event| (*event == GameEvent::Drawn { stroke: stroke(2) }).then_some(())).await;
    bob.session.guess(&word).await.unwrap();
    until(&mut bob, |event| matches!(event, GameEvent::Guessed { .. }).then_some(())).await;
    room.hibernate();
    // The timer of the round has survived, too.
    room.advance(Duration::from_mins(1));
    until(&mut eve, |event| matches!(event, GameEvent::RoundEnded { .. }).then_some(())).await;
}

#[tokio::test]
async fn a_player_returns_with_the_token_and_nobody_else_does() {
    let room = TestRoom::<Game>::new();
    let (mut ada, mut bob, _eve, word) = playing(&room).await;
    bob.session.guess(&word).await.unwrap();
    until(&mut bob, |event| matches!(event, GameEvent::Guessed { .. }).then_some(())).await;
    bob.session.lose();
    for token in ["", "guess", ada.token.clone().as_str()] {
        let mallory = join_with(&room, "Mallory", Some((&bob.id, token))).await;
        assert_ne!(mallory.id, bob.id);
        assert_eq!(mallory.score, 0);
    }
    let again = join_with(&room, "Bob", Some((&bob.id, &bob.token))).await;
    assert_eq!((again.id.clone(), again.score), (bob.id.clone(), 100));
    // An artist that returns gets the word again, and no one else does.
    let mut artist = join_with(&room, "Ada", Some((&ada.id, &ada.token))).await;
    artist.session.expect(GameEvent::Word { word }).await;
    // Tokens are in no event for others.
    for event in ada.session.unread().await {
        assert!(!format!("{event:?}").contains(&bob.token));
    }
}

#[tokio::test]
async fn strokes_are_limited_in_size_and_number() {
    let room = TestRoom::<Game>::new();
    let (mut ada, _bob, _eve, _) = playing(&room).await;
    let many = format!(
        r#"{{"type":"draw","stroke":{{"color":"red","width":1,"points":[{}]}}}}"#,
        vec![r#"{"x":1,"y":1}"#; 101].join(",")
    );
    ada.session.send_frame(Frame::Text(many)).await.unwrap();
    ada.session.expect_validation_error("rule", "stroke.points").await;
    let wide = r#"{"type":"draw","stroke":{"color":"red","width":1,"points":[{"x":1001,"y":1}]}}"#;
    ada.session.send_frame(Frame::Text(wide.into())).await.unwrap();
    ada.session.expect_validation_error("rule", "stroke.points[0].x").await;
    let unknown = r#"{"type":"draw","stroke":{"color":"url(x)","width":1,"points":[{"x":1,"y":1}]}}"#;
    ada.session.send_frame(Frame::Text(unknown.into())).await.unwrap();
    ada.session.expect_validation_error("rule", "stroke.color").await;
    for _ in 0..300 {
        ada.session.draw(stroke(1)).await.unwrap();
    }
    ada.session.draw(stroke(1)).await.unwrap();
    assert_eq!(denial(&mut ada).await, Denial::DrawingFull);
    ada.session.clear().await.unwrap();
    until(&mut ada, |event| (*event == GameEvent::Cleared).then_some(())).await;
    ada.session.draw(stroke(2)).await.unwrap();
    assert_eq!(join(&room, "Late").await.strokes, [stroke(2)]);
}

#[tokio::test]
async fn a_game_is_full_with_twelve_players_and_those_who_left_make_room() {
    let room = TestRoom::<Game>::new();
    let mut seats = Vec::new();
    for number in 0..12 {
        seats.push(join(&room, &format!("Player {number}")).await);
    }
    let refused = room.join().await.map(drop);
    assert!(matches!(refused, Err(ClientError::Refused { status: 409, .. })), "{refused:?}");
    seats.pop().expect("a seat").session.close().await;
    assert!(room.join().await.is_ok());
}

#[tokio::test]
async fn the_words_of_the_operator_require_the_secret() {
    let room = TestRoom::<Game>::new().var("GAME_KEY", "secret");
    let put = async |key: &str| {
        let mut request = Request::new(Bytes::from_static(br#"{"words":["axolotl"]}"#));
        *request.method_mut() = Method::PUT;
        *request.uri_mut() = Uri::from_static("/words");
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let bearer = HeaderValue::from_str(&format!("Bearer {key}")).expect("a header");
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        room.request(request).await.status().as_u16()
    };
    for key in ["", "guess"] {
        assert_eq!(put(key).await, 401);
    }
    assert_eq!(put("secret").await, 204);
    let (.., word) = playing(&room).await;
    assert_eq!(word, "axolotl");
}

#[tokio::test]
async fn the_lobby_lists_games_while_they_have_players() {
    let room = TestRoom::<Game>::new().named("tea");
    let lobby = room.other::<Lobby>(lobby::NAME);
    let mut page = lobby.join().await.expect("a session");
    page.expect(LobbyEvent::Games { games: Vec::new() }).await;
    let game = |players, is_running| LobbyEvent::Games {
        games: vec![OpenGame { name: "tea".to_owned(), players, is_running }],
    };
    let mut ada = join(&room, "Ada").await;
    page.expect(game(1, false)).await;
    // The reports of a game that goes on keep it in the list.
    room.advance(Duration::from_mins(10));
    lobby.hibernate();
    assert_eq!(page.unread().await.pop().expect("a report").expect("an event"), game(1, false));
    ada.session.close().await;
    page.expect(LobbyEvent::Games { games: Vec::new() }).await;
}

#[tokio::test]
async fn the_lobby_forgets_a_game_that_stops_to_report() {
    let room = TestRoom::<Game>::new().named("tea");
    let lobby = room.other::<Lobby>(lobby::NAME);
    lobby
        .stub()
        .report("gone", game::protocol::lobby::Report { players: 2, is_running: true })
        .await
        .expect("a report");
    let mut page = lobby.join().await.expect("a session");
    page.expect_that(|LobbyEvent::Games { games }| games.len() == 1).await;
    room.advance(Duration::from_mins(3));
    page.expect(LobbyEvent::Games { games: Vec::new() }).await;
}

#[tokio::test]
async fn the_lobby_lists_two_hundred_games_at_most() {
    let room = TestRoom::<Game>::new().named("tea");
    let lobby = room.other::<Lobby>(lobby::NAME);
    let report = |players| game::protocol::lobby::Report { players, is_running: false };
    for number in 0..201 {
        lobby.stub().report(format!("game {number}"), report(1)).await.expect("a report");
    }
    // A game that is in the list can still report.
    lobby.stub().report("game 7", report(9)).await.expect("a report");
    let mut page = lobby.join().await.expect("a session");
    let LobbyEvent::Games { games } = page.next().await;
    assert_eq!((games.len(), games.first().map(|game| game.players)), (200, Some(9)));
}

#[tokio::test]
async fn a_game_goes_on_while_the_lobby_fails() {
    let room = TestRoom::<Game>::new().named("tea");
    let lobby = room.other::<Lobby>(lobby::NAME);
    lobby.fail_calls(1000);
    let (_ada, mut bob, _eve, word) = playing(&room).await;
    bob.session.guess(&word).await.unwrap();
    until(&mut bob, |event| matches!(event, GameEvent::Guessed { .. }).then_some(())).await;
}

#[tokio::test]
async fn a_game_without_players_is_deleted_after_an_hour() {
    let room = TestRoom::<Game>::new();
    let (mut ada, mut bob, mut eve, _) = playing(&room).await;
    for seat in [&mut ada, &mut bob, &mut eve] {
        seat.session.close().await;
    }
    room.advance(Duration::from_secs(3_500));
    assert!(room.storage().get::<Vec<u8>>("phase").is_err(), "something else is stored");
    room.advance(Duration::from_secs(200));
    assert!(room.storage().list::<u8>(&websocket_do::ListOptions::all()).expect("a list").is_empty());
}
