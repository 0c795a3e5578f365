//! A protocol with a message for each Rust type that has its own wire form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use websocket_do::{Timestamp, WsProtocol};

/// One value of one type.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
pub(crate) enum Sample {
    Bool {
        value: bool,
    },
    I8 {
        value: i8,
    },
    I16 {
        value: i16,
    },
    I32 {
        value: i32,
    },
    I64 {
        value: i64,
    },
    I128 {
        value: i128,
    },
    U8 {
        value: u8,
    },
    U16 {
        value: u16,
    },
    U32 {
        value: u32,
    },
    U64 {
        value: u64,
    },
    U128 {
        value: u128,
    },
    F32 {
        value: f32,
    },
    F64 {
        value: f64,
    },
    Char {
        value: char,
    },
    Text {
        value: String,
    },
    Bytes {
        #[ws(bytes_field)]
        value: Vec<u8>,
    },
    Id {
        #[ws(as_string)]
        value: u64,
    },
    Signed {
        #[ws(as_string)]
        value: i128,
    },
    MaybeId {
        #[ws(as_string)]
        value: Option<u64>,
    },
    Ids {
        #[ws(as_string)]
        value: Vec<i64>,
    },
    Scores {
        #[ws(as_string)]
        value: BTreeMap<String, u128>,
    },
    Optional {
        value: Option<i32>,
    },
    List {
        value: Vec<i32>,
    },
    Texts {
        value: Vec<String>,
    },
    Floats {
        value: Vec<f64>,
    },
    Tuple {
        value: (u8, String, bool),
    },
    Map {
        value: BTreeMap<String, i64>,
    },
    Numbered {
        value: BTreeMap<u32, String>,
    },
    Time {
        value: Timestamp,
    },
    Point {
        value: Point,
    },
    Points {
        value: Vec<Point>,
    },
    Choice {
        value: Shape,
    },
    Unit,
    Place(Point),
}

/// A struct with its own derive.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) label: Option<String>,
}

/// One of serde's own enums.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Shape {
    Empty,
    Circle { radius: f64 },
    Named(String),
}
