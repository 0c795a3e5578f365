//! The size limit of messages, and rules on session data and on the input of routes.

use rooms::MAX_MESSAGE;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    Host, cases,
    peer::{FORMATS, Format, Peer, Received, request, room},
    raw::packed,
};

/// A message in a frame of exactly this many bytes.
fn filled(format: Format, bytes: usize) -> Message {
    let message = |text: usize| json!({"type": "fill", "text": "x".repeat(text)});
    match format {
        Format::Json => Message::text(message(bytes - message(0).to_string().len()).to_string()),
        Format::MessagePack => {
            let head = packed(&message(1000)).len() - 1000;
            Message::binary(packed(&message(bytes - head)))
        }
    }
}

async fn join(host: &Host, room: &str, format: Format) -> Peer {
    Peer::join(&host.rooms, &format!("/limits/{room}/websocket"), format).await
}

fn handled(count: u32) -> serde_json::Value {
    json!({"type": "handled", "count": count})
}

cases! {
    async fn a_message_at_the_limit_is_handled(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            let frame = filled(format, MAX_MESSAGE);
            assert_eq!(frame.len(), MAX_MESSAGE);
            assert_eq!(peer.ask_frame(frame).await, handled(1), "{format:?}");
        }
    }

    async fn a_message_beyond_the_limit_closes_with_1009_and_reaches_no_handler(host: Host) {
        let reason = format!("a message may have at most {MAX_MESSAGE} bytes");
        for format in FORMATS {
            let room = room();
            let mut witness = join(&host, &room, format).await;
            let not_a_message = match format {
                Format::Json => Message::text("x".repeat(MAX_MESSAGE + 1)),
                Format::MessagePack => Message::binary(vec![0xc1; MAX_MESSAGE + 1]),
            };
            // One kind of frame goes to the room's binary handler, the other is a protocol error.
            let other_kind = match format {
                Format::Json => Message::binary(vec![0; MAX_MESSAGE + 1]),
                Format::MessagePack => Message::text("x".repeat(MAX_MESSAGE + 1)),
            };
            for frame in [filled(format, MAX_MESSAGE + 1), not_a_message, other_kind] {
                let mut peer = join(&host, &room, format).await;
                peer.send_frame(frame).await;
                peer.send(json!({"type": "fill", "text": ""})).await;
                assert_eq!(peer.receive().await, Received::Closed(1009, reason.clone()), "{format:?}");
            }
            assert_eq!(witness.ask(json!({"type": "count"})).await, handled(0), "{format:?}");
        }
    }

    async fn session_data_that_breaks_a_rule_is_not_updated(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            let noted = peer.ask(json!({"type": "note", "text": "8 of 8 ä"})).await;
            assert_eq!(noted, json!({"type": "noted", "text": "8 of 8 ä"}));
            let noted = peer.ask(json!({"type": "note", "text": "9 of 8 äö"})).await;
            assert_eq!(noted["text"], "8 of 8 ä");
            let error = noted["error"].as_str().unwrap();
            assert!(error.contains("`text` must have at most 8 characters, has 9"), "{error}");
        }
    }

    async fn rules_are_checked_in_the_body_and_the_query_of_a_route(host: Host) {
        let room = room();
        let path = format!("/limits/{room}/notes");
        let ask = |method, path: String, body: &'static str| {
            let address = host.rooms.clone();
            async move { request(&address, method, &path, &[("content-type", "application/json")], body).await }
        };
        assert_eq!(ask("POST", path.clone(), r#"{"notes":[{"text":"a"}]}"#).await, (200, "1".into()));
        let (status, text) = ask("POST", path, r#"{"notes":[{"text":"a"},{"text":"123456789"}]}"#).await;
        assert_eq!(status, 400, "{text}");
        assert!(text.contains("`notes[1].text` must have at most 8 characters, has 9"), "{text}");
        assert_eq!(ask("GET", format!("/limits/{room}/note?text=a"), "").await, (200, "a".into()));
        let (status, text) = ask("GET", format!("/limits/{room}/note?text=123456789"), "").await;
        assert_eq!(status, 400, "{text}");
        assert!(text.contains("`text` must have at most 8 characters, has 9"), "{text}");
    }

    async fn the_limit_counts_bytes_of_utf_8(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        let text = "ä".repeat(MAX_MESSAGE / 2);
        peer.send_frame(Message::text(format!(r#"{{"type":"fill","text":"{text}"}}"#))).await;
        assert!(matches!(peer.receive().await, Received::Closed(1009, _)));
    }
}
