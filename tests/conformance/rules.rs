//! Each rule at its bounds and one beyond them, for incoming and outgoing messages in both formats.

use serde_json::{Value, json};

use crate::{
    Host, cases,
    peer::{FORMATS, Peer, room},
};

/// The message with this value; without the field for `null`.
fn message(kind: &str, value: &Value) -> Value {
    if value.is_null() { json!({"type": kind}) } else { json!({"type": kind, "value": value}) }
}

/// Asserts that the `accepted` values pass in both directions and the `refused` ones, given as (value, path, part of the
/// message), in neither.
async fn check(host: &Host, kind: &str, accepted: &[Value], refused: &[(Value, &str, &str)]) {
    for format in FORMATS {
        let path = format!("/rules/{}/websocket", room());
        let mut peer = Peer::join(&host.rooms, &path, format).await;
        let mut other = Peer::join(&host.rooms, &path, format).await;
        for value in accepted {
            let expected = message(kind, value);
            assert_eq!(peer.ask(json!({"type": kind, "value": value})).await, expected, "coming in");
            // The message itself, the broadcast, the report.
            peer.send(json!({"type": "send", "what": json!({"type": kind, "value": value}).to_string()})).await;
            for _ in 0..2 {
                assert_eq!(peer.message().await, expected, "going out");
            }
            assert_eq!(peer.message().await, json!({"type": "sent", "errors": []}));
            assert_eq!(other.message().await, expected, "going out to all");
        }
        for (value, path, rule) in refused {
            let answer = peer.ask(json!({"type": kind, "value": value})).await;
            assert_eq!(
                (&answer["code"], &answer["path"]),
                (&json!("rule"), &json!(path)),
                "coming in: {value}: {answer}"
            );
            let expected = format!("`{path}` {rule}");
            assert!(answer["error"].as_str().unwrap().contains(&expected), "{answer} does not contain: {expected}");

            // Only the report is sent.
            let report =
                peer.ask(json!({"type": "send", "what": json!({"type": kind, "value": value}).to_string()})).await;
            let errors = report["errors"].as_array().unwrap_or_else(|| panic!("went out: {report}"));
            assert_eq!(errors.len(), 2, "going out: {value}: {report}");
            assert!(
                errors.iter().all(|error| error.as_str().unwrap().contains(&expected)),
                "{report} does not contain: {expected}"
            );
            other.receives_nothing().await;
        }
    }
}

