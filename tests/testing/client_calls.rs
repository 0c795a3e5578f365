//! Calls of clients: each has exactly one outcome, and is carried out at most once, in every order of events.

use std::time::Duration;

use futures_util::future::{join, join_all};
use websocket_do::{
    CallError, Format, HttpError, Result, Session, Upgrade, WsProtocol,
    testing::{TestRoom, TestSession, explore},
    websocket_do,
};

/// How many orders are tried, and how many rounds each has.
const SEEDS: u64 = 200;
const ROUNDS: u32 = 8;
const SESSIONS: u32 = 5;

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Done)]
enum Do {
    Say {
        key: u32,
    },
    #[ws(reply = u32)]
    Once {
        key: u32,
        after_ms: u32,
    },
    #[ws(reply = u32)]
    Aside {
        key: u32,
        after_ms: u32,
    },
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Done {
    Said { key: u32 },
}

#[derive(Default)]
struct Doing;

#[websocket_do(client = Do, session = (), max_concurrent = 2)]
impl Doing {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn say(&self, session: &Session<Self>, key: u32) -> Result<()> {
        Ok(session.room().broadcast(Done::Said { key })?)
    }

    #[message]
    async fn once(&self, session: &Session<Self>, key: u32, after_ms: u32) -> Result<u32> {
        carry_out(session, key, after_ms).await
    }

    #[message(concurrent)]
    async fn aside(&self, session: &Session<Self>, key: u32, after_ms: u32) -> Result<u32> {
        carry_out(session, key, after_ms).await
    }
}

async fn carry_out(session: &Session<Doing>, key: u32, after_ms: u32) -> Result<u32> {
    let storage = session.room().storage();
    let times = storage.get::<u32>(&format!("done:{key}"))?.unwrap_or_default();
    storage.put(&format!("done:{key}"), &(times + 1))?;
    session.room().sleep(Duration::from_millis(after_ms.into())).await;
    Ok(key)
}

async fn join_room(room: &TestRoom<Doing>) -> TestSession<Doing> {
    let format = if room.random(2) == 0 { Format::Json } else { Format::MessagePack };
    room.join_with(|request| request.format(format)).await.unwrap()
}

/// Sends a message, which must not disturb the call after it, and calls.
async fn call(
    session: &mut TestSession<Doing>,
    key: u32,
    [is_aside, after_ms, limit_ms, says]: [u32; 4],
) -> (u32, Result<u32, CallError>) {
    if says == 0 {
        // It fails if the session is over, as does the call.
        let _ = session.say(key).await;
    }
    let limit = Duration::from_millis(limit_ms.into());
    let outcome = match is_aside {
        0 => session.once(key, after_ms).timeout(limit).await,
        _ => session.aside(key, after_ms).timeout(limit).await,
    };
    (key, outcome)
}

fn done(room: &TestRoom<Doing>, key: u32) -> u32 {
    room.storage().get(&format!("done:{key}")).unwrap().unwrap_or_default()
}

#[tokio::test]
async fn each_call_has_one_outcome_and_is_carried_out_at_most_once() {
    explore(0..SEEDS, async |room: &TestRoom<Doing>| {
        let mut sessions = Vec::new();
        for _ in 0..SESSIONS {
            sessions.push(join_room(room).await);
        }
        for round in 0..ROUNDS {
            let choose = |end| u32::try_from(room.random(end)).unwrap();
            let calls = sessions.iter_mut().zip(0..).map(|(session, number)| {
                let limit = if choose(4) == 0 { 20 } else { 30_000 };
                call(session, round * SESSIONS + number, [choose(2), choose(4) * 15, limit, choose(2)])
            });
            let calls: Vec<_> = calls.collect();
            let action = room.random(6);
            let disturb = async {
                // After the calls are sent, and before the room has handled them.
                tokio::task::yield_now().await;
                match action {
                    0 => room.evict(),
                    1 => room.advance(Duration::from_millis(10)),
                    _ => {}
                }
            };
            let (outcomes, ()) = join(join_all(calls), disturb).await;
            for (key, outcome) in outcomes {
                let times = done(room, key);
                match outcome {
                    Ok(value) => assert_eq!((value, times), (key, 1)),
                    Err(CallError::Timeout | CallError::Lost) => {
                        assert!(times <= 1, "{key} was carried out {times} times");
                    }
                    Err(other) => panic!("{key}: {other}"),
                }
            }
            for session in &mut sessions {
                // Nothing that answers a call is left among the messages.
                assert!(session.unread().await.iter().all(Result::is_ok));
                if session.closed().is_some() || action == 0 {
                    *session = join_room(room).await;
                }
            }
            if room.random(2) == 0 {
                room.hibernate();
            }
        }
    })
    .await;
}

#[tokio::test]
async fn calls_at_once_are_handled_as_their_handlers_allow() {
    let room = TestRoom::<Doing>::new();
    let (mut ada, mut bob) = (room.join().await.unwrap(), room.join().await.unwrap());
    let (slow, fast) = join(ada.once(1, 1000), bob.once(2, 0)).await;
    assert_eq!((slow, fast), (Ok(1), Ok(2)));
    let before = room.now();
    assert_eq!(ada.once(3, 60_000).timeout(Duration::from_secs(5)).await, Err(CallError::Timeout));
    assert_eq!(room.now().as_millis() - before.as_millis(), 5000, "the call waits in the time of the room");
    ada.lose();
    assert_eq!(ada.once(4, 0).await, Err(CallError::Closed));
}
