//! `derive(WsProtocol)` without the prelude, with shadowed names, and with every lint an error.

#![no_implicit_prelude]
#![deny(warnings, missing_docs, clippy::all, clippy::pedantic)]
#![allow(dead_code, reason = "it is enough that they compile")]

/// Names that shadow those of the prelude and of the runtime.
pub mod names {
    use ::core::{clone::Clone, fmt::Debug};

    macro_rules! shadow {
        ($($name:ident)*) => {$(
            /// A struct with the name of another type.
            #[derive(Debug, Clone, ::websocket_do::WsProtocol)]
            pub struct $name {
                /// A field.
                pub name: ::std::string::String,
            }
        )*};
    }
    shadow! { Result Option String Vec Ok Some Box A D E S T K V With Value Message ValidationError Self_ }

    /// A message with all of them.
    #[allow(clippy::large_enum_variant, reason = "one of them has a field of each kind")]
    #[derive(Debug, Clone, ::websocket_do::WsProtocol)]
    #[ws(client, server = self::FromServer)]
    pub enum FromClient {
        /// A unit.
        Unit,
        /// A newtype.
        Newtype(S),
        /// Fields with names that generated code may use for variables.
        Fields {
            /// One.
            #[serde(default = "make")]
            entries: A,
            /// Two.
            tag: D,
            /// Three.
            value: S,
            /// Four.
            error: E,
            /// Five.
            out: T,
            /// Six.
            serializer: Option,
            /// Seven.
            #[ws(len = 1..=LEN)]
            value0: ::std::string::String,
            /// Bytes.
            #[ws(bytes_field)]
            #[serde(default)]
            bytes: ::core::option::Option<::std::boxed::Box<[::core::primitive::u8]>>,
            /// A string.
            #[ws(as_string)]
            id: ::core::option::Option<::std::vec::Vec<::core::primitive::u64>>,
            /// Eight.
            slot0: ::core::option::Option<Result>,
            /// Nine.
            #[serde(with = "self::with")]
            with: With,
            /// Ten.
            #[ws(range = 0..5_000_000_000, each(len = 1..=LEN))]
            #[cfg(any())]
            never: Missing,
            /// Eleven.
            #[ws(each(pattern = "^a$", one_of("a"), bytes = ..3), custom = check)]
            item: ::std::vec::Vec<::std::string::String>,
            /// Twelve.
            #[ws(range = 0..5_000_000_000)]
            key: u64,
            /// Thirteen.
            variant: Vec,
            /// Fourteen.
            name: String,
        },
        /// Not there.
        #[cfg(any())]
        Never(Missing),
        /// There.
        #[cfg(test)]
        Always {
            /// There.
            #[cfg(test)]
            here: u8,
        },
    }

    const LEN: usize = 3;

    fn make() -> A {
        A { name: ::std::string::String::new() }
    }

    fn check(items: &[::std::string::String]) -> ::core::result::Result<(), &'static str> {
        if items.is_empty() { ::core::result::Result::Err("must not be empty") } else { ::core::result::Result::Ok(()) }
    }

    /// Reads and writes one of them.
    pub mod with {
        use ::websocket_do::__private::serde::{Deserialize, Deserializer, Serialize, Serializer};

        use super::With;

        /// Writes it.
        ///
        /// # Errors
        /// Those of the serializer.
        pub fn serialize<S: Serializer>(value: &With, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
            value.name.serialize(serializer)
        }

        /// Reads it.
        ///
        /// # Errors
        /// Those of the deserializer.
        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> ::core::result::Result<With, D::Error> {
            ::core::result::Result::map(Deserialize::deserialize(deserializer), |name| With { name })
        }
    }

    /// The messages of the server.
    #[derive(Debug, Clone, ::websocket_do::WsProtocol)]
    #[ws(server)]
    pub enum FromServer {
        /// One thing.
        Only(Option),
    }

    /// No fields.
    #[derive(Debug, Clone, ::websocket_do::WsProtocol)]
    pub struct Empty {}

    /// No messages.
    #[derive(Debug, Clone, ::websocket_do::WsProtocol)]
    #[ws(server)]
    pub enum Never {}
}
