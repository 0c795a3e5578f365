//! A room whose messages carry one rule each, in both directions.

use std::collections::BTreeMap;

use websocket_do::{Error, Refusal, Result, Session, Upgrade, WsProtocol, websocket_do};

use crate::unruled::Unruled;

/// Declares the client's and the server's messages with the same rules.
macro_rules! mirrored {
    ($(
        $(#[$meta:meta])*
        enum $name:ident {
            $more:ident { $($more_field:tt)* }
        }
    )*) => {$(
        #[derive(Debug, Clone, PartialEq, WsProtocol)]
        $(#[$meta])*
        pub enum $name {
            /// Characters, not bytes.
            Text { #[ws(len = 1..=5)] value: String },
            /// Items.
            List { #[ws(len = 1..=3)] value: Vec<u32> },
            /// An upper bound that is not reached.
            Short { #[ws(len = ..4)] value: String },
            /// Bytes, not characters.
            Bytes { #[ws(bytes = 2..=4)] value: String },
            /// A whole number.
            Integer { #[ws(range = -3..=3)] value: i32 },
            /// A number below its bound.
            Float { #[ws(range = 0.0..1.0)] value: f64 },
            /// A regular expression.
            Pattern { #[ws(pattern = "^[a-z]+$")] value: String },
            /// A few words.
            OneOf { #[ws(one_of("red", "green"))] value: String },
            /// Rules of the items.
            Each { #[ws(len = ..=2, each(len = 1..=2))] value: Vec<String> },
            /// Rules of a map's values.
            Table { #[ws(each(range = 0..=9))] value: BTreeMap<String, i32> },
            /// A function.
            Custom { #[ws(custom = even)] value: u32 },
            /// Rules of the value's own.
            Nested { value: Outer },
            /// A rule for what need not be there.
            Maybe { #[ws(range = 1..=9)] value: Option<u8> },
            /// No rule, but what JavaScript's numbers are.
            Number { value: i64 },
            /// The message that the other side has not.
            $more { $($more_field)* },
        }
    )*};
}

mirrored! {
    /// What clients send: to be sent back.
    #[ws(client, server = Ruled)]
    enum Rule {
        Send { what: String }
    }

    /// What the room sends.
    #[ws(server)]
    enum Ruled {
        Sent { errors: Vec<String> }
    }
}

/// A value that holds values.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
pub struct Outer {
    pub(crate) inner: Vec<Inner>,
}

/// A value with rules.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
pub(crate) struct Inner {
    #[ws(len = 1..=5)]
    pub(crate) name: String,
    #[ws(range = 1..=9)]
    pub(crate) level: Option<u8>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "so a rule is called")]
fn even(number: &u32) -> Result<(), Error> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(Error::msg("must be even")) }
}

/// The room.
#[derive(Default)]
pub struct Rules;

#[websocket_do(client = Rule, session = u8)]
impl Rules {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<u8, Refusal> {
        Ok(0)
    }

    /// Sends the message with this JSON to one and to all, and tells what came of it.
    #[message]
    fn send(&self, session: &Session<Self>, what: String) -> Result<()> {
        let what = Ruled::from(serde_json::from_str::<Unruled>(&what)?);
        let outcomes = [session.send(what.clone()), session.room().broadcast(what)];
        let errors = outcomes.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
        session.send(Ruled::Sent { errors })
    }

    #[message]
    fn text(&self, session: &Session<Self>, value: String) -> Result<()> {
        session.send(Ruled::Text { value })
    }

    #[message]
    fn list(&self, session: &Session<Self>, value: Vec<u32>) -> Result<()> {
        session.send(Ruled::List { value })
    }

    #[message]
    fn short(&self, session: &Session<Self>, value: String) -> Result<()> {
        session.send(Ruled::Short { value })
    }

    #[message]
    fn bytes(&self, session: &Session<Self>, value: String) -> Result<()> {
        session.send(Ruled::Bytes { value })
    }

    #[message]
    fn integer(&self, session: &Session<Self>, value: i32) -> Result<()> {
        session.send(Ruled::Integer { value })
    }

    #[message]
    fn float(&self, session: &Session<Self>, value: f64) -> Result<()> {
        session.send(Ruled::Float { value })
    }

    #[message]
    fn pattern(&self, session: &Session<Self>, value: String) -> Result<()> {
        session.send(Ruled::Pattern { value })
    }

    #[message]
    fn one_of(&self, session: &Session<Self>, value: String) -> Result<()> {
        session.send(Ruled::OneOf { value })
    }

    #[message]
    fn each(&self, session: &Session<Self>, value: Vec<String>) -> Result<()> {
        session.send(Ruled::Each { value })
    }

    #[message]
    fn table(&self, session: &Session<Self>, value: BTreeMap<String, i32>) -> Result<()> {
        session.send(Ruled::Table { value })
    }

    #[message]
    fn custom(&self, session: &Session<Self>, value: u32) -> Result<()> {
        session.send(Ruled::Custom { value })
    }

    #[message]
    fn nested(&self, session: &Session<Self>, value: Outer) -> Result<()> {
        session.send(Ruled::Nested { value })
    }

    #[message]
    fn maybe(&self, session: &Session<Self>, value: Option<u8>) -> Result<()> {
        session.send(Ruled::Maybe { value })
    }

    #[message]
    fn number(&self, session: &Session<Self>, value: i64) -> Result<()> {
        session.send(Ruled::Number { value })
    }
}
