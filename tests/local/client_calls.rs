//! Calls of a client that reconnects, through a proxy that cuts its connections: each has exactly one outcome, and only idempotent calls
//! are carried out twice.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::join_all;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use websocket_do::{
    App, CallError, Format, HttpError, Result, Room, Session, Upgrade, WsProtocol, local::Server, websocket_do,
};

use super::PATIENCE;

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
    #[ws(reply = u32, idempotent)]
    Again {
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

/// How often each call was carried out.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<HashMap<u32, u32>>>);

struct Doing;

#[websocket_do(client = Do, session = (), state = Log)]
impl Doing {
    #[new]
    fn new(_room: &Room<Self>) -> Self {
        Self
    }

    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }

    #[message]
    fn say(&self, session: &Session<Self>, key: u32) -> Result<()> {
        Ok(session.room().broadcast(Done::Said { key })?)
    }

    #[message]
    async fn once(&self, session: &Session<Self>, key: u32, after_ms: u32) -> u32 {
        carry_out(session, key, after_ms).await
    }

    #[message]
    async fn again(&self, session: &Session<Self>, key: u32, after_ms: u32) -> u32 {
        carry_out(session, key, after_ms).await
    }

    #[message(concurrent)]
    async fn aside(&self, session: &Session<Self>, key: u32, after_ms: u32) -> u32 {
        carry_out(session, key, after_ms).await
    }
}

async fn carry_out(session: &Session<Doing>, key: u32, after_ms: u32) -> u32 {
    *session.room().state::<Log>().0.lock().unwrap().entry(key).or_default() += 1;
    session.room().sleep(Duration::from_millis(after_ms.into())).await;
    key
}

/// Starts a proxy that cuts all connections whenever the value changes. Returns its address.
async fn proxy(to: SocketAddr, cut: watch::Receiver<u32>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut cut = cut.clone();
            cut.mark_unchanged();
            tokio::spawn(async move {
                let Ok(mut far) = TcpStream::connect(to).await else { return };
                tokio::select! {
                    _ = copy_bidirectional(&mut near, &mut far) => {}
                    _ = cut.changed() => {}
                }
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn only_idempotent_calls_are_carried_out_twice_whatever_is_lost() {
    const ROUNDS: u32 = 12;
    const CALLS: u32 = 30;
    let log = Log::default();
    let shared = log.clone();
    let app = App::new().state(move |_| Ok(shared.clone())).rooms::<Doing>("/{room}");
    let server = Server::new(app).port(0).start().await.expect("a free port");
    let (cuts, cut) = watch::channel(0);
    let address = proxy(server.address(), cut).await;
    let mut losses = 0;
    for format in [Format::Json, Format::MessagePack] {
        let url = format!("ws://{address}/{format}/websocket");
        let backoff = Duration::from_millis(5);
        let client = DoingClient::builder(url).format(format).backoff(backoff, backoff * 4).connect().await.unwrap();
        // Nothing reads the events.
        let (mut sender, _receiver) = client.split();
        for round in 0..ROUNDS {
            let key = |number| (round * CALLS + number) * 2 + u32::from(format == Format::Json);
            let clone = sender.clone();
            let calls = (0..CALLS).map(|number| {
                let (key, mut sender) = (key(number), clone.clone());
                async move {
                    sleep(Duration::from_millis((number % 7).into())).await;
                    let after = number % 5;
                    let outcome = match number % 3 {
                        0 => sender.once(key, after).await,
                        1 => sender.again(key, after).await,
                        _ => sender.aside(key, after).await,
                    };
                    (number, key, outcome)
                }
            });
            let cut_often = async {
                for pause in [3, 7, 11] {
                    sleep(Duration::from_millis(pause + u64::from(round))).await;
                    cuts.send_modify(|count| *count += 1);
                }
            };
            sender.say(key(0)).await.unwrap();
            let (outcomes, ()) =
                timeout(PATIENCE, futures_util::future::join(join_all(calls), cut_often)).await.unwrap();
            // A call that was lost may still be carried out, but not later than the calls after it.
            assert_eq!(sender.again(u32::MAX, 50).await, Ok(u32::MAX));
            for (number, key, outcome) in outcomes {
                let times = log.0.lock().unwrap().get(&key).copied().unwrap_or_default();
                match (number % 3, outcome) {
                    (1, Ok(value)) => assert!(value == key && times >= 1, "{key} was carried out {times} times"),
                    (_, Ok(value)) => assert_eq!((value, times), (key, 1)),
                    (0 | 2, Err(CallError::Lost)) => {
                        losses += 1;
                        assert!(times <= 1, "{key} was carried out {times} times");
                    }
                    (_, outcome) => panic!("{key}: {outcome:?}"),
                }
            }
        }
        sender.close().await.unwrap();
    }
    assert!(losses > 0, "no call was lost");
    server.stop().await;
}
