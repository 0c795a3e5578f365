//! Two protocols for the tests: one with each kind of variant and field, and one whose server enum has another tag and case.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use websocket_do::{Message, ValidationCode, WsProtocol, codec::decode_text};

/// What a client of the tests may send.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Answer)]
pub(crate) enum Ask {
    /// Nothing to say.
    Ping,
    SetName {
        #[ws(len = 1..=5)]
        name: String,
    },
    #[ws(rename = "add!")]
    Add(Item),
    Boxed(Box<Item>),
    Fill {
        items: Vec<Item>,
        by_key: BTreeMap<String, Item>,
        owner: Option<Opaque>,
        pair: (u8, Item),
    },
    Typed {
        #[ws(rename = "TYPE")]
        r#type: u64,
        #[serde(default)]
        count: u32,
        #[serde(default = "seven", alias = "luck", alias = "chance")]
        lucky: i8,
        #[serde(skip_serializing_if = "String::is_empty", default)]
        note: String,
        maybe: Alias,
    },
    With {
        #[serde(with = "hex")]
        color: u32,
        #[serde(with = "hex", default)]
        other: u32,
    },
    Tree(Node),
}

pub(crate) type Alias = Option<String>;

pub(crate) fn seven() -> i8 {
    7
}

pub(crate) mod hex {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    pub(super) fn serialize<S: Serializer>(value: &u32, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{value:x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        u32::from_str_radix(&String::deserialize(deserializer)?, 16).map_err(D::Error::custom)
    }
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub(crate) enum Answer {
    Pong,
}

/// A thing.
#[derive(Debug, Clone, PartialEq, Default, WsProtocol)]
pub(crate) struct Item {
    /// The name of the item.
    #[ws(len = 1..)]
    pub(crate) item_name: String,
    pub(crate) amount: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Default, WsProtocol)]
pub(crate) struct Node {
    #[ws(range = 0..10)]
    pub(crate) depth: i32,
    pub(crate) children: Vec<Node>,
    pub(crate) next: Option<Box<Self>>,
}

/// A serde type without `Value`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Opaque(pub(crate) String);

pub(crate) fn item(name: &str) -> Item {
    Item { item_name: name.to_owned(), amount: None }
}

/// What the tests send.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Reply)]
pub(crate) enum Command {
    /// Nothing beside the tag.
    Ping,
    /// Take another name.
    ///
    /// Everyone is notified.
    SetName {
        /// The new one.
        #[ws(len = 1..=5)]
        new_name: String,
        nick: Option<String>,
    },
    Place(Part),
    #[ws(rename = "all")]
    PlaceAll {
        items: Vec<Part>,
    },
    Grow(Tree),
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server, tag = "kind", rename_all = "snake_case")]
pub(crate) enum Reply {
    AllDone,
    UserLeft { user_id: u32 },
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
pub(crate) struct Part {
    #[ws(len = 1..=3)]
    pub(crate) name: String,
    #[ws(rename = "n")]
    pub(crate) count: u8,
}

#[derive(Debug, Clone, PartialEq, WsProtocol)]
pub(crate) struct Tree {
    #[ws(range = ..10)]
    pub(crate) height: u32,
    pub(crate) branches: Vec<Tree>,
    pub(crate) parent: Option<Box<Tree>>,
}

/// Returns the code and path of the error that a text is refused with.
pub(crate) fn code_and_path<M: Message + std::fmt::Debug>(text: &str) -> (ValidationCode, String) {
    let error = decode_text::<M>(text).unwrap_err();
    (error.code(), error.path().to_owned())
}