cases! {
    async fn a_range_applies_to_the_number_in_a_string(host: Host) {
        let rule = "must be at least 10, is 9";
        check(&host, "id", &[json!("10"), json!("18446744073709551615")], &[(json!("9"), "value", rule)]).await;
    }

    async fn len_of_a_string_counts_unicode_scalar_values(host: Host) {
        let rule = "must have 1 to 5 characters, has";
        // A family emoji is three people and two joiners; a combining accent counts as one.
        let family = "👨\u{200d}👩\u{200d}👧";
        check(
            &host, "text",
            &[
                json!("a"), json!("abcde"), json!("ä".repeat(5)), json!("😀".repeat(5)), json!(family),
                json!("e\u{301}e\u{301}e"),
            ],
            &[
                (json!(""), "value", rule), (json!("abcdef"), "value", rule), (json!("ä".repeat(6)), "value", rule),
                (json!("😀".repeat(6)), "value", rule), (json!(format!("{family}!")), "value", rule),
            ],
        ).await;
    }

    async fn len_of_a_list_counts_items(host: Host) {
        let rule = "must have 1 to 3 items, has";
        let refused = [(json!([]), "value", rule), (json!([1, 2, 3, 4]), "value", rule)];
        check(&host, "list", &[json!([0]), json!([1, 2, 3])], &refused).await;
    }

    async fn len_with_an_exclusive_end_stops_before_it(host: Host) {
        let refused = [(json!("abcd"), "value", "must have at most 3 characters, has 4")];
        check(&host, "short", &[json!(""), json!("abc")], &refused).await;
    }

    async fn bytes_count_utf8(host: Host) {
        let rule = "must have 2 to 4 bytes, has";
        check(
            &host, "bytes",
            &[json!("ab"), json!("abcd"), json!("ä"), json!("ää"), json!("😀")],
            &[
                (json!("a"), "value", rule), (json!("abcde"), "value", rule), (json!("äää"), "value", rule),
                (json!("😀a"), "value", rule),
            ],
        ).await;
    }

    async fn a_range_of_integers_includes_both_ends(host: Host) {
        let rule = "must be from -3 to 3, is";
        check(
            &host, "integer", &[json!(-3), json!(0), json!(3)],
            &[
                (json!(-4), "value", rule), (json!(4), "value", rule), (json!(i32::MAX), "value", rule),
                (json!(i32::MIN), "value", rule),
            ],
        ).await;
    }

    async fn a_range_of_floats_excludes_its_end(host: Host) {
        let rule = "must be from 0 to below 1, is";
        check(
            &host, "float", &[json!(0), json!(0.5), json!(f64::MIN_POSITIVE), json!(1.0 - f64::EPSILON / 2.0)],
            &[
                (json!(1), "value", rule), (json!(1.0 + f64::EPSILON), "value", rule), (json!(1e300), "value", rule),
                (json!(-f64::MIN_POSITIVE), "value", rule),
            ],
        ).await;
    }

    async fn a_pattern_must_match(host: Host) {
        let refused = ["", "Abc", "abc1", "abc\n", "ä"].map(|text| (json!(text), "value", "must match `^[a-z]+$`"));
        check(&host, "pattern", &[json!("a"), json!("abc")], &refused).await;
    }

    async fn one_of_compares_exactly(host: Host) {
        let rule = "must be `red` or `green`";
        let refused = ["", "Red", "red ", "blue", "redgreen"].map(|text| (json!(text), "value", rule));
        check(&host, "oneOf", &[json!("red"), json!("green")], &refused).await;
    }

    async fn each_applies_to_the_items_of_a_list(host: Host) {
        let rule = "must have 1 to 2 characters, has";
        check(
            &host, "each", &[json!([]), json!(["a"]), json!(["ab", "ä😀"])],
            &[
                (json!([""]), "value[0]", rule), (json!(["a", "abc"]), "value[1]", rule),
                (json!(["a", "b", "c"]), "value", "must have at most 2 items, has 3"),
            ],
        ).await;
    }

    async fn each_applies_to_the_values_of_a_map(host: Host) {
        let rule = "must be from 0 to 9, is";
        let refused = [(json!({"a": 0, "b": 10}), "value.b", rule), (json!({"ä": -1}), "value.ä", rule)];
        check(&host, "table", &[json!({}), json!({"a": 0, "b": 9})], &refused).await;
    }

    async fn the_message_of_a_custom_rule_is_reported(host: Host) {
        let refused = [(json!(1), "value", "must be even"), (json!(u32::MAX), "value", "must be even")];
        check(&host, "custom", &[json!(0), json!(2)], &refused).await;
    }

    async fn the_rules_of_a_nested_value_are_checked(host: Host) {
        let inner = |name: &str, level: Option<u8>| match level {
            Some(level) => json!({"name": name, "level": level}),
            None => json!({"name": name}),
        };
        let (name, level) = ("must have 1 to 5 characters, has", "must be from 1 to 9, is");
        check(
            &host, "nested",
            &[json!({"inner": []}), json!({"inner": [inner("a", None), inner("abcde", Some(9))]})],
            &[
                (json!({"inner": [inner("", None)]}), "value.inner[0].name", name),
                (json!({"inner": [inner("a", Some(1)), inner("abcdef", Some(1))]}), "value.inner[1].name", name),
                (json!({"inner": [inner("a", Some(1)), inner("a", Some(10))]}), "value.inner[1].level", level),
            ],
        ).await;
    }

    async fn a_rule_is_not_applied_to_none(host: Host) {
        let rule = "must be from 1 to 9, is";
        let refused = [(json!(0), "value", rule), (json!(10), "value", rule), (json!(255), "value", rule)];
        check(&host, "maybe", &[json!(null), json!(1), json!(9)], &refused).await;
        for format in FORMATS {
            let mut peer = Peer::join(&host.rooms, &format!("/rules/{}/websocket", room()), format).await;
            assert_eq!(peer.ask(json!({"type": "maybe"})).await, json!({"type": "maybe"}));
        }
    }
}
