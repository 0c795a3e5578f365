//! A session of a single connection: messages, invalid frames, and closing.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Message as Raw, protocol::CloseFrame};
use websocket_do_runtime::{
    client::{Builder, ClientError, SendError},
    codec::{Format, Frame, encode},
    protocol::ValidationCode,
};

use crate::support::{Note, accept, after, bounded, next, raw, say, serve};

#[tokio::test]
async fn a_message_that_breaks_its_rules_is_not_sent() {
    let mut room = after(Format::Json, vec![Raw::text(r#"{"type":"say","text":"hi"}"#)]).await;
    match bounded(room.send(say(""))).await {
        Err(SendError::Invalid(error)) => assert_eq!(error.path(), "text"),
        other => panic!("{other:?}"),
    }
    assert_eq!(next(&mut room).await, Some(Ok(say("hi"))));
}

#[tokio::test]
async fn invalid_frames_are_errors_and_the_session_continues() {
    for format in [Format::Json, Format::MessagePack] {
        let spoken = |value: serde_json::Value| match format {
            Format::Json => Raw::text(value.to_string()),
            Format::MessagePack => Raw::binary(rmp_serde::to_vec(&value).unwrap()),
        };
        let (malformed, other) = match format {
            Format::Json => (Raw::text("}"), Frame::Binary(vec![0xc1])),
            Format::MessagePack => (Raw::binary(vec![0xc1]), Frame::Text("}".into())),
        };
        let frames = vec![
            malformed,
            raw(other.clone()),
            spoken(json!({"type": "say", "text": ""})),
            spoken(json!({"type": "other", "error": "x"})),
            Raw::text("wsdo:pong"),
            spoken(json!({"error": "must be 1 to 50 characters", "code": "rule", "path": "name"})),
            Raw::text(r#"{"error":"String messages are not allowed. Please use buffer messages."}"#),
            raw(encode(&say("still here"), format).unwrap()),
        ];
        let mut room = after(format, frames).await;
        for code in
            [Some(ValidationCode::Malformed), None, Some(ValidationCode::Rule), Some(ValidationCode::UnknownType)]
        {
            match (next(&mut room).await, code) {
                // Serde's own enums do not distinguish an unknown type from other errors.
                (Some(Err(ClientError::Invalid(_))), Some(ValidationCode::UnknownType)) => {}
                (Some(Err(ClientError::Invalid(error))), Some(code)) => assert_eq!(error.code(), code),
                (Some(Err(ClientError::UnexpectedFrame(frame))), None) => assert_eq!(frame, other),
                (item, _) => panic!("{item:?}"),
            }
        }
        let error = ClientError::Server {
            message: "must be 1 to 50 characters".into(),
            code: Some("rule".into()),
            path: Some("name".into()),
        };
        assert_eq!(next(&mut room).await, Some(Err(error)));
        match next(&mut room).await {
            Some(Err(ClientError::Server { message, code: None, path: None })) => {
                assert!(message.starts_with("String"));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(next(&mut room).await, Some(Ok(say("still here"))));
    }
}

#[tokio::test]
async fn the_servers_close_is_reported_and_answered() {
    let frame = |code: u16, reason: &'static str| Some(CloseFrame { code: code.into(), reason: reason.into() });
    for (sent, code, reason) in [
        (frame(1000, ""), 1000, ""),
        (frame(1012, "restart"), 1012, "restart"),
        (frame(4001, "kicked"), 4001, "kicked"),
        (None, 1005, ""),
    ] {
        let mut room = after(Format::Json, vec![Raw::text(r#"{"type":"say","text":"bye"}"#), Raw::Close(sent)]).await;
        assert_eq!(next(&mut room).await, Some(Ok(say("bye"))));
        assert_eq!(next(&mut room).await, None);
        assert_eq!(next(&mut room).await, None);
        let closed = room.closed().unwrap();
        assert_eq!((closed.code(), closed.reason()), (code, reason));
        assert_eq!(bounded(room.send(say("late"))).await, Err(SendError::Closed));
        bounded(room.close()).await.unwrap();
    }
}

#[tokio::test]
async fn a_close_delivers_sent_messages_and_drops_incoming_ones() {
    let (sender, received) = tokio::sync::oneshot::channel();
    let url = serve(|socket| async move {
        let (mut peer, ..) = accept(socket, true).await;
        let mut count = 0;
        let close = loop {
            match peer.next().await.unwrap().unwrap() {
                Raw::Close(close) => break close.unwrap(),
                Raw::Text(_) => count += 1,
                _ => {}
            }
            peer.send(Raw::text(r#"{"type":"say","text":"noise"}"#)).await.unwrap();
        };
        while let Some(Ok(_)) = peer.next().await {}
        sender.send((count, u16::from(close.code), close.reason.to_string())).unwrap();
    })
    .await;
    let mut room = bounded(Builder::<Note>::new(url).connect_once()).await.unwrap().0;
    for _ in 0..200 {
        bounded(room.send(say("x"))).await.unwrap();
    }
    assert!(matches!(bounded(room.close_with(1005, "")).await, Err(ClientError::Close(_))));
    bounded(room.close_with(4000, "done")).await.unwrap();
    assert_eq!(next(&mut room).await, None);
    assert_eq!(room.closed().unwrap().code(), 4000);
    assert_eq!(bounded(received).await.unwrap(), (200, 4000, "done".to_owned()));
}

#[tokio::test]
async fn a_close_that_is_not_answered_ends_in_time() {
    let url = serve(|socket| async move {
        let (peer, ..) = accept(socket, true).await;
        tokio::time::sleep(Duration::from_mins(1)).await;
        drop(peer);
    })
    .await;
    let mut room = bounded(Builder::<Note>::new(url).connect_once()).await.unwrap().0;
    assert!(matches!(bounded(room.close()).await, Err(ClientError::Timeout(_))));
    assert_eq!(room.closed().unwrap().code(), 1006);
}

#[tokio::test]
async fn a_lost_connection_is_1006() {
    let url = serve(|socket| async move { drop(accept(socket, true).await) }).await;
    let mut room = bounded(Builder::<Note>::new(url).connect_once()).await.unwrap().0;
    assert_eq!(next(&mut room).await, None);
    assert_eq!(room.closed().unwrap().code(), 1006);
    assert_eq!(bounded(room.send(say("late"))).await, Err(SendError::Closed));
}

#[tokio::test]
async fn a_cancelled_next_loses_no_message() {
    let url = serve(|socket| async move {
        let (mut peer, ..) = accept(socket, true).await;
        for index in 0..50 {
            tokio::time::sleep(Duration::from_millis(2)).await;
            peer.send(Raw::text(format!(r#"{{"type":"say","text":"{index}"}}"#))).await.unwrap();
        }
        while let Some(Ok(_)) = peer.next().await {}
    })
    .await;
    let mut room = bounded(Builder::<Note>::new(url).connect_once()).await.unwrap().0;
    let mut seen = Vec::new();
    bounded(async {
        while seen.len() < 50 {
            if let Ok(item) = timeout(Duration::from_millis(1), room.next()).await {
                seen.push(item.unwrap().unwrap());
            }
        }
    })
    .await;
    assert_eq!(seen, (0..50).map(|index| say(&index.to_string())).collect::<Vec<_>>());
}
