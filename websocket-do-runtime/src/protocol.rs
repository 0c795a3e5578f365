//! Messages: the traits that `derive(WsProtocol)` implements, the rules of fields, the schema, and the errors.
//!
//! * traits: this file, `field.rs`, `bytes.rs`, `as_string.rs`, `decode.rs`, `encode.rs`; `values.rs` implements them for the standard library
//! * rules: `rules.rs`, one function for each; `checks.rs` decides which value checks them; `validation_error.rs` is their error
//! * calls: `call.rs`, their ids and the frames that answer them
//! * reading: `read_error.rs` is the error of both codecs, `buffered.rs` holds values whose type is not known yet

#[doc(hidden)]
pub mod as_string;
pub mod buffered;
#[doc(hidden)]
pub mod bytes;
#[doc(hidden)]
pub mod call;
#[doc(hidden)]
pub mod checks;
#[doc(hidden)]
pub mod decimal;
pub mod decode;
#[doc(hidden)]
pub mod encode;
#[doc(hidden)]
pub mod field;
#[doc(hidden)]
pub mod probe;
pub(crate) mod read_error;
#[doc(hidden)]
pub mod rules;
pub mod schema;
mod text;
mod timestamp;
pub mod validation_error;
mod values;

use serde::{Serialize, Serializer, de::DeserializeOwned};

#[doc(hidden)]
pub use read_error::ReadError;
pub use schema::{MessageSchema, Type};
pub use text::TextCodec;
pub(crate) use timestamp::{Extension, NAME as TIMESTAMP};
pub use timestamp::{Timestamp, TimestampError};
pub use validation_error::{ValidationCode, ValidationError};

/// A type in the schema of a protocol.
///
/// Implemented by `derive(WsProtocol)`, by numbers, strings and the standard containers. A field may have any other serde type;
/// without this trait, the schema describes it as [`Type::Opaque`].
///
/// This trait describes a type and does not check it. The rules of derived types are checked in their `Serialize` and
/// `Deserialize` impls, so that they hold in any container. A type with its own serde impls checks itself there, for example with
/// `#[serde(try_from = "…")]`:
///
/// ```
/// # use websocket_do_runtime::protocol::{Type, Value};
/// #[derive(Debug, serde::Serialize, serde::Deserialize)]
/// #[serde(try_from = "u8")]
/// struct Percent(u8);
///
/// impl TryFrom<u8> for Percent {
///     type Error = String;
///
///     fn try_from(percent: u8) -> Result<Self, String> {
///         if percent <= 100 { Ok(Self(percent)) } else { Err(format!("must be at most 100, is {percent}")) }
///     }
/// }
///
/// impl Value for Percent {
///     const TYPE: Type = u8::TYPE;
/// }
///
/// let error = serde_json::from_str::<Vec<Percent>>("[7,101]").unwrap_err();
/// assert!(error.to_string().starts_with("must be at most 100, is 101"));
/// assert!(None::<Percent>.is_absent());
/// ```
pub trait Value: Sized {
    /// The type in the schema.
    const TYPE: Type;

    /// Whether the value is omitted from its object, as `None` is.
    fn is_absent(&self) -> bool {
        false
    }
}

/// Checks the rules of a value and of all derived values in it. Implemented by derived types and the standard containers; derived
/// values in other containers are checked when serde reads or writes them (see [`checks`]).
#[doc(hidden)]
pub trait Validate {
    /// Checks the rules of the value, then those of the values in it.
    ///
    /// # Errors
    /// Returns the first broken rule, with its path from this value.
    fn validate(&self) -> Result<(), ValidationError> {
        Ok(())
    }
}

/// A message enum: each variant is a message, with the variant's name in the tag field.
///
/// Implemented by `derive(WsProtocol)`.
///
/// ```
/// # use websocket_do_runtime::protocol::{Message, TextCodec};
/// fn print<M: Message>() {
///     println!("{}: {} in text frames", M::SCHEMA.name, M::Text::NAME);
///     for variant in M::SCHEMA.variants {
///         println!("  {}: {}", variant.name, variant.docs);
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message enum",
    label = "not derived with `#[ws(client, …)]` or `#[ws(server)]`",
    note = "write `#[derive(WsProtocol)]` and `#[ws(server)]` or `#[ws(client, server = ServerMessage)]` on the enum"
)]
pub trait Message: Value + Validate + Serialize + DeserializeOwned + 'static {
    /// The codec of text frames: [`Json`](crate::codec::Json), unless `#[ws(…, text = MyCodec)]` names another.
    type Text: TextCodec;

    /// The schema: names, fields, types, rules and docs.
    const SCHEMA: MessageSchema;
}

/// A message enum that clients send. Implemented by `derive(WsProtocol)` with `#[ws(client, server = …)]`.
///
/// ```
/// # use websocket_do_runtime::protocol::{ClientMessage, Message, MessageSchema};
/// fn both_ways<M: ClientMessage>() -> [MessageSchema; 2] {
///     [M::SCHEMA, M::Server::SCHEMA]
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a client message enum",
    label = "not derived with `#[ws(client, server = …)]`",
    note = "write `#[derive(WsProtocol)] #[ws(client, server = ServerMessage)]` on the enum that clients send"
)]
pub trait ClientMessage: Message {
    /// The enum that the server sends. Both enums use the same codec for text frames.
    type Server: ServerMessage<Text = Self::Text>;

    /// Whether the message is a call.
    #[doc(hidden)]
    fn is_call(&self) -> bool {
        false
    }

    /// Writes the message, and its id if it is a call.
    #[doc(hidden)]
    fn write_call<S: Serializer>(&self, _id: Option<&call::CallId>, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }
}

/// A message enum that the server sends. Implemented by `derive(WsProtocol)` with `#[ws(server)]`.
///
/// ```
/// # use websocket_do_runtime::{codec::{self, Format, Frame}, protocol::{ValidationError, ServerMessage}};
/// fn in_both_formats<M: ServerMessage>(message: &M) -> Result<[Frame; 2], ValidationError> {
///     Ok([codec::encode(message, Format::Json)?, codec::encode(message, Format::MessagePack)?])
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server message enum",
    label = "not derived with `#[ws(server)]`",
    note = "write `#[derive(WsProtocol)] #[ws(server)]` on the enum that the server sends"
)]
pub trait ServerMessage: Message {}
