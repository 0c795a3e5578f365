//! Calls on the wire: ids, replies, typed errors, and the error frames that answer calls.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    Host, cases,
    peer::{FORMATS, Format, Peer, Received, room},
    raw::{hex, map, object, packed},
};

/// Joins a room of the class `Questions`.
pub(crate) async fn join(host: &Host, room: &str, name: &str, format: Format) -> Peer {
    Peer::join(&host.rooms, &format!("/questions/{room}/websocket?name={name}"), format).await
}

async fn alone(host: &Host, format: Format) -> Peer {
    join(host, &room(), "ada", format).await
}

fn reply(id: impl Into<Value>, value: impl Into<Value>) -> Value {
    json!({"type": "reply", "id": id.into(), "value": value.into()})
}

cases! {
    async fn a_call_is_answered_with_its_id_and_value(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            assert_eq!(peer.ask(json!({"type": "add", "a": 2, "b": 3, "id": 7})).await, reply(7, 5));
            peer.receives_nothing().await;
        }
    }

    async fn a_reply_is_written_byte_for_byte(host: Host) {
        let mut json = alone(&host, Format::Json).await;
        json.send_frame(Message::text(r#"{"type":"add","a":2,"b":3,"id":7}"#)).await;
        assert_eq!(json.frame().await, Message::text(r#"{"type":"reply","id":7,"value":5}"#));
        let mut msgpack = alone(&host, Format::MessagePack).await;
        msgpack.send(json!({"type": "add", "a": 2, "b": 3, "id": 7})).await;
        let bytes = [hex("83 a474797065 a57265706c79 a26964 07 a5"), b"value".to_vec(), vec![5]].concat();
        assert_eq!(msgpack.frame().await, Message::binary(bytes));
    }

    async fn a_call_without_an_id_is_carried_out_and_not_answered(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            peer.send(json!({"type": "visit"})).await;
            assert_eq!(peer.ask(json!({"type": "visits", "id": 1})).await, reply(1, 1));
            peer.receives_nothing().await;
        }
    }

    async fn an_id_is_echoed_as_it_came(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            for id in [json!(0), json!(1), json!(u32::MAX), json!(1_u64 << 32), json!(""), json!("7"), json!("é".repeat(32))] {
                let answer = peer.ask(json!({"type": "add", "a": 1, "id": id})).await;
                assert_eq!(answer["id"].as_f64(), id.as_f64(), "{answer}");
                assert_eq!(answer["id"].as_str(), id.as_str(), "{answer}");
                assert_eq!(answer["value"], 1);
            }
        }
    }

    async fn the_largest_id_is_2_to_the_53(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            let answer = peer.ask(json!({"type": "add", "a": 1, "id": 1_u64 << 53})).await;
            assert_eq!(answer["id"].as_f64(), Some(9_007_199_254_740_992.0), "{answer}");
        }
        let mut peer = alone(&host, Format::Json).await;
        peer.send_frame(Message::text(r#"{"type":"add","a":1,"id":9007199254740992}"#)).await;
        assert_eq!(peer.frame().await, Message::text(r#"{"type":"reply","id":9007199254740992,"value":1}"#));
    }

    async fn a_float_without_a_fraction_is_an_id(host: Host) {
        let mut json = alone(&host, Format::Json).await;
        json.send_frame(Message::text(r#"{"id":7.0,"type":"add","a":1}"#)).await;
        assert_eq!(json.frame().await, Message::text(r#"{"type":"reply","id":7,"value":1}"#));
        let mut msgpack = alone(&host, Format::MessagePack).await;
        let call = map(&[("type", packed(&json!("add"))), ("a", packed(&json!(1))), ("id", hex("cb 401c000000000000"))]);
        assert_eq!(msgpack.ask_frame(Message::binary(call)).await, reply(7, 1));
    }

    async fn an_id_may_be_anywhere_in_the_call(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            let fields = [("id", json!("x")), ("a", json!(1)), ("type", json!("add"))];
            assert_eq!(peer.ask_frame(object(format, &fields)).await, reply("x", 1));
        }
    }

    async fn an_absent_id_may_be_null(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            peer.send(json!({"type": "visit", "id": null})).await;
            assert_eq!(peer.ask(json!({"type": "visits", "id": 1})).await, reply(1, 1));
        }
        let mut msgpack = alone(&host, Format::MessagePack).await;
        msgpack.send_frame(Message::binary(map(&[("type", packed(&json!("visit"))), ("id", hex("d4 00 00"))]))).await;
        assert_eq!(msgpack.ask(json!({"type": "visits", "id": 1})).await, reply(1, 1));
    }

    async fn a_call_whose_id_is_none_is_rejected_and_not_carried_out(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            let ids = [json!(-1), json!(1.5), json!((1_u64 << 53) + 2), json!("x".repeat(65)), json!(true), json!([7]), json!({"a": 7})];
            for id in ids {
                let answer = peer.ask(json!({"type": "visit", "id": id})).await;
                assert_eq!((&answer["code"], &answer["path"], &answer["id"]), (&json!("invalid"), &json!("id"), &Value::Null));
                let text = answer["error"].as_str().unwrap();
                assert!(text.contains("whole number from 0 to 2^53 or a string of at most 64 bytes"), "{text}");
            }
            assert_eq!(peer.ask(json!({"type": "visits", "id": 1})).await, reply(1, 0));
        }
    }

    async fn a_duplicate_id_is_rejected(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            let fields = [("type", json!("visit")), ("id", json!(1)), ("id", json!(2))];
            let answer = peer.ask_frame(object(format, &fields)).await;
            assert_eq!((&answer["code"], &answer["path"]), (&json!("duplicate"), &json!("id")));
        }
    }

    async fn a_call_that_breaks_a_rule_is_answered_with_its_id(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            let answer = peer.ask(json!({"type": "add", "a": 1001, "id": 7})).await;
            assert_eq!(answer, json!({"error": "`a` must be at most 1000, is 1001", "code": "rule", "path": "a", "id": 7}));
        }
    }

    async fn an_undecodable_call_is_answered_with_its_id(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            for (call, code, path) in [
                (json!({"id": "x", "type": "add", "a": "1"}), "invalid", "a"),
                (json!({"type": "add", "id": "x"}), "missing", "a"),
                (json!({"type": "find", "at": 0, "id": "x"}), "rule", "at"),
            ] {
                let answer = peer.ask(call).await;
                assert_eq!((&answer["code"], &answer["path"], &answer["id"]), (&json!(code), &json!(path), &json!("x")));
            }
        }
    }

    async fn an_unknown_call_is_answered_with_its_id(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            let answer = peer.ask(json!({"type": "subtract", "id": 7})).await;
            assert_eq!((&answer["code"], &answer["path"], &answer["id"]), (&json!("unknown_type"), &json!("type"), &json!(7)));
            let answer = peer.ask(json!({"id": 7})).await;
            assert_eq!((&answer["code"], &answer["id"]), (&json!("missing"), &json!(7)));
        }
    }

    async fn a_message_that_is_no_call_is_not_answered_although_it_has_an_id(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            assert_eq!(peer.ask(json!({"type": "note", "text": "a", "id": 7})).await, json!({"type": "noted", "text": "a"}));
            assert_eq!(peer.ask(json!({"type": "note", "text": 1, "id": 7})).await["id"], Value::Null);
            peer.receives_nothing().await;
        }
    }

    async fn a_frame_that_is_no_object_is_answered_without_an_id(host: Host) {
        for (format, frame) in [
            (Format::Json, Message::text(r#"{"type":"add","a":1,"id":7"#)),
            (Format::MessagePack, Message::binary(hex("83 a26964 07"))),
        ] {
            let mut peer = alone(&host, format).await;
            let answer = peer.ask_frame(frame).await;
            assert_eq!((&answer["code"], &answer["id"]), (&json!("malformed"), &Value::Null));
        }
    }

    async fn a_typed_error_is_a_reply(host: Host) {
        for format in FORMATS {
            let room = room();
            let (mut ada, mut bob) = (join(&host, &room, "ada", format).await, join(&host, &room, "bob", format).await);
            let seat = json!({"at": 3, "name": "ada"});
            assert_eq!(ada.ask(json!({"type": "sit", "at": 3, "id": 1})).await, reply(1, seat));
            let refused = json!({"type": "reply", "id": 2, "error": {"by": "ada"}});
            assert_eq!(bob.ask(json!({"type": "sit", "at": 3, "id": 2})).await, refused);
            assert_eq!(bob.ask(json!({"type": "find", "at": 3, "id": 2})).await, refused);
            assert_eq!(bob.ask(json!({"type": "find", "at": 4, "id": 3})).await, reply(3, json!({"at": 4})));
        }
    }

    async fn a_reply_is_a_list_of_derived_values(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            assert_eq!(peer.ask(json!({"type": "seats", "id": 1})).await, reply(1, json!([])));
            peer.ask(json!({"type": "sit", "at": 1, "id": 2})).await;
            let seats = json!([{"at": 1, "name": "ada"}]);
            assert_eq!(peer.ask(json!({"type": "seats", "id": 3})).await, reply(3, seats));
        }
    }

    async fn no_value_is_omitted_from_the_reply(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            assert_eq!(peer.ask(json!({"type": "nameAt", "at": 1, "id": 1})).await, json!({"type": "reply", "id": 1}));
            assert_eq!(peer.ask(json!({"type": "visit", "id": 2})).await, json!({"type": "reply", "id": 2}));
            peer.ask(json!({"type": "sit", "at": 1, "id": 3})).await;
            assert_eq!(peer.ask(json!({"type": "nameAt", "at": 1, "id": 4})).await, reply(4, "ada"));
        }
    }

    async fn a_reply_follows_javascripts_numbers(host: Host) {
        let call = json!({"type": "times", "millis": 1_764_000_000_000_u64, "id": 1});
        let mut json = alone(&host, Format::Json).await;
        json.send(call.clone()).await;
        let text = r#"{"type":"reply","id":1,"value":["2025-11-24T16:00:00.000Z",1764000000000]}"#;
        assert_eq!(json.frame().await, Message::text(text));
        let mut msgpack = alone(&host, Format::MessagePack).await;
        msgpack.send(call).await;
        let bytes = msgpack.frame().await.into_data();
        assert!(bytes.ends_with(&hex("92 d6ff 69248100 cb 4279ab697e800000")), "{bytes:02x?}");
    }

    async fn a_reply_that_breaks_its_own_rule_is_an_internal_error(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            let internal = json!({"error": "Internal error", "code": "internal", "id": 7});
            assert_eq!(peer.ask(json!({"type": "break", "id": 7})).await, internal);
            assert_eq!(peer.ask(json!({"type": "break", "inError": true, "id": 7})).await, internal);
            peer.receives_nothing().await;
        }
    }

    async fn a_failed_call_is_answered_without_its_reason(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            let internal = json!({"error": "Internal error", "code": "internal", "id": 7});
            assert_eq!(peer.ask(json!({"type": "fail", "id": 7})).await, internal);
            peer.receives_nothing().await;
        }
    }

    async fn a_failed_call_without_an_id_is_answered_like_a_message(host: Host) {
        let mut peer = alone(&host, Format::Json).await;
        assert_eq!(peer.ask(json!({"type": "fail"})).await, json!({"error": "Internal error", "code": "internal"}));
    }

    async fn a_call_of_a_session_that_the_room_closes_is_not_answered(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            peer.send(json!({"type": "leave", "id": 7})).await;
            assert_eq!(peer.receive().await, Received::Closed(4000, "left".into()));
        }
    }

    async fn a_reply_keeps_its_order_among_messages(host: Host) {
        for format in FORMATS {
            let mut peer = alone(&host, format).await;
            let noted = |text| json!({"type": "noted", "text": text});
            assert_eq!(peer.ask(json!({"type": "between", "id": 1})).await, noted("before"));
            assert_eq!(peer.message().await, reply(1, 2));
            assert_eq!(peer.message().await, noted("after"));
        }
    }

    async fn the_ids_field_and_the_tag_can_be_renamed(host: Host) {
        for format in FORMATS {
            let mut peer = Peer::join(&host.rooms, &format!("/requests/{}/websocket", room()), format).await;
            let answer = peer.ask(json!({"kind": "wait_for", "id": 3, "after_ms": 0, "requestId": 7})).await;
            assert_eq!(answer, json!({"kind": "reply", "requestId": 7, "value": 3}));
            let answer = peer.ask(json!({"kind": "wait_for", "id": 3, "requestId": 8})).await;
            assert_eq!((&answer["code"], &answer["requestId"]), (&json!("missing"), &json!(8)));
            assert_eq!(peer.ask(json!({"kind": "mark", "id": 7})).await, json!({"kind": "marked", "text": "7"}));
        }
    }

    async fn an_invalid_call_is_answered_although_the_room_handles_invalid_frames(host: Host) {
        for format in FORMATS {
            let mut peer = Peer::join(&host.rooms, &format!("/requests/{}/websocket", room()), format).await;
            let answer = peer.ask(json!({"kind": "wait_for", "requestId": 7})).await;
            assert_eq!((&answer["code"], &answer["requestId"]), (&json!("missing"), &json!(7)));
            peer.receives_nothing().await;
            let invalid = json!({"kind": "marked", "text": "invalid"});
            assert_eq!(peer.ask(json!({"kind": "wait_for"})).await, invalid);
            assert_eq!(peer.ask(json!({"kind": "wait_for", "id": 1, "after_ms": 0, "requestId": -1})).await, invalid);
        }
    }

    async fn a_failed_call_is_answered_although_the_room_handles_errors(host: Host) {
        for format in FORMATS {
            let mut peer = Peer::join(&host.rooms, &format!("/requests/{}/websocket", room()), format).await;
            assert_eq!(peer.ask(json!({"kind": "fail", "requestId": 7})).await, json!({"kind": "marked", "text": "on purpose"}));
            assert_eq!(peer.message().await, json!({"error": "Internal error", "code": "internal", "requestId": 7}));
            peer.receives_nothing().await;
        }
    }
}
