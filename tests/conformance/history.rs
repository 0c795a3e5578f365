//! The chat's history: its last messages, in storage.

use serde_json::{Value, json};

use crate::{
    Host, cases,
    peer::{FORMATS, Format, Peer, get_json, http, room},
};

async fn join(host: &Host, room: &str, name: &str, format: Format) -> Peer {
    Peer::join(&host.chat, &format!("/room/{room}/websocket?name={name}"), format).await
}

/// Sends a message and returns what everyone receives, past a late `userLeft` of an earlier session.
async fn say(peer: &mut Peer, text: &str) -> Value {
    peer.send(json!({"type": "message", "text": text})).await;
    match peer.message().await {
        left if left["type"] == "userLeft" => peer.message().await,
        heard => heard,
    }
}

async fn messages(host: &Host, room: &str) -> Vec<Value> {
    let history = get_json(&host.chat, &format!("/room/{room}/history")).await;
    assert_eq!(history.as_object().map(serde_json::Map::len), Some(1), "{history}");
    history["messages"].as_array().unwrap_or_else(|| panic!("{history}")).clone()
}

/// A reply in which the times are floats, which they are in MessagePack.
fn with_float_times(mut reply: Value) -> Value {
    for said in reply["value"].as_array_mut().unwrap() {
        said["at"] = json!(said["at"].as_f64());
    }
    reply
}

cases! {
    async fn the_history_lists_messages_oldest_first(host: Host) {
        let room = room();
        assert_eq!(messages(&host, &room).await, [Value::Null; 0]);
        let mut expected = Vec::new();
        for format in FORMATS {
            let name = format!("{format:?}");
            let mut peer = join(&host, &room, &name, format).await;
            for text in ["x".to_owned(), "ä\n𐀀".repeat(300)] {
                let heard = say(&mut peer, &text).await;
                expected.push(json!({"text": text, "from": name, "userId": heard["userId"]}));
            }
            peer.close(None).await;
        }
        let mut stored = messages(&host, &room).await;
        let mut before = 1_764_000_000_000;
        for message in &mut stored {
            let at = message.as_object_mut().and_then(|message| message.remove("at")).expect("a time");
            let at = at.as_u64().expect("milliseconds");
            assert!(at >= before, "{at} comes after {before}");
            before = at;
        }
        assert_eq!(stored, expected);
    }

    async fn the_history_keeps_the_last_100_messages(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, "Ada", Format::MessagePack).await;
        let texts = |messages: &[Value]| messages.iter().map(|one| one["text"].as_str().unwrap().parse().unwrap()).collect::<Vec<u32>>();
        for number in 0..100 {
            say(&mut peer, &number.to_string()).await;
        }
        assert_eq!(texts(&messages(&host, &room).await), (0..100).collect::<Vec<_>>());
        for number in 100..223 {
            say(&mut peer, &number.to_string()).await;
        }
        assert_eq!(texts(&messages(&host, &room).await), (123..223).collect::<Vec<_>>());
    }

    async fn only_messages_are_kept_in_the_history(host: Host) {
        let room = room();
        let mut peer = join(&host, &room, "Ada", Format::Json).await;
        peer.send(json!({"type": "message", "text": ""})).await;
        assert_eq!(peer.message().await["type"], "error");
        peer.send(json!({"type": "setName", "name": "Countess"})).await;
        assert_eq!(peer.message().await["type"], "nameChanged");
        assert_eq!(http(&host.chat, "POST", &format!("/room/{room}/broadcast"), r#"{"text":"tea"}"#).await.0, 200);
        assert_eq!(peer.message().await["type"], "announcement");
        say(&mut peer, "so there").await;
        let stored = messages(&host, &room).await;
        assert_eq!(stored.len(), 1, "{stored:?}");
        assert_eq!((&stored[0]["text"], &stored[0]["from"]), (&json!("so there"), &json!("Countess")));
    }

    async fn the_history_of_a_private_room_requires_its_key(host: Host) {
        let path = format!("/room/private-{}/history", room());
        assert_eq!(http(&host.chat, "GET", &path, "").await, (401, "Unauthorized".into()));
        assert_eq!(http(&host.chat, "GET", &format!("{path}?key=wrong"), "").await.0, 401);
        assert_eq!(http(&host.chat, "GET", &format!("{path}?key=demo"), "").await.0, 200);
    }

    async fn the_history_can_be_called_for(host: Host) {
        let room = room();
        for format in FORMATS {
            let mut peer = join(&host, &room, "Ada", format).await;
            for text in ["one", "two", "three"] {
                say(&mut peer, text).await;
            }
            let stored = messages(&host, &room).await;
            let all = peer.ask(json!({"type": "history", "limit": 100, "id": 7})).await;
            assert_eq!(with_float_times(all), with_float_times(json!({"type": "reply", "id": 7, "value": stored})));
            let latest = peer.ask(json!({"type": "history", "limit": 2, "id": "x"})).await;
            let expected = json!({"type": "reply", "id": "x", "value": &stored[stored.len() - 2..]});
            assert_eq!(with_float_times(latest), with_float_times(expected));
            for limit in [0, 101] {
                let invalid = peer.ask(json!({"type": "history", "limit": limit, "id": 8})).await;
                assert_eq!((&invalid["code"], &invalid["path"], &invalid["id"]), (&json!("rule"), &json!("limit"), &json!(8)));
            }
            assert_eq!(peer.ask(json!({"type": "history", "limit": 0})).await["type"], "error");
            peer.close(None).await;
        }
    }
}
