//! A rule holds in every container around its value, when reading and writing, in both formats.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap, LinkedList},
    fmt::Debug,
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

/// A container that implements only the traits of serde.
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

/// Contains no item in memory, only on the wire.
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

/// Enums and structs that serde reads from its own buffers, which lose the path or even the error.
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

pub(crate) const FORMATS: [Format; 2] = [Format::Json, Format::MessagePack];

pub(crate) fn frame(object: &Json, format: Format) -> Frame {
    match format {
        Format::Json => Frame::Text(object.to_string()),
        Format::MessagePack => Frame::Binary(rmp_serde::to_vec_named(object).unwrap()),
    }
}

/// Reads and writes the same message with a valid and an invalid item; `read` checks the error of the broken rule when it is read.
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
fn a_rule_holds_in_values_that_serde_buffers() {
    for (valid, invalid) in buffered("abc").into_iter().zip(buffered("")) {
        check(valid, invalid, |_, path, text| {
            assert!(path.starts_with("value") || text.contains("untagged"), "{text}");
        });
    }
}
