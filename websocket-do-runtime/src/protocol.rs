//! What a message is: the traits that `derive(WsProtocol)` implements, and nothing about sockets or hosts.

pub mod buffered;
#[doc(hidden)]
pub mod bytes;
#[doc(hidden)]
pub mod checks;
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

use serde::{Serialize, de::DeserializeOwned};

#[doc(hidden)]
pub use read_error::ReadError;
pub use schema::{MessageSchema, Type};
pub use text::TextCodec;
pub(crate) use timestamp::{Extension, NAME as TIMESTAMP};
pub use timestamp::{Timestamp, TimestampError};
pub use validation_error::{ValidationCode, ValidationError};

/// A value in a message, as the description of the protocol has it.
///
/// Implemented by `derive(WsProtocol)`, by numbers, strings and the usual containers. A field of any other serde type may be
/// part of a message too: without this trait it is described as opaque.
///
/// This describes a type and does not check it. The rules of derived types are part of their `Serialize` and
/// `Deserialize`, so that they hold in any container; a type with a serde impl of its own checks itself there, as with
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
    /// What other clients are told of this type.
    const TYPE: Type;

    /// Whether the value is left out of its object, as `None` is.
    fn is_absent(&self) -> bool {
        false
    }
}

/// A value that finds the rules of all derived values in it. Implemented by derived types and the containers that can reach
/// them; whatever is not reached this way checks itself when serde reads or writes it.
#[doc(hidden)]
pub trait Validate {
    /// Checks the rules of the value and of all it holds, from the outside in.
    ///
    /// # Errors
    /// The first broken rule, with the path from this value to the place that broke it.
    fn validate(&self) -> Result<(), ValidationError> {
        Ok(())
    }
}

/// A message enum: one variant is one application message, with the variant's name in the tag field.
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
    /// What text frames hold: [`Json`](crate::codec::Json), unless the enum says otherwise.
    type Text: TextCodec;

    /// The protocol as data: names, fields, types, rules and docs.
    const SCHEMA: MessageSchema;
}

/// What clients send. Implemented by `derive(WsProtocol)` under `#[ws(client, server = …)]`.
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
    /// What the server answers with. Both enums speak of the same text frames.
    type Server: ServerMessage<Text = Self::Text>;
}

/// What the server sends. Implemented by `derive(WsProtocol)` under `#[ws(server)]`.
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
