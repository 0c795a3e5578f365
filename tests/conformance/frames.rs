//! Frames that are not messages: of the wrong kind, truncated, corrupt, or with lengths beyond their end.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    cases,
    events_room::{join, still_works},
    peer::{Format, Peer, Received, room},
    raw::{hex, map, masked, object, packed},
};

/// How often a hostile frame is sent to one room.
const TIMES: usize = 200;

async fn malformed(peer: &mut Peer, frame: Message) {
    let start: String = format!("{frame:?}").chars().take(80).collect();
    let answer = peer.ask_frame(frame).await;
    assert_eq!((&answer["code"], &answer["path"]), (&json!("malformed"), &json!("")), "{start}: {answer}");
}

async fn malformed_bytes(peer: &mut Peer, bytes: Vec<u8>) {
    malformed(peer, Message::binary(bytes)).await;
}

/// `{type: "echo", text: …}` with the text as given.
fn echo(text: Vec<u8>) -> Vec<u8> {
    map(&[("type", packed(&json!("echo"))), ("text", text)])
}

cases! {
    async fn validation_errors_explain_the_mistake(host: Host) {
        for (frame, said) in [
            (
                Message::text(r#"{"type":"echo","text":"\ud83d"}"#),
                "not JSON: a string has half of a surrogate pair, which is no character",
            ),
            (
                Message::binary(hex("d4 72 40 91 a474797065 a46661696c")),
                "not MessagePack: extension type 114 is a record of msgpackr; create the encoder with `useRecords: false`",
            ),
        ] {
            let format = if frame.is_text() { Format::Json } else { Format::MessagePack };
            let mut peer = join(&host, &room(), format).await;
            let answer = peer.ask_frame(frame).await;
            assert_eq!((&answer["code"], &answer["error"]), (&json!("malformed"), &json!(said)));
        }
    }

    async fn a_binary_frame_in_a_json_session_is_answered_with_a_protocol_error(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        for bytes in [vec![], vec![0x80], echo(packed(&json!("a"))), br#"{"type":"echo","text":"a"}"#.to_vec()] {
            peer.send_frame(Message::binary(bytes)).await;
            let error = "Buffer messages are not allowed. Please use string messages.";
            assert_eq!(peer.receive().await, Received::Json(json!({"error": error})));
        }
        still_works(&mut peer).await;
    }

    async fn a_text_frame_in_a_messagepack_session_is_answered_with_a_protocol_error(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for text in ["", "{}", r#"{"type":"echo","text":"a"}"#, "wsdo:ping ", "wsdo:pong"] {
            peer.send_frame(Message::text(text)).await;
            // A text frame in both formats.
            let error = "String messages are not allowed. Please use buffer messages.";
            assert_eq!(peer.frame().await, Message::text(json!({"error": error}).to_string()));
        }
        still_works(&mut peer).await;
    }

    async fn a_message_in_fragments_is_one_message(host: Host) {
        for (format, opcode) in [(Format::Json, 0x1), (Format::MessagePack, 0x2)] {
            let mut peer = join(&host, &room(), format).await;
            let message = object(format, &[("type", json!("echo")), ("text", json!("ä"))]).into_data();
            // All but the last fragment lack the FIN bit; a ping may be sent between them.
            let mut wire = masked(opcode, &message[..5]);
            wire[0] &= 0x7f;
            wire.extend(masked(0x9, b"between"));
            for byte in &message[5..] {
                let mut fragment = masked(0x0, &[*byte]);
                fragment[0] &= 0x7f;
                wire.extend(fragment);
            }
            wire.extend(masked(0x0, b""));
            peer.send_bytes(&wire).await;
            assert_eq!(peer.message().await, json!({"type": "echo", "text": "ä"}));
            still_works(&mut peer).await;
        }
    }

    async fn json_cut_short_anywhere_is_malformed(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        let text = r#"{"type":"echo","text":"ä\n","more":[1.5,{"a":null}]}"#;
        for (end, _) in text.char_indices() {
            malformed(&mut peer, Message::text(&text[..end])).await;
        }
        still_works(&mut peer).await;
    }

    async fn text_that_is_not_json_is_malformed(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        for text in [
            "", " ", "nope", "{\"type\":\"fail\"} more", "{\"type\":\"fail\"}{\"type\":\"fail\"}", "{'type':'fail'}",
            "{\"type\":\"fail\",}",
            "{type:\"fail\"}", "{\"type\":\"fail\",\"a\":NaN}", "{\"type\":\"fail\",\"a\":01}",
            "{\"type\":\"\u{1}\"}", "\u{feff}{\"type\":\"fail\"}",
            r#"{"type":"echo","text":"\ud800"}"#, "wsdo:pin", "wsdo:pong",
        ] {
            malformed(&mut peer, Message::text(text)).await;
        }
        still_works(&mut peer).await;
    }

    async fn messagepack_cut_short_anywhere_is_malformed(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        let bytes = map(&[
            ("type", packed(&json!("echo"))), ("text", packed(&json!("ä"))), ("bin", hex("c4 02 00 01")),
            ("wide", hex("cf 0000000000000001")),
            ("float", hex("cb 3ff8000000000000")), ("list", packed(&json!([1, -200, {"a": null}]))),
            ("undefined", hex("d4 00 00")),
            ("time", hex("d6 ff 00000000")), ("long", packed(&json!("x".repeat(40)))), ("list16", hex("dc 0001 c3")),
        ]);
        assert_eq!(peer.ask_frame(Message::binary(bytes.clone())).await["text"], "ä");
        for end in 0..bytes.len() {
            malformed_bytes(&mut peer, bytes[..end].to_vec()).await;
        }
        still_works(&mut peer).await;
    }

    async fn messagepack_with_trailing_bytes_is_malformed(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for more in ["00", "c0", "c1", "80", "a4"] {
            malformed_bytes(&mut peer, [echo(packed(&json!("a"))), hex(more)].concat()).await;
        }
        still_works(&mut peer).await;
    }

    async fn the_reserved_byte_of_messagepack_is_malformed(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for bytes in [hex("c1"), hex("91 c1"), hex("81 c1 c0"), echo(hex("c1")), echo(hex("91 c1"))] {
            malformed_bytes(&mut peer, bytes).await;
        }
        still_works(&mut peer).await;
    }

    async fn an_unknown_extension_is_malformed(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for extension in [
            "d4 07 00", "d5 07 0000", "d6 07 00000000", "d7 07 0000000000000000",
            "d8 07 00000000000000000000000000000000", "c7 00 07",
            "c7 03 07 000000", "c8 0001 07 00", "c9 00000001 07 00", "d4 80 00", "d4 00 01", "d4 ff 00",
        ] {
            malformed_bytes(&mut peer, hex(extension)).await;
            malformed_bytes(&mut peer, echo(hex(extension))).await;
        }
        still_works(&mut peer).await;
    }

    async fn a_messagepack_string_that_is_not_utf8_is_malformed(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for string in [
            "a1 ff", "a2 c3 28", "a3 ed a0 80", "d9 01 80", "da 0002 c0 80", "db 00000004 f4 90 80 80", "a1 c3",
        ] {
            malformed_bytes(&mut peer, hex(string)).await;
            malformed_bytes(&mut peer, echo(hex(string))).await;
            malformed_bytes(&mut peer, [hex("81"), hex(string), hex("c0")].concat()).await;
        }
        still_works(&mut peer).await;
    }

    async fn an_empty_frame_is_malformed_in_both_formats(host: Host) {
        malformed(&mut join(&host, &room(), Format::Json).await, Message::text("")).await;
        malformed(&mut join(&host, &room(), Format::MessagePack).await, Message::binary(vec![])).await;
    }

    async fn a_few_bytes_that_claim_millions_of_items_are_refused_each_time(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for claim in [
            "dd 01ffffff", "dd ffffffff", "df 01ffffff", "df ffffffff", "db 7fffffff", "db ffffffff", "c6 7fffffff",
            "c6 ffffffff",
            "c9 7fffffff 07", "c9 ffffffff 07",
        ] {
            for _ in 0..TIMES / 4 {
                malformed_bytes(&mut peer, hex(claim)).await;
                malformed_bytes(&mut peer, echo(hex(claim))).await;
                malformed_bytes(&mut peer, [hex("81"), hex(claim), hex("c0 c0 c0")].concat()).await;
                malformed_bytes(&mut peer, [hex("91"), hex(claim), hex("c0 c0 c0")].concat()).await;
            }
        }
        still_works(&mut peer).await;
    }

    async fn json_that_nests_100_000_deep_is_refused_each_time(host: Host) {
        let mut peer = join(&host, &room(), Format::Json).await;
        let lists = "[".repeat(100_000);
        let objects = "{\"a\":".repeat(100_000);
        let closed = format!("{lists}{}", "]".repeat(100_000));
        let before = format!("{{\"more\":{closed},\"type\":\"echo\",\"text\":\"a\"}}");
        let after = format!("{{\"type\":\"echo\",\"text\":{closed}}}");
        for _ in 0..TIMES / 5 {
            for text in [&lists, &objects, &closed, &before, &after] {
                malformed(&mut peer, Message::text(text.as_str())).await;
            }
        }
        still_works(&mut peer).await;
    }

    async fn messagepack_that_nests_100_000_deep_is_refused_each_time(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        let lists = vec![0x91; 100_000];
        let complete = [lists.clone(), vec![0xc0]].concat();
        let objects = [hex("81 a1 61").repeat(100_000), vec![0xc0]].concat();
        let keys = vec![0x81; 100_000];
        let text = echo(complete.clone());
        for _ in 0..TIMES / 5 {
            for bytes in [&lists, &complete, &objects, &keys, &text] {
                malformed_bytes(&mut peer, bytes.clone()).await;
            }
        }
        still_works(&mut peer).await;
    }

    async fn nesting_of_100_levels_is_accepted(host: Host) {
        let deep = (0..100).fold(json!(null), |inner, _| json!([inner]));
        for format in crate::peer::FORMATS {
            let mut peer = join(&host, &room(), format).await;
            let message = json!({"more": deep, "type": "echo", "text": "a", "still": deep});
            assert_eq!(peer.ask(message).await, json!({"type": "echo", "text": "a"}));
        }
    }

    async fn a_refused_frame_does_not_affect_other_sessions(host: Host) {
        let room = room();
        let mut hostile = join(&host, &room, Format::MessagePack).await;
        let mut other = join(&host, &room, Format::Json).await;
        for _ in 0..TIMES {
            hostile.send_frame(Message::binary(hex("dd 01ffffff"))).await;
            hostile.send_frame(Message::binary(vec![0x91; 10_000])).await;
        }
        still_works(&mut other).await;
        for _ in 0..2 * TIMES {
            assert_eq!(hostile.message().await["code"], Value::from("malformed"));
        }
        other.receives_nothing().await;
    }
}
