//! MessagePack as JavaScript and other encoders write it, and the range of JavaScript's numbers.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    Host, cases,
    events_room::join,
    peer::{FORMATS, Format, Peer, room},
    raw::{hex, map, object, packed},
};

/// `{type: "place", name: "a", count: …}` with the count as given; the field is an optional `u8`.
fn place(count: &str) -> Message {
    Message::binary(map(&[("type", packed(&json!("place"))), ("name", packed(&json!("a"))), ("count", hex(count))]))
}

/// `{type, value}` with the value as given.
fn value(kind: &str, value: &str) -> Message {
    Message::binary(map(&[("type", packed(&json!(kind))), ("value", hex(value))]))
}

async fn rules(host: &Host, format: Format) -> Peer {
    Peer::join(&host.rooms, &format!("/rules/{}/websocket", room()), format).await
}

async fn invalid(peer: &mut Peer, message: Message, path: &str) {
    let answer = peer.ask_frame(message.clone()).await;
    assert_eq!((&answer["code"], &answer["path"]), (&json!("invalid"), &json!(path)), "{message:?}: {answer}");
}

cases! {
    async fn an_integral_float_is_read_as_an_integer(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for three in ["cb 4008000000000000", "ca 40400000"] {
            assert_eq!(peer.ask_frame(place(three)).await["total"], 3, "{three}");
        }
        let mut peer = rules(&host, Format::MessagePack).await;
        assert_eq!(peer.ask_frame(value("integer", "cb c008000000000000")).await["value"], -3);
        // `Date.now()` as msgpackr writes it.
        let now = peer.ask_frame(value("number", "cb 42799c82cc000000")).await;
        assert_eq!(now["value"].as_f64(), Some(1_760_000_000_000.0), "{now}");
    }

    async fn a_fraction_is_invalid_where_an_integer_is_expected(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for fraction in ["cb 3fe0000000000000", "ca 3f000000", "cb 4008000000000001", "cb bff8000000000000"] {
            invalid(&mut peer, place(fraction), "count").await;
        }
    }

    async fn a_float_out_of_an_integers_range_is_invalid(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for outside in [
            "cb 4070000000000000", "cb bff0000000000000", "cb 7e37e43c8800759c", "cb 43f0000000000000", "ca 43800000",
        ] {
            invalid(&mut peer, place(outside), "count").await;
        }
    }

    async fn an_integer_out_of_range_is_invalid_whatever_its_width(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for outside in [
            "cd 0100", "ce 00010000", "cf 0000000100000000", "cf ffffffffffffffff", "ff", "d0 80",
            "d3 8000000000000000",
        ] {
            invalid(&mut peer, place(outside), "count").await;
        }
    }

    async fn integers_of_other_encoders_are_read_in_any_width(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for five in [
            "05", "cc 05", "cd 0005", "ce 00000005", "cf 0000000000000005", "d0 05", "d1 0005", "d2 00000005",
            "d3 0000000000000005",
        ] {
            assert_eq!(peer.ask_frame(place(five)).await["total"], 5, "{five}");
        }
        let mut peer = rules(&host, Format::MessagePack).await;
        for minus_two in ["fe", "d0 fe", "d1 fffe", "d2 fffffffe", "d3 fffffffffffffffe"] {
            assert_eq!(peer.ask_frame(value("integer", minus_two)).await["value"], -2, "{minus_two}");
        }
    }

    async fn an_integer_is_read_where_a_float_is_expected(host: Host) {
        let mut peer = rules(&host, Format::MessagePack).await;
        for zero in ["00", "cf 0000000000000000", "d3 0000000000000000", "cb 0000000000000000", "ca 00000000"] {
            assert_eq!(peer.ask_frame(value("float", zero)).await["value"], 0, "{zero}");
        }
    }

    async fn undefined_is_absent_where_a_value_is_optional(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        assert_eq!(peer.ask_frame(place("d4 00 00")).await["total"], 1);
        let (text, kind) = (packed(&json!("a")), packed(&json!("echo")));
        let default = map(&[("afterMs", hex("d4 00 00")), ("text", text), ("type", kind)]);
        assert_eq!(peer.ask_frame(Message::binary(default)).await, json!({"type": "echo", "text": "a"}));
        let mut peer = rules(&host, Format::MessagePack).await;
        assert_eq!(peer.ask_frame(value("maybe", "d4 00 00")).await, json!({"type": "maybe"}));
    }

    async fn undefined_is_missing_where_a_value_is_required(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for (fields, path) in [
            (map(&[("type", packed(&json!("echo"))), ("text", hex("d4 00 00"))]), "text"),
            (map(&[("text", hex("d4 00 00")), ("type", packed(&json!("echo")))]), "text"),
            (map(&[("type", hex("d4 00 00")), ("text", packed(&json!("a")))]), "type"),
        ] {
            let answer = peer.ask_frame(Message::binary(fields)).await;
            assert_eq!((&answer["code"], &answer["path"]), (&json!("missing"), &json!(path)), "{answer}");
        }
    }

    async fn a_number_that_is_not_finite_is_null_as_in_json(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        let mut floats = rules(&host, Format::MessagePack).await;
        for number in [
            "cb 7ff8000000000000", "cb 7ff0000000000000", "cb fff0000000000000", "ca 7fc00000", "ca 7f800000",
        ] {
            assert_eq!(peer.ask_frame(place(number)).await["total"], 1, "{number}");
            invalid(&mut floats, value("float", number), "value").await;
        }
    }

    async fn maps_strings_and_lists_are_read_with_any_length_format(host: Host) {
        let mut peer = join(&host, &room(), Format::MessagePack).await;
        for map in ["82", "de 0002", "df 00000002"] {
            for string in ["a4", "d9 04", "da 0004", "db 00000004"] {
                let bytes = [
                    &hex(map), &hex(string), &b"type"[..], &hex(string), b"echo", &hex(string), b"text",
                    &hex("a1 61"),
                ].concat();
                assert_eq!(
                    peer.ask_frame(Message::binary(bytes)).await, json!({"type": "echo", "text": "a"}),
                    "{map} {string}",
                );
            }
        }
        for list in ["91", "dc 0001", "dd 00000001"] {
            let items = [hex(list), map(&[("name", packed(&json!("a")))])].concat();
            let order = map(&[("type", packed(&json!("order"))), ("items", items)]);
            assert_eq!(peer.ask_frame(Message::binary(order)).await["total"], 1, "{list}");
        }
    }

    async fn an_integer_beyond_32_bits_goes_out_as_float64(host: Host) {
        let mut peer = rules(&host, Format::MessagePack).await;
        for (number, expected) in [
            (4_294_967_295_i64, "ce ffffffff"), (4_294_967_296, "cb 41f0000000000000"), (-2_147_483_648, "d2 80000000"),
            (-2_147_483_649, "cb c1e0000000200000"), (1_760_000_000_000, "cb 42799c82cc000000"),
            (1 << 53, "cb 4340000000000000"),
        ] {
            peer.send(json!({"type": "number", "value": number})).await;
            let frame = map(&[("type", packed(&json!("number"))), ("value", hex(expected))]);
            assert_eq!(peer.frame().await, Message::binary(frame), "{number}");
        }
    }

    async fn an_integer_that_javascript_cannot_hold_is_not_sent(host: Host) {
        for format in FORMATS {
            let mut peer = rules(&host, format).await;
            for number in [(1_i64 << 53) + 1, -(1 << 53) - 1, i64::MAX, i64::MIN] {
                let report = peer.ask(json!({"type": "send", "what": json!({"type": "number", "value": number}).to_string()})).await;
                let errors = report["errors"].as_array().unwrap();
                assert_eq!(errors.len(), 2, "{number}: {report}");
                assert!(
                    errors[0].as_str().unwrap().contains("beyond which JavaScript holds no integer exactly"),
                    "{report}",
                );
            }
            assert_eq!(peer.ask(json!({"type": "number", "value": 1})).await["value"], 1);
        }
    }

    async fn an_integer_beyond_2_53_is_refused_in_both_directions(host: Host) {
        for format in FORMATS {
            let mut peer = rules(&host, format).await;
            for number in [1_i64 << 53, -(1 << 53)] {
                let answer = peer.ask(json!({"type": "number", "value": number})).await;
                assert_eq!(answer["value"].as_f64(), json!(number).as_f64(), "{answer}");
            }
            for number in [(1_i64 << 53) + 1, -(1 << 53) - 1, i64::MAX, i64::MIN] {
                let answer = peer.ask(json!({"type": "number", "value": number})).await;
                assert_eq!((&answer["code"], &answer["path"]), (&json!("number"), &json!("value")), "{answer}");
            }
        }
        let mut peer = rules(&host, Format::MessagePack).await;
        for beyond in ["cf 0020000000000001", "d3 ffdfffffffffffff", "cb 4340000000000001", "cb 7e37e43c8800759c"] {
            let answer = peer.ask_frame(value("number", beyond)).await;
            assert_eq!((&answer["code"], &answer["path"]), (&json!("number"), &json!("value")), "{answer}");
        }
    }

    async fn an_id_beyond_2_53_is_a_string_in_both_formats(host: Host) {
        for format in FORMATS {
            let mut peer = rules(&host, format).await;
            for id in ["9007199254740993", "18446744073709551615", "10"] {
                let message = json!({"type": "id", "value": id});
                assert_eq!(peer.ask(message.clone()).await, message);
                // With the tag last.
                let fields = [("value", json!(id)), ("type", json!("id"))];
                assert_eq!(peer.ask_frame(object(format, &fields)).await, message);
            }
            // A client that still writes numbers.
            let answer = peer.ask(json!({"type": "id", "value": (1_u64 << 53) - 1})).await;
            assert_eq!(answer["value"], "9007199254740991", "{answer}");
            for (id, code) in [
                (json!("18446744073709551616"), "invalid"), (json!("010"), "invalid"), (json!("+10"), "invalid"),
                (json!(" 10"), "invalid"), (json!(""), "invalid"), (json!("10.0"), "invalid"), (json!(10.5), "invalid"),
                (json!(null), "invalid"), (json!(1_u64 << 53), "number"), (json!(u64::MAX), "number"), (json!("9"), "rule"),
                (json!(9), "rule"),
            ] {
                for fields in [[("type", json!("id")), ("value", id.clone())], [("value", id.clone()), ("type", json!("id"))]] {
                    let answer = peer.ask_frame(object(format, &fields)).await;
                    assert_eq!((&answer["code"], &answer["path"]), (&json!(code), &json!("value")), "{id}: {answer}");
                }
            }
        }
    }

    async fn json_integers_may_look_like_floats(host: Host) {
        let mut peer = rules(&host, Format::Json).await;
        for two in ["2", "2.0", "2e0", "0.2e1", "20E-1"] {
            let answer = peer.ask_frame(Message::text(format!("{{\"type\":\"integer\",\"value\":{two}}}"))).await;
            assert_eq!(answer["value"], 2, "{two}: {answer}");
        }
    }

    async fn a_float_is_the_nearest_to_its_text(host: Host) {
        let mut peer = rules(&host, Format::Json).await;
        for text in [
            "0.1", "0.435", "0.30000000000000004", "0.9999999999999999", "123456789012345678e-18", "7E-23",
            "2.2250738585072011e-308", "5e-324", "1e-400",
        ] {
            let answer = peer.ask_frame(Message::text(format!("{{\"type\":\"float\",\"value\":{text}}}"))).await;
            assert_eq!(answer["value"].as_f64(), text.parse().ok(), "{text}: {answer}");
        }
    }
}
