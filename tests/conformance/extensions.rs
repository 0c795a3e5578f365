//! What the framework adds to typed messages: raw bytes, byte fields, a custom text codec, and the typed socket of a
//! handwritten Durable Object.

use rooms::{Heard, Said, Upload, Uploaded};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use websocket_do::{
    Frame,
    client::{ClientError, connect},
};

use crate::{
    Host, cases,
    peer::{FORMATS, Format, Peer, Received, refused, room},
};

async fn join(host: &Host, room: &str, format: Format) -> Peer {
    Peer::join(&host.rooms, &format!("/binary/{room}/websocket"), format).await
}

/// Receives the next frame, which must be text.
async fn text(peer: &mut Peer) -> String {
    match peer.frame().await {
        Message::Text(text) => text.to_string(),
        other => panic!("expected text, got {other:?}"),
    }
}

cases! {
    async fn raw_bytes_in_a_json_session_reach_the_binary_handler(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        for count in [0, 1, 255, 1 << 20] {
            peer.send_frame(Message::binary(vec![7; count])).await;
            assert_eq!(peer.message().await, json!({"type": "bytes", "count": count}));
        }
        peer.send(json!({"type": "thumbnail", "image": [1]})).await;
        assert_eq!(peer.message().await["type"], "thumbnail");
    }

    async fn raw_bytes_are_forwarded_to_json_sessions_only(host: Host) {
        let room = room();
        let mut sender = join(&host, &room, Format::Json).await;
        let (mut json, mut msgpack) = (join(&host, &room, Format::Json).await, join(&host, &room, Format::MessagePack).await);
        sender.send_frame(Message::binary(vec![0, 255, 0xc1])).await;
        assert_eq!(json.frame().await, Message::binary(vec![0, 255, 0xc1]));
        assert_eq!(sender.message().await["count"], 3);
        msgpack.receives_nothing().await;
    }

    async fn the_protocol_error_handler_answers_a_frame_of_the_wrong_kind(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        peer.send_frame(Message::text("{}")).await;
        assert_eq!(peer.frame().await, Message::binary(vec![0xc0, 0xc0]));
        // The session stays open.
        assert_eq!(peer.ask(json!({"type": "nothing"})).await["code"], "unknown_type");
    }

    async fn a_byte_field_is_bin_in_messagepack_and_a_list_in_json(host: Host) {
        let room = room();
        let mut json = join(&host, &room, Format::Json).await;
        json.send_frame(Message::text(r#"{"type":"thumbnail","image":[0,128,255],"mask":[1,2]}"#)).await;
        assert_eq!(json.message().await, json!({"type": "thumbnail", "image": [0, 128, 255], "masked": 3}));

        let mut msgpack = join(&host, &room, Format::MessagePack).await;
        let frame = b"\x83\xa4type\xa9thumbnail\xa5image\xc4\x03\x00\x80\xff\xa4mask\xc4\x02\x01\x02";
        msgpack.send_frame(Message::binary(frame.to_vec())).await;
        let answer = b"\x83\xa4type\xa9thumbnail\xa5image\xc4\x03\x00\x80\xff\xa6masked\x03";
        assert_eq!(msgpack.frame().await, Message::binary(answer.to_vec()));
    }

    async fn the_rules_of_a_byte_field_are_checked(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            for (message, code, path) in [
                (json!({"type": "thumbnail", "image": []}), "rule", "image"),
                (json!({"type": "thumbnail", "image": [1, 2, 3, 4, 5, 6, 7, 8, 9]}), "rule", "image"),
                (json!({"type": "thumbnail", "image": [256]}), "invalid", "image[0]"),
                (json!({"type": "thumbnail", "image": "abc"}), "invalid", "image"),
                (json!({"type": "thumbnail", "image": null}), "invalid", "image"),
                (json!({"type": "thumbnail"}), "missing", "image"),
                (json!({"type": "thumbnail", "image": [1], "mask": [1]}), "invalid", "mask"),
            ] {
                peer.send(message.clone()).await;
                let answer = peer.message().await;
                assert_eq!((&answer["code"], &answer["path"]), (&json!(code), &json!(path)), "{message}: {answer}");
            }
        }
    }

    async fn a_custom_text_codec_works_in_both_directions(host: Host) {
        let path = format!("/custom-codec/{}/websocket", room());
        let mut text_peer = Peer::join(&host.rooms, &path, Format::Json).await;
        let mut msgpack = Peer::join(&host.rooms, &path, Format::MessagePack).await;
        text_peer.send_frame(Message::text(")]}'\n{\"word\":\"hi\",\"type\":\"word\",\"times\":3.0}")).await;
        assert_eq!(text(&mut text_peer).await, ")]}'\n{\"type\":\"word\",\"word\":\"hi\",\"times\":3}");
        assert_eq!(text(&mut text_peer).await, ")]}'\n{\"type\":\"word\",\"word\":\"thanks\",\"times\":1099511627776}");
        assert_eq!(msgpack.message().await, json!({"type": "word", "word": "hi", "times": 3}));
    }

    async fn a_custom_text_codec_keeps_rules_and_validation_errors(host: Host) {
        let mut peer = Peer::join(&host.rooms, &format!("/custom-codec/{}/websocket", room()), Format::Json).await;
        for (sent, answer) in [
            ("{\"type\":\"word\",\"word\":\"hi\"}", r#"{"error":"not guarded JSON: the guard is missing","code":"malformed","path":""}"#),
            (")]}'\n{\"type\":\"word\"}", r#"{"error":"`word` is missing","code":"missing","path":"word"}"#),
            (")]}'\n{\"type\":\"word\",\"word\":\"\"}", r#"{"error":"`word` must have 1 to 5 characters, has 0","code":"rule","path":"word"}"#),
        ] {
            peer.send_frame(Message::text(sent)).await;
            assert_eq!(text(&mut peer).await, format!(")]}}'\n{answer}"), "{sent}");
        }
    }

    async fn the_typed_client_uses_the_custom_text_codec(host: Host) {
        let mut room = connect::<Said>(format!("ws://{}/custom-codec/{}/websocket", host.rooms, room())).await.unwrap();
        room.word("hi", Some(2)).await.unwrap();
        assert_eq!(room.next().await, Some(Ok(Heard::Word { word: "hi".into(), times: 2 })));
        room.next().await.unwrap().unwrap();
        room.send_frame(Frame::Text(")]}'\n{\"type\":\"word\",\"word\":\"much too long\"}".into())).await.unwrap();
        let error = room.next().await.unwrap().unwrap_err();
        assert!(matches!(&error, ClientError::Server { path: Some(path), .. } if path == "word"), "{error}");
        assert!(room.send(Said::Word { word: String::new(), times: None }).await.is_err());
    }

    async fn the_typed_client_sends_and_receives_raw_bytes(host: Host) {
        let url = format!("ws://{}/binary/{}/websocket", host.rooms, room());
        let mut sender = connect::<Upload>(&url).await.unwrap();
        let mut other = connect::<Upload>(&url).await.unwrap();
        sender.send_frame(Frame::Binary(vec![1, 2, 3])).await.unwrap();
        assert_eq!(sender.next().await, Some(Ok(Uploaded::Bytes { count: 3 })));
        assert_eq!(other.next().await, Some(Err(ClientError::UnexpectedFrame(Frame::Binary(vec![1, 2, 3])))));
        sender.thumbnail(vec![9], Some([1, 1])).await.unwrap();
        assert_eq!(sender.next().await, Some(Ok(Uploaded::Thumbnail { image: vec![9], masked: 2 })));
    }

    /// The local host cannot run an object that is written for workerd, and reports so.
    async fn a_handwritten_object_uses_the_typed_socket(host: Host) {
        let path = format!("/typed-socket/{}/websocket", room());
        if host.is_local {
            assert_eq!(refused(&host.rooms, &path, &[]).await.0, 501);
            return;
        }
        for format in FORMATS {
            let mut peer = Peer::join(&host.rooms, &path, format).await;
            peer.send(json!({"type": "add", "by": 4})).await;
            let first = peer.message().await;
            assert_eq!(first["total"], 4);
            peer.send(json!({"type": "add", "by": 10})).await;
            assert_eq!(peer.message().await, json!({"type": "wrong", "code": "rule", "path": "by"}));
            peer.send_frame(if format == Format::Json { Message::binary(vec![0x80]) } else { Message::text("{}") }).await;
            assert_eq!(peer.message().await, json!({"type": "wrong", "code": "malformed", "path": ""}));
            peer.send(json!({"type": "add", "by": 5})).await;
            assert_eq!(peer.message().await, json!({"type": "total", "total": 9, "id": first["id"]}));
            peer.close(Some((3001, ""))).await;
            assert_eq!(peer.receive().await, Received::Closed(3001, "counted".into()));
        }
    }
}
