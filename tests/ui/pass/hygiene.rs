//! Names that could conflict with those of generated code, with the lints denied that it could violate.

#![deny(warnings, missing_docs, unused_qualifications, unreachable_pub, missing_debug_implementations)]
#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types)]

use ::core::clone::Clone as _;
use ::core::convert::Into as _;

/// Names of the prelude and of primitive types, which shadow those that generated code might use.
mod theirs {
    #[derive(Debug)]
    pub(crate) struct Option;
    #[derive(Debug)]
    pub(crate) struct Some;
    #[derive(Debug)]
    pub(crate) struct None;
    #[derive(Debug)]
    pub(crate) struct Result;
    #[derive(Debug)]
    pub(crate) struct Ok;
    #[derive(Debug)]
    pub(crate) struct Err;
    #[derive(Debug)]
    pub(crate) struct String;
    #[derive(Debug)]
    pub(crate) struct Default;
    #[derive(Debug)]
    pub(crate) struct Into;
    #[derive(Debug)]
    pub(crate) struct Serialize;
    #[derive(Debug)]
    pub(crate) struct usize;
    #[derive(Debug)]
    pub(crate) struct str;
    #[derive(Debug)]
    pub(crate) struct core;
    #[derive(Debug)]
    pub(crate) struct std;
}
#[allow(unused_imports)]
use theirs::*;

/// Messages from clients to the room.
#[derive(Debug, ::websocket_do::WsProtocol)]
#[ws(client, server = ServerMessage, text = ::websocket_do::codec::Json)]
pub enum ClientMessage {
    /// A message without fields.
    Ping,
    /// Fields of all kinds.
    Said {
        /// A field with a rule.
        #[ws(len = 1..=10, pattern = "^[a-z]+$", one_of("a", "b"))]
        text: ::std::string::String,
        /// A field that may be missing.
        #[ws(bytes = ..10)]
        to: ::core::option::Option<::std::string::String>,
        /// A field with a default.
        #[serde(default)]
        #[ws(range = 0..=3)]
        value: i32,
        /// Bytes.
        #[ws(bytes_field, bytes = ..10)]
        bytes: ::std::vec::Vec<u8>,
        /// Bytes that may be missing.
        #[ws(bytes_field)]
        maybe: ::core::option::Option<[u8; 4]>,
        /// A string.
        #[ws(as_string, range = 1..)]
        id: ::core::option::Option<u64>,
        /// Names that generated code uses itself.
        message: bool,
        /// The same.
        session: bool,
        /// The same.
        entries: bool,
        /// The same.
        out: bool,
        /// The same.
        r#match: bool,
    },
    /// Another type's fields.
    Place(Point),
    /// The name of a method of the typed client.
    Close,
    /// The same.
    Split,
    /// The same.
    Events,
    /// The same.
    WaitOpen,
}

/// Messages from the room to clients.
#[derive(Debug, ::websocket_do::WsProtocol)]
#[ws(server, tag = "kind", rename_all = "snake_case")]
pub enum ServerMessage {
    /// A message without fields.
    Pong,
    /// Another type's values.
    Places {
        /// The values.
        #[ws(len = ..100, each(custom = near))]
        places: ::std::vec::Vec<Point>,
    },
}

/// A value.
#[derive(Debug, Clone, ::websocket_do::WsProtocol)]
#[ws(rename_all = "snake_case")]
pub struct Point {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
}

fn near(point: &Point) -> ::core::result::Result<(), &'static ::core::primitive::str> {
    if point.x < 100 { ::core::result::Result::Ok(()) } else { ::core::result::Result::Err("far away") }
}

/// The room.
#[derive(Debug, ::core::default::Default)]
pub struct Board;

#[::websocket_do::websocket_do(client = ClientMessage, session = ::std::vec::Vec<u64>)]
impl Board {
    #[connect]
    fn connect(&self, upgrade: &::websocket_do::Upgrade) -> ::core::result::Result<::std::vec::Vec<u64>, ::websocket_do::HttpError> {
        ::core::result::Result::Ok(::std::vec![upgrade.now().as_millis().unsigned_abs()])
    }

    #[message]
    fn ping(&self, session: &::websocket_do::Session<Self>) -> ::websocket_do::Result<()> {
        ::core::result::Result::Ok(session.send(ServerMessage::Pong)?)
    }

    #[message]
    #[allow(clippy::too_many_arguments)]
    async fn said(
        &self,
        _session: &::websocket_do::Session<Self>,
        _text: ::std::string::String,
        _to: ::core::option::Option<::std::string::String>,
        _value: i32,
        _bytes: ::std::vec::Vec<u8>,
        _maybe: ::core::option::Option<[u8; 4]>,
        _id: ::core::option::Option<u64>,
        message: bool,
        session: bool,
        entries: bool,
        out: bool,
        r#match: bool,
    ) {
        let _ = (message, session, entries, out, r#match);
    }

    #[message(Place(_))]
    fn place(&self, session: &::websocket_do::Session<Self>, point: Point) -> ::websocket_do::Result<()> {
        ::core::result::Result::Ok(session.room().broadcast(ServerMessage::Places { places: ::std::vec![point.clone()] })?)
    }

    #[binary]
    async fn binary(&self, session: &::websocket_do::Session<Self>, bytes: ::std::vec::Vec<u8>) -> ::websocket_do::Result<()> {
        ::core::result::Result::Ok(session.send_frame(&::websocket_do::Frame::Binary(bytes))?)
    }

    #[protocol_error]
    fn protocol_error(&self, session: &::websocket_do::Session<Self>, frame: &::websocket_do::Frame) {
        let _ = (session, frame);
    }

    #[message]
    fn split(&self, _session: &::websocket_do::Session<Self>) {}

    #[message]
    fn events(&self, _session: &::websocket_do::Session<Self>) {}

    #[message]
    fn wait_open(&self, _session: &::websocket_do::Session<Self>) {}

    #[message]
    fn close(&self, _session: &::websocket_do::Session<Self>) {}

    #[get("/{room}/{request}")]
    fn get(&self, _room: &::websocket_do::Room<Self>, room: u32, request: ::std::string::String) -> ::std::string::String {
        let _ = room;
        request.into()
    }
}

fn main() {}
