//! A rule holds whatever stands around the value that has it, in both directions and both formats.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap, LinkedList},
    fmt::Debug,
    rc::Rc,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use websocket_do::{Format, Frame, Message, ValidationCode, WsProtocol, codec};

#[derive(Debug, Clone, PartialEq, Eq, Hash, WsProtocol)]
struct Item {
    #[ws(len = 1..=5)]
    name: String,
}

fn item(name: &str) -> Item {
    Item { name: name.into() }
}

/// A container that only serde knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum External {
    One(Item),
    Many { items: Vec<Item> },
    Pair(u8, Item),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Internal {
    One { item: Item },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    One { item: Item },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "content")]
enum Adjacent {
    One(Item),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Flattened {
    #[serde(flatten)]
    item: Item,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Transparent(Item);

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
struct Key(String);

/// Holds no item once it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Item>", into = "Vec<Item>")]
struct Names(Vec<String>);

impl From<Vec<Item>> for Names {
    fn from(items: Vec<Item>) -> Self {
        Self(items.into_iter().map(|item| item.name).collect())
    }
}

impl From<Names> for Vec<Item> {
    fn from(names: Names) -> Self {
        names.0.into_iter().map(|name| Item { name }).collect()
    }
}

mod counted {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Item;

    #[expect(clippy::ptr_arg, reason = "so serde calls it")]
    pub(super) fn serialize<S: Serializer>(names: &Vec<String>, serializer: S) -> Result<S::Ok, S::Error> {
        names.iter().map(|name| super::item(name)).collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
        Ok(Vec::<Item>::deserialize(deserializer)?.into_iter().map(|item| item.name).collect())
    }
}

type FiveTuple = (u8, u8, u8, u8, Item);
type TwelveTuple = (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, Item);

macro_rules! containers {
    ($($variant:ident($ty:ty), $make:expr, $wire:expr, $path:literal;)*) => {
        #[derive(Debug, Clone, PartialEq, WsProtocol)]
        #[ws(server)]
        enum Everywhere {
            $($variant { value: $ty },)*
            With { #[serde(with = "counted")] value: Vec<String> },
            /// A derived value with a container in it.
            Deep { value: Vec<Holder> },
        }

        /// Each container around an item: the message, its `value` on the wire, and the path to the item's name.
        fn everywhere(name: &str) -> Vec<(Everywhere, Json, &'static str)> {
            let item = || item(name);
            let wire = || json!({"name": name});
            vec![
                $((Everywhere::$variant { value: ($make)(item()) }, ($wire)(wire()), $path),)*
                (Everywhere::With { value: vec!["a".into(), name.into()] }, json!([{"name": "a"}, wire()]), "value[1].name"),
                (
                    Everywhere::Deep { value: vec![Holder { held: External::One(item()) }] },
                    json!([{"held": {"One": wire()}}]), "value[0].held.One.name",
                ),
            ]
        }
    };
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
struct Holder {
    held: External,
}

containers! {
    Plain(Item), |item| item, |item| item, "value.name";
    Optional(Option<Box<Item>>), |item| Some(Box::new(item)), |item| item, "value.name";
    Listed(Vec<Item>), |item| vec![item], |item| json!([item]), "value[0].name";
    Good(Result<Item, String>), Ok, |item| json!({"Ok": item}), "value.Ok.name";
    Bad(Result<u8, Item>), Err, |item| json!({"Err": item}), "value.Err.name";
    Boxed(Box<[Item]>), |item| vec![item].into(), |item| json!([item]), "value[0].name";
    Five(FiveTuple), |item| (1, 2, 3, 4, item), |item| json!([1, 2, 3, 4, item]), "value[4].name";
    Twelve(TwelveTuple), |item| (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, item),
        |item| json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, item]), "value[11].name";
    Celled(RefCell<Item>), RefCell::new, |item| item, "value.name";
    Linked(LinkedList<Item>), |item| LinkedList::from([item]), |item| json!([item]), "value[0].name";
    Keyed(BTreeMap<Key, Vec<Item>>), |item| BTreeMap::from([(Key("k".into()), vec![item])]), |item| json!({"k": [item]}),
        "value.k[0].name";
    Hashed(HashMap<u8, Item>), |item| HashMap::from([(7, item)]), |item| json!({"7": item}), "value.7.name";
    ExternalOne(External), External::One, |item| json!({"One": item}), "value.One.name";
    ExternalMany(External), |item| External::Many { items: vec![item] }, |item| json!({"Many": {"items": [item]}}),
        "value.Many.items[0].name";
    ExternalPair(External), |item| External::Pair(1, item), |item| json!({"Pair": [1, item]}), "value.Pair[1].name";
    ListOfExternal(Vec<External>), |item| vec![External::One(item)], |item| json!([{"One": item}]), "value[0].One.name";
    Transparently(Transparent), Transparent, |item| item, "value.name";
    Converted(Names), |item| Vec::<Item>::from([item]).into(), |item| json!([item]), "value[0].name";
}

/// What serde reads from its own buffers, where no path is kept, or not even the reason.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
enum Buffered {
    Internally { value: Internal },
    Adjacently { value: Adjacent },
    Untagged { value: Untagged },
    Flat { value: Flattened },
}

fn buffered(name: &str) -> Vec<(Buffered, Json, &'static str)> {
    let item = || item(name);
    let wire = || json!({"name": name});
    vec![
        (
            Buffered::Adjacently { value: Adjacent::One(item()) },
            json!({"kind": "One", "content": wire()}),
            "value.content.name",
        ),
        (
            Buffered::Internally { value: Internal::One { item: item() } },
            json!({"kind": "One", "item": wire()}),
            "value.item.name",
        ),
        (Buffered::Untagged { value: Untagged::One { item: item() } }, json!({"item": wire()}), "value.item.name"),
        (Buffered::Flat { value: Flattened { item: item() } }, wire(), "value.name"),
    ]
}

const FORMATS: [Format; 2] = [Format::Json, Format::MessagePack];

fn frame(object: &Json, format: Format) -> Frame {
    match format {
        Format::Json => Frame::Text(object.to_string()),
        Format::MessagePack => Frame::Binary(rmp_serde::to_vec_named(object).unwrap()),
    }
}

/// Reads and writes the same message with a valid and an invalid item; `read` is what a broken rule comes to when it is read.
fn check<M: Message + Clone + Debug + PartialEq>(
    valid: (M, Json, &'static str),
    invalid: (M, Json, &'static str),
    read: impl Fn(ValidationCode, &str, &str),
) {
    let mut object = serde_json::to_value(&valid.0).unwrap();
    assert_eq!(object["value"], valid.1);
    for format in FORMATS {
        let written = codec::encode(&valid.0, format).unwrap();
        assert_eq!(codec::decode::<M>(&written).unwrap(), valid.0, "{object} in {format}");
        assert_eq!(codec::decode::<M>(&frame(&object, format)).unwrap(), valid.0, "{object} in {format}");
    }
    object["value"] = invalid.1;
    for format in FORMATS {
        let error = codec::decode::<M>(&frame(&object, format)).expect_err(&object.to_string());
        read(error.code(), error.path(), &error.to_string());
        let error = codec::encode(&invalid.0, format).expect_err(&object.to_string());
        assert_eq!((error.code(), error.path()), (ValidationCode::Rule, invalid.2), "{error} in {format}");
        assert_eq!(error.message(), "must have 1 to 5 characters, has 0");
        assert!(error.rule().is_some());
    }
    assert_eq!(codec::validate(&valid.0), Ok(()));
    assert_eq!(codec::validate(&invalid.0).unwrap_err().path(), invalid.2);
    // Without the codec: in session data, in storage, in the body of a request.
    let direct = serde_json::from_value::<M>(object).unwrap_err().to_string();
    read(ValidationCode::Rule, invalid.2, &direct);
    assert!(serde_json::to_value(&invalid.0).is_err());
    assert!(rmp_serde::to_vec_named(&invalid.0).is_err());
}

#[test]
fn a_rule_holds_in_every_container_both_ways() {
    for (valid, invalid) in everywhere("abc").into_iter().zip(everywhere("")) {
        let path = invalid.2;
        check(valid, invalid, |code, found, text| {
            assert_eq!((code, found), (ValidationCode::Rule, path), "{text}");
            assert!(text.contains("must have 1 to 5 characters, has 0"), "{text}");
        });
    }
}

#[test]
fn a_rule_holds_also_where_serde_buffers_the_value() {
    for (valid, invalid) in buffered("abc").into_iter().zip(buffered("")) {
        check(valid, invalid, |_, path, text| {
            assert!(path.starts_with("value") || text.contains("untagged"), "{text}");
        });
    }
}

#[test]
fn the_outermost_value_checks_once_for_all_it_can_reach() {
    thread_local! {
        static CHECKS: Cell<u32> = const { Cell::new(0) };
    }

    #[expect(clippy::unnecessary_wraps, reason = "so a rule is called")]
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
        // The length of the list comes first, on both ways.
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
fn cheap_rules_run_before_expensive_ones_whatever_their_order_in_the_source() {
    thread_local! {
        static CALLS: Cell<u32> = const { Cell::new(0) };
    }

    #[expect(clippy::unnecessary_wraps, reason = "so a rule is called")]
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
    for (message, said) in [
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
        assert_eq!(codec::decode_text::<Ordered>(&message).unwrap_err().to_string(), said);
        // The first item of the list is valid in all of its rules before the second is looked at.
        assert!(CALLS.get() <= 1, "{message}");
    }
}
