//! The chat example's contract.

use serde_json::{Value, json};
use websocket_do::{Format as Wire, client::Builder};

use crate::{
    Host, cases,
    peer::{FORMATS, Format, Peer, Received, eventually, get_json, http, refused, room},
};

fn socket(room: &str, query: &str) -> String {
    format!("/room/{room}/websocket?{query}")
}

async fn two(host: &Host, room: &str, formats: [Format; 2]) -> (Peer, Peer) {
    let mut ada = Peer::join(&host.chat, &socket(room, "name=Ada"), formats[0]).await;
    let bob = Peer::join(&host.chat, &socket(room, "name=Bob"), formats[1]).await;
    assert_eq!(ada.message().await["name"], "Bob");
    (ada, bob)
}

fn without_id(mut message: Value) -> Value {
    let id = message.as_object_mut().and_then(|fields| fields.remove("userId")).expect("a userId");
    assert!(is_uuid_v4(id.as_str().unwrap_or_default()), "{id} is no UUID of version 4");
    message
}

fn is_uuid_v4(id: &str) -> bool {
    let parts: Vec<_> = id.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && id.chars().nth(14) == Some('4')
}

cases! {
    async fn the_page_is_served(host: Host) {
        let (status, body) = http(&host.chat, "GET", "/", "").await;
        assert_eq!(status, 200);
        assert!(body.starts_with("<!doctype html>"), "{body}");
    }

    async fn a_name_of_1_to_50_characters_is_used_and_any_other_replaced(host: Host) {
        let room = room();
        for (query, expected) in [
            ("name=Ada".to_owned(), Some("Ada".to_owned())), ("name=%C3%84da%20L".into(), Some("Äda L".into())),
            (format!("name={}", "ä".repeat(50)), Some("ä".repeat(50))),
            (format!("name={}", "a".repeat(51)), None), ("name=".into(), None), ("x=1".into(), None),
        ] {
            let peer = Peer::join(&host.chat, &socket(&room, &query), Format::Json).await;
            let info = get_json(&host.chat, &format!("/room/{room}/info")).await;
            let names: Vec<_> = info["sessions"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
            match expected {
                Some(name) => assert!(names.contains(&name.as_str()), "{query}: {names:?}"),
                None => assert!(names.iter().any(|name| {
                    name.strip_prefix("User-").is_some_and(|hex| hex.len() == 4 && hex.chars().all(|c| c.is_ascii_hexdigit()))
                }), "{query}: {names:?}"),
            }
            drop(peer);
        }
    }

    async fn a_private_room_requires_its_key(host: Host) {
        let path = format!("/room/private-{}/websocket", room());
        let unauthorized = (401, "Unauthorized".to_owned());
        assert_eq!(refused(&host.chat, &path, &[]).await, unauthorized);
        assert_eq!(refused(&host.chat, &format!("{path}?key=wrong"), &[]).await, unauthorized);
        assert_eq!(refused(&host.chat, &path, &[("authorization", "Bearer wrong")]).await, unauthorized);
        assert!(Peer::open(&host.chat, &format!("{path}?key=demo"), &[]).await.is_ok());
        assert!(Peer::open(&host.chat, &path, &[("authorization", "Bearer demo")]).await.is_ok());
    }

    async fn info_lists_the_sessions_and_their_formats(host: Host) {
        let room = room();
        let path = format!("/room/{room}/info");
        assert_eq!(get_json(&host.chat, &path).await, json!({"sessionCount": 0, "sessions": []}));
        let (_ada, mut bob) = two(&host, &room, [Format::Json, Format::MessagePack]).await;
        let info = get_json(&host.chat, &path).await;
        assert_eq!(info["sessionCount"], 2);
        for (name, format) in [("Ada", "json"), ("Bob", "msgpack")] {
            let one = info["sessions"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
            assert!(is_uuid_v4(one["userId"].as_str().unwrap()), "{one}");
            assert!(one["joinedAt"].as_u64().unwrap() > 1_764_000_000_000, "{one}");
            assert_eq!((one["format"].as_str(), one.as_object().unwrap().len()), (Some(format), 4), "{one}");
        }
        bob.close(None).await;
        eventually("one session is left", || async { get_json(&host.chat, &path).await["sessionCount"] == 1 }).await;
    }

    async fn an_announcement_reaches_every_session(host: Host) {
        let room = room();
        let (mut ada, mut bob) = two(&host, &room, [Format::Json, Format::MessagePack]).await;
        let path = format!("/room/{room}/broadcast");
        let sent = http(&host.chat, "POST", &path, r#"{"text":"tea"}"#).await;
        assert_eq!(sent, (200, r#"{"delivered":2}"#.into()));
        for peer in [&mut ada, &mut bob] {
            assert_eq!(peer.message().await, json!({"type": "announcement", "text": "tea"}));
        }
    }

    async fn a_bad_announcement_is_400_with_the_reason(host: Host) {
        for body in ["", "tea", "{}", r#"{"text":5}"#] {
            let (status, reason) = http(&host.chat, "POST", &format!("/room/{}/broadcast", room()), body).await;
            assert_eq!(status, 400, "{body}");
            assert!(reason.contains("JSON"), "{reason}");
        }
    }

    async fn a_message_reaches_everyone_including_the_sender(host: Host) {
        for formats in [[Format::Json, Format::MessagePack], [Format::MessagePack, Format::Json]] {
            let (mut ada, mut bob) = two(&host, &room(), formats).await;
            for text in ["x".to_owned(), "ä".repeat(1000)] {
                ada.send(json!({"type": "message", "text": text})).await;
                for peer in [&mut ada, &mut bob] {
                    let message = without_id(peer.message().await);
                    assert_eq!(message, json!({"type": "message", "text": text, "from": "Ada"}));
                }
            }
        }
    }

    async fn a_new_name_is_broadcast_and_used_afterwards(host: Host) {
        for formats in [[Format::Json, Format::MessagePack], [Format::MessagePack, Format::Json]] {
            let (mut ada, mut bob) = two(&host, &room(), formats).await;
            ada.send(json!({"type": "setName", "name": "Countess"})).await;
            ada.send(json!({"type": "message", "text": "hi"})).await;
            for peer in [&mut ada, &mut bob] {
                let renamed = without_id(peer.message().await);
                assert_eq!(renamed, json!({"type": "nameChanged", "oldName": "Ada", "newName": "Countess"}));
                assert_eq!(peer.message().await["from"], "Countess");
            }
        }
    }

    async fn joins_and_leaves_are_sent_to_the_others_only(host: Host) {
        for format in FORMATS {
            let room = room();
            let mut ada = Peer::join(&host.chat, &socket(&room, "name=Ada"), format).await;
            let mut bob = Peer::join(&host.chat, &socket(&room, "name=Bob"), format).await;
            assert_eq!(without_id(ada.message().await), json!({"type": "userJoined", "name": "Bob"}));
            ada.receives_nothing().await;
            bob.receives_nothing().await;
            bob.close(Some((1000, ""))).await;
            assert_eq!(bob.receive().await, Received::Closed(1000, String::new()));
            assert_eq!(without_id(ada.message().await), json!({"type": "userLeft", "name": "Bob"}));
        }
    }

    async fn an_invalid_message_is_answered_with_an_error_and_the_session_stays_open(host: Host) {
        for format in FORMATS {
            let mut ada = Peer::join(&host.chat, &socket(&room(), "name=Ada"), format).await;
            for wrong in [
                json!({"type": "message", "text": ""}), json!({"type": "message", "text": "x".repeat(1001)}),
                json!({"type": "setName", "name": ""}), json!({"type": "setName", "name": "x".repeat(51)}),
                json!({"type": "message"}), json!({"type": "message", "text": null}), json!({"type": "nope"}),
                json!({"text": "no tag"}), json!(["message"]), json!(5), json!(null), json!({"type": 5}),
            ] {
                ada.send(wrong.clone()).await;
                let expected = json!({"type": "error", "message": "Invalid message format"});
                assert_eq!(ada.message().await, expected, "{wrong}");
            }
            ada.send(json!({"type": "message", "text": "still here"})).await;
            assert_eq!(ada.message().await["text"], "still here");
        }
    }

    async fn a_lost_connection_counts_as_leaving(host: Host) {
        let (mut ada, bob) = two(&host, &room(), FORMATS).await;
        drop(bob);
        assert_eq!(without_id(ada.message().await), json!({"type": "userLeft", "name": "Bob"}));
    }

    async fn the_typed_client_works_in_both_formats(host: Host) {
        use ::chat::protocol::{ClientMessage, ServerMessage};
        for format in [Wire::Json, Wire::MessagePack] {
            let url = format!("ws://{}/room/{}/websocket", host.chat, room());
            let mut ada = Builder::<ClientMessage>::new(&url).query("name", "Ada L.").format(format).connect().await.unwrap();
            let mut bob = ::chat::room::ChatRoomClient::connect(format!("{url}?name=Bob")).await.unwrap();
            assert!(matches!(ada.next().await, Some(Ok(ServerMessage::UserJoined { name, .. })) if name == "Bob"));
            bob.set_name("Robert").await.unwrap();
            assert!(
                matches!(ada.next().await, Some(Ok(ServerMessage::NameChanged { new_name, .. })) if new_name == "Robert"),
            );
            let refused = ada.message("").await.unwrap_err();
            assert!(refused.to_string().contains("`text` must have 1 to 1000 characters"), "{refused}");
            ada.message("hello").await.unwrap();
            ada.close().await.unwrap();
            assert_eq!(ada.closed().map(websocket_do::Closed::code), Some(1000));
            let mut heard = Vec::new();
            while heard.len() < 3 {
                heard.push(bob.next().await.unwrap().unwrap());
            }
            assert!(
                matches!(&heard[1], ServerMessage::Message { text, from, .. } if text == "hello" && from == "Ada L."),
                "{heard:?}",
            );
            assert!(matches!(&heard[2], ServerMessage::UserLeft { .. }), "{heard:?}");
        }
    }
}
