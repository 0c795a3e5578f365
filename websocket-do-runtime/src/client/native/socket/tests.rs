//! Pongs, close frames and buffers of the native socket.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{DuplexStream, duplex},
    select,
};
use tokio_tungstenite::WebSocketStream;
use tungstenite::protocol::frame::coding::CloseCode;

use super::*;

type Peer = WebSocketStream<DuplexStream>;

/// A socket and its peer, connected by a buffer of `capacity` bytes.
async fn pair(capacity: usize) -> (NativeSocket, Peer) {
    let (ours, theirs) = duplex(capacity);
    (NativeSocket::new(Box::new(ours), Vec::new()), WebSocketStream::from_raw_socket(theirs, Role::Server, None).await)
}

async fn bounded<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(20), future).await.unwrap()
}

/// Drives the socket until the future of its peer completes.
async fn meanwhile<T>(socket: &mut NativeSocket, peer: impl Future<Output = T>) -> T {
    let served = async {
        while let Progress::Written = socket.drive(true).await {}
        std::future::pending::<()>().await;
    };
    bounded(async {
        select! {
            done = peer => done,
            () = served => unreachable!(),
        }
    })
    .await
}

fn ping(number: u32) -> Message {
    Message::Ping(number.to_be_bytes().to_vec().into())
}

#[tokio::test]
async fn a_peer_that_pings_and_reads_nothing_gets_the_newest_pong_only() {
    const LAST: u32 = 20_000;
    let (mut socket, mut peer) = pair(4096).await;
    // More than the buffer holds, so that no pong can be written.
    socket.start(Frame::Binary(vec![0; 100_000]));
    meanwhile(&mut socket, async {
        for number in 0..=LAST {
            peer.feed(ping(number)).await.unwrap();
        }
        peer.flush().await.unwrap();
    })
    .await;
    let (mut pongs, mut others) = (Vec::new(), Vec::new());
    meanwhile(&mut socket, async {
        while pongs.last() != Some(&LAST) {
            match peer.next().await.unwrap().unwrap() {
                Message::Pong(pong) => pongs.push(u32::from_be_bytes(pong.as_ref().try_into().unwrap())),
                other => others.push(other),
            }
        }
    })
    .await;
    assert_eq!(others, [Message::binary(vec![0; 100_000])]);
    // Pings still in the buffer when the peer began to read may be answered one by one.
    assert!(pongs.len() < 1500, "{} pongs", pongs.len());
}

#[tokio::test]
async fn a_close_is_answered_although_a_pong_waits() {
    let (mut socket, mut peer) = pair(4096).await;
    socket.start(Frame::Binary(vec![0; 10_000]));
    peer.send(ping(1)).await.unwrap();
    peer.send(Message::Close(Some(CloseFrame { code: CloseCode::Away, reason: "".into() }))).await.unwrap();
    match bounded(socket.drive(true)).await {
        Progress::Received(Incoming::Closed(closed)) => assert_eq!(closed.code(), 1001),
        other => panic!("{other:?}"),
    }
    let answer = async {
        while let Some(frame) = peer.next().await {
            if let Ok(Message::Close(close)) = frame {
                return close;
            }
        }
        None
    };
    let ((), close) = tokio::join!(socket.flush(Duration::from_secs(10)), bounded(answer));
    assert_eq!(close.unwrap().code, CloseCode::Away);
}

#[tokio::test]
async fn a_small_frame_keeps_no_large_buffer() {
    let (mut socket, mut peer) = pair(1 << 22).await;
    peer.feed(Message::text("x".repeat(1 << 20))).await.unwrap();
    peer.feed(Message::binary(vec![1; 8])).await.unwrap();
    peer.send(Message::text("x".repeat(1 << 20))).await.unwrap();
    bounded(socket.next()).await;
    match bounded(socket.next()).await {
        Incoming::Frame(Frame::Binary(bytes)) => assert!(bytes.capacity() < 1024, "{}", bytes.capacity()),
        other => panic!("{other:?}"),
    }
}
