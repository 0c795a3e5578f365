//! What bounds a message: `max_message`.

use rooms::MAX_MESSAGE;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    Host, cases,
    peer::{Came, FORMATS, Format, Peer, room},
    raw::packed,
};

/// A frame of exactly this many bytes that holds a message.
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
    async fn a_message_of_exactly_the_limit_is_handled(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            let frame = filled(format, MAX_MESSAGE);
            assert_eq!(frame.len(), MAX_MESSAGE);
            assert_eq!(peer.ask_raw(frame).await, handled(1), "{format:?}");
        }
    }

    async fn a_message_of_one_byte_more_closes_the_session_with_1009_and_reaches_no_handler(host: Host) {
        let says = format!("a message may have at most {MAX_MESSAGE} bytes");
        for format in FORMATS {
            let room = room();
            let mut witness = join(&host, &room, format).await;
            let not_a_message = match format {
                Format::Json => Message::text("x".repeat(MAX_MESSAGE + 1)),
                Format::MessagePack => Message::binary(vec![0xc1; MAX_MESSAGE + 1]),
            };
            // Of the kind that the room's `binary` takes, or of the kind that nobody takes.
            let other_kind = match format {
                Format::Json => Message::binary(vec![0; MAX_MESSAGE + 1]),
                Format::MessagePack => Message::text("x".repeat(MAX_MESSAGE + 1)),
            };
            for frame in [filled(format, MAX_MESSAGE + 1), not_a_message, other_kind] {
                let mut peer = join(&host, &room, format).await;
                peer.raw(frame).await;
                peer.send(json!({"type": "fill", "text": ""})).await;
                assert_eq!(peer.came().await, Came::Closed(1009, says.clone()), "{format:?}");
            }
            assert_eq!(witness.ask(json!({"type": "count"})).await, handled(0), "{format:?}");
        }
    }

    async fn the_limit_counts_bytes_of_utf_8(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        let text = "ä".repeat(MAX_MESSAGE / 2);
        peer.raw(Message::text(format!(r#"{{"type":"fill","text":"{text}"}}"#))).await;
        assert!(matches!(peer.came().await, Came::Closed(1009, _)));
    }
}
