//! The shape of a message: tag, fields and types; and the validation errors of other shapes. In both formats.

use serde_json::{Value, json};

use crate::{
    Host, cases,
    events_room::{join, still_works},
    peer::{FORMATS, Peer, room},
    raw::object,
};

type Fields<'f> = &'f [(&'f str, Value)];

/// Asserts that messages are invalid with this code at this path, in both formats, and that the session stays open.
async fn rejects(host: &Host, code: &str, messages: &[(Fields<'_>, &str)]) {
    for format in FORMATS {
        let mut peer = join(host, &room(), format).await;
        for (fields, path) in messages {
            let answer = peer.ask_frame(object(format, fields)).await;
            assert_invalid(&answer, code, path);
        }
        still_works(&mut peer).await;
    }
}

/// The same for values that are not objects.
async fn rejects_values(host: &Host, code: &str, values: &[Value]) {
    for format in FORMATS {
        let mut peer = join(host, &room(), format).await;
        for value in values {
            assert_invalid(&peer.ask(value.clone()).await, code, "");
        }
        still_works(&mut peer).await;
    }
}

fn assert_invalid(answer: &Value, code: &str, path: &str) {
    assert_eq!((&answer["code"], &answer["path"]), (&json!(code), &json!(path)), "{answer}");
    assert!(answer["error"].as_str().is_some_and(|error| !error.is_empty()), "{answer}");
    assert_eq!(answer.as_object().map(serde_json::Map::len), Some(3), "{answer}");
}

/// Asserts that each message gets this answer.
async fn answers(host: &Host, expected: Value, messages: &[Fields<'_>]) {
    for format in FORMATS {
        let mut peer = join(host, &room(), format).await;
        for fields in messages {
            assert_eq!(peer.ask_frame(object(format, fields)).await, expected, "{fields:?}");
        }
    }
}

fn echo() -> Value {
    json!({"type": "echo", "text": "a"})
}

cases! {
    async fn an_unknown_type_is_named(host: Host) {
        rejects(&host, "unknown_type", &[
            (&[("type", json!("nope"))], "type"), (&[("type", json!("Echo")), ("text", json!("a"))], "type"),
            (&[("type", json!(""))], "type"), (&[("text", json!("a")), ("type", json!("nope"))], "type"),
            (&[("type", json!("send_invalid"))], "type"), (&[("type", json!("x".repeat(100_000)))], "type"),
        ]).await;
    }

    async fn a_missing_tag_is_missing(host: Host) {
        rejects(&host, "missing", &[
            (&[], "type"), (&[("text", json!("a"))], "type"),
            (&[("Type", json!("echo")), ("text", json!("a"))], "type"),
        ]).await;
    }

    async fn a_tag_that_is_not_a_string_is_invalid(host: Host) {
        for tag in [json!(5), json!(null), json!(true), json!(1.5), json!(["echo"]), json!({"echo": 1})] {
            rejects(&host, "invalid", &[
                (&[("type", tag.clone()), ("text", json!("a"))], "type"),
                (&[("text", json!("a")), ("type", tag)], "type"),
            ]).await;
        }
    }

    async fn a_message_that_is_not_an_object_is_invalid(host: Host) {
        let values = [
            json!(5), json!(-1.5), json!(null), json!(true), json!("echo"), json!([]), json!([{"type": "fail"}]),
        ];
        rejects_values(&host, "invalid", &values).await;
    }

    async fn the_tag_may_be_at_any_position(host: Host) {
        let (tag, text, after) = (("type", json!("echo")), ("text", json!("a")), ("afterMs", json!(0)));
        answers(&host, echo(), &[
            &[tag.clone(), text.clone(), after.clone()], &[text.clone(), tag.clone(), after.clone()],
            &[after.clone(), text.clone(), tag.clone()], &[text, after, tag],
        ]).await;
    }

    async fn a_validation_error_does_not_depend_on_the_position_of_the_tag(host: Host) {
        let (tag, item) = (("type", json!("order")), ("items", json!([{"name": "a"}, {"name": 1}])));
        rejects(&host, "invalid", &[
            (&[tag.clone(), item.clone()], "items[1].name"), (&[item.clone(), tag.clone()], "items[1].name"),
            (&[("more", json!([])), tag, item], "items[1].name"),
        ]).await;
    }

    async fn a_repeated_tag_is_a_duplicate(host: Host) {
        let (tag, text) = (("type", json!("echo")), ("text", json!("a")));
        rejects(&host, "duplicate", &[
            (&[tag.clone(), text.clone(), tag.clone()], "type"), (&[tag.clone(), tag.clone(), text.clone()], "type"),
            (&[text.clone(), tag.clone(), tag.clone()], "type"), (&[tag, text, ("type", json!("fail"))], "type"),
        ]).await;
    }

    async fn a_repeated_field_is_a_duplicate(host: Host) {
        let (tag, text) = (("type", json!("echo")), ("text", json!("a")));
        rejects(&host, "duplicate", &[
            (&[tag.clone(), text.clone(), text.clone()], "text"), (&[text.clone(), tag.clone(), text.clone()], "text"),
            (&[text.clone(), text.clone(), tag.clone()], "text"), (&[tag.clone(), text, ("text", json!(5))], "text"),
            (&[tag, ("afterMs", json!(0)), ("text", json!("a")), ("afterMs", json!(0))], "afterMs"),
        ]).await;
    }

    async fn unknown_fields_are_ignored_even_if_repeated(host: Host) {
        let (tag, text, deep) = (("type", json!("echo")), ("text", json!("a")), json!({"type": [null, {"text": 1.5}]}));
        answers(&host, echo(), &[
            &[tag.clone(), text.clone(), ("more", deep.clone())], &[("more", deep.clone()), tag.clone(), text.clone()],
            &[tag.clone(), ("more", json!(1)), ("more", json!(2)), text.clone()],
            &[tag, ("", json!(null)), text, ("after_ms", deep)],
        ]).await;
    }

    async fn a_missing_field_is_missing(host: Host) {
        rejects(&host, "missing", &[
            (&[("type", json!("echo"))], "text"), (&[("type", json!("echo")), ("Text", json!("a"))], "text"),
            (&[("type", json!("leave")), ("code", json!(4000))], "reason"),
            (&[("type", json!("order")), ("items", json!([{"name": "a"}, {"count": 1}]))], "items[1].name"),
            (&[("type", json!("place"))], "name"),
        ]).await;
    }

    async fn null_is_invalid_if_a_value_is_required(host: Host) {
        rejects(&host, "invalid", &[
            (&[("type", json!("echo")), ("text", json!(null))], "text"),
            (&[("type", json!("order")), ("items", json!(null))], "items"),
            (&[("type", json!("order")), ("items", json!([null]))], "items[0]"),
            (&[("type", json!("place")), ("name", json!(null))], "name"),
        ]).await;
    }

    async fn null_and_absent_are_none_if_a_value_is_optional(host: Host) {
        let (tag, name) = (("type", json!("place")), ("name", json!("a")));
        answers(&host, json!({"type": "ordered", "total": 1}), &[
            &[tag.clone(), name.clone()], &[tag.clone(), name.clone(), ("count", json!(null))],
            &[("count", json!(null)), name, tag],
        ]).await;
    }

    async fn null_and_absent_are_the_default_if_there_is_one(host: Host) {
        let (tag, text) = (("type", json!("echo")), ("text", json!("a")));
        answers(&host, echo(), &[&[tag.clone(), text.clone()], &[tag, text, ("afterMs", json!(null))]]).await;
    }

    async fn a_value_of_another_type_is_invalid(host: Host) {
        let echo = |value: Value| [("type", json!("echo")), ("text", value)];
        let items = |value: Value| [("type", json!("order")), ("items", value)];
        rejects(&host, "invalid", &[
            (&echo(json!(5)), "text"), (&echo(json!(true)), "text"), (&echo(json!(["a"])), "text"),
            (&echo(json!({"a": 1})), "text"),
            (&items(json!("a")), "items"), (&items(json!({"0": {"name": "a"}})), "items"),
            (&items(json!([5])), "items[0]"),
            (&items(json!([{"name": "a"}, {"name": "b", "count": "1"}])), "items[1].count"),
        ]).await;
    }

    async fn a_number_that_does_not_fit_its_field_is_invalid(host: Host) {
        let after = |value: Value| [("type", json!("echo")), ("text", json!("a")), ("afterMs", value)];
        rejects(&host, "invalid", &[
            (&after(json!(-1)), "afterMs"), (&after(json!(4_294_967_296_u64)), "afterMs"),
            (&after(json!(0.5)), "afterMs"),
            (&after(json!(1e300)), "afterMs"), (&after(json!("1")), "afterMs"), (&after(json!(u64::MAX)), "afterMs"),
            (&[("type", json!("place")), ("name", json!("a")), ("count", json!(256))], "count"),
        ]).await;
    }

    async fn a_broken_rule_is_reported_with_its_path(host: Host) {
        rejects(&host, "rule", &[
            (&[("type", json!("order")), ("items", json!([{"name": "a"}, {"name": "toolong"}]))], "items[1].name"),
            (&[("items", json!([{"name": "a", "count": 10}])), ("type", json!("order"))], "items[0].count"),
            (&[("type", json!("place")), ("name", json!(""))], "name"),
        ]).await;
    }

    async fn a_message_may_be_large(host: Host) {
        for format in FORMATS {
            let mut peer = join(&host, &room(), format).await;
            let items: Vec<_> = (0..20_000).map(|_| json!({"name": "a", "count": 1})).collect();
            assert_eq!(
                peer.ask(json!({"type": "order", "items": items})).await, json!({"type": "ordered", "total": 20_000}),
            );
            let text = "a".repeat(1_000_000);
            assert_eq!(echo_of_broadcast(&mut peer, &text).await, text);
        }
    }
}

/// Broadcasts a text and returns the peer's own copy.
async fn echo_of_broadcast(peer: &mut Peer, text: &str) -> String {
    let copy = peer.ask(json!({"type": "tell", "text": text})).await;
    assert_eq!(peer.message().await["count"], 1);
    copy["text"].as_str().unwrap().to_owned()
}
