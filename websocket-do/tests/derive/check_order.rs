//! How often and in which order rules are checked: each once, from the outside in, cheap ones first.

use std::{cell::Cell, rc::Rc};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use websocket_do::{WsProtocol, codec};

use crate::containers::{FORMATS, frame};

#[test]
fn the_outermost_value_checks_all_reachable_values_once() {
    thread_local! {
        static CHECKS: Cell<u32> = const { Cell::new(0) };
    }

    #[expect(clippy::unnecessary_wraps, reason = "the signature of `custom`")]
    fn counted(_: &Rc<str>) -> Result<(), String> {
        CHECKS.set(CHECKS.get() + 1);
        Ok(())
    }

    mod shared {
        use std::rc::Rc;

        use serde::{Deserialize, Deserializer, Serializer};

        pub(super) fn serialize<S: Serializer>(text: &Rc<str>, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(text)
        }

        pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rc<str>, D::Error> {
            String::deserialize(deserializer).map(Into::into)
        }
    }

    #[derive(Debug, Clone, WsProtocol)]
    struct Leaf {
        #[serde(with = "shared")]
        #[ws(custom = counted)]
        text: Rc<str>,
    }

    #[derive(Debug, Clone, Serialize, Deserialize)]
    enum Opaque {
        Leaves(Vec<Leaf>),
    }

    #[derive(Debug, Clone, WsProtocol)]
    struct Branch {
        #[ws(len = ..=3)]
        leaves: Vec<Leaf>,
        opaque: Option<Opaque>,
    }

    #[derive(Debug, Clone, WsProtocol)]
    #[ws(server)]
    enum Tree {
        Grown {
            #[ws(len = ..=3)]
            branches: Vec<Branch>,
        },
    }

    fn checks<T>(run: impl FnOnce() -> T) -> u32 {
        CHECKS.set(0);
        run();
        CHECKS.get()
    }

    let leaf = || Leaf { text: "x".into() };
    let leaves = |count| (0..count).map(|_| leaf()).collect::<Vec<_>>();
    let tree = |count| Tree::Grown {
        branches: vec![Branch { leaves: leaves(count), opaque: Some(Opaque::Leaves(leaves(2))) }],
    };
    for format in FORMATS {
        assert_eq!(checks(|| codec::encode(&tree(3), format)), 5, "{format}");
        let written = codec::encode(&tree(3), format).unwrap();
        assert_eq!(checks(|| codec::decode::<Tree>(&written).unwrap()), 5, "{format}");
        // The length of the list is checked first, in both directions.
        assert_eq!(checks(|| codec::encode(&tree(4), format).unwrap_err()), 0, "{format}");
    }
    let long =
        json!({"type": "grown", "branches": [{"leaves": [{"text": ""}, {"text": ""}, {"text": ""}, {"text": ""}]}]});
    for format in FORMATS {
        assert_eq!(checks(|| codec::decode::<Tree>(&frame(&long, format)).unwrap_err()), 0, "{format}");
    }
    assert_eq!(checks(|| serde_json::to_value(tree(3)).unwrap()), 5);
}

#[test]
fn cheap_rules_run_before_expensive_ones_in_any_source_order() {
    thread_local! {
        static CALLS: Cell<u32> = const { Cell::new(0) };
    }

    #[expect(clippy::unnecessary_wraps, reason = "the signature of `custom`")]
    fn slow(_: &String) -> Result<(), String> {
        CALLS.set(CALLS.get() + 1);
        Ok(())
    }

    #[derive(Debug, WsProtocol)]
    #[ws(server)]
    enum Ordered {
        One {
            #[ws(custom = slow, pattern = "^(a|aa)+$", len = ..=5)]
            text: String,
        },
        Items {
            #[ws(each(custom = slow, pattern = "^(a|aa)+$", bytes = ..=5), len = ..=2)]
            texts: Vec<String>,
        },
        Fields {
            #[ws(custom = slow)]
            first: String,
            #[ws(pattern = "^a")]
            second: String,
            #[ws(one_of("a", "b"))]
            third: String,
            #[ws(range = 1..=2)]
            fourth: u8,
        },
    }

    let long = "a".repeat(100_000) + "b";
    let text = |value: Json| value.to_string();
    for (message, expected) in [
        (text(json!({"type": "one", "text": long})), "`text` must have at most 5 characters, has 100001"),
        (text(json!({"type": "items", "texts": ["a", long]})), "`texts[1]` must have at most 5 bytes, has 100001"),
        (text(json!({"type": "items", "texts": [long, long, long]})), "`texts` must have at most 2 items, has 3"),
        (
            text(json!({"type": "fields", "first": "", "second": "b", "third": "c", "fourth": 1})),
            "`third` must be `a` or `b`",
        ),
        (
            text(json!({"type": "fields", "first": "", "second": "b", "third": "a", "fourth": 3})),
            "`fourth` must be from 1 to 2, is 3",
        ),
        (
            text(json!({"type": "fields", "first": "", "second": "b", "third": "a", "fourth": 1})),
            "`second` must match `^a`",
        ),
    ] {
        CALLS.set(0);
        assert_eq!(codec::decode_text::<Ordered>(&message).unwrap_err().to_string(), expected);
        // All rules of the first item are checked before those of the second.
        assert!(CALLS.get() <= 1, "{message}");
    }
}
