//! What a message is: the traits that `derive(WsProtocol)` implements, and nothing about sockets or hosts.

pub mod buffered;
#[doc(hidden)]
pub mod bytes;
pub mod decode;
#[doc(hidden)]
pub mod encode;
mod explain;
#[doc(hidden)]
pub mod field;
#[doc(hidden)]
pub mod probe;
pub mod rejection;
mod replay;
#[doc(hidden)]
pub mod rules;
pub mod schema;
mod text;
mod timestamp;
mod values;

use serde::{Serialize, de::DeserializeOwned};

pub use rejection::{Rejection, RejectionCode};
pub use schema::{MessageSchema, Type};
pub use text::TextCodec;
pub(crate) use timestamp::{Extension, NAME as TIMESTAMP};
pub use timestamp::{Timestamp, TimestampError};

/// A value that may stand in a message: its rules and its description.
///
/// Implemented by `derive(WsProtocol)`, by numbers, strings and the usual containers. A field of any other
/// serde type may stand in a message too: it has no rules of its own and is described as opaque.
///
/// ```
/// # use websocket_do_runtime::protocol::{Rejection, RejectionCode, Type, Value};
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Percent(u8);
///
/// impl Value for Percent {
///     const TYPE: Type = u8::TYPE;
///
///     fn validate(&self) -> Result<(), Rejection> {
///         let too_much = || Rejection::new(RejectionCode::Rule, format!("must be at most 100, is {}", self.0));
///         if self.0 <= 100 { Ok(()) } else { Err(too_much()) }
///     }
/// }
///
/// assert_eq!(vec![Percent(7), Percent(101)].validate().unwrap_err().path(), "[1]");
/// assert!(None::<Percent>.is_absent());
/// ```
pub trait Value: Sized {
    /// What other clients are told of this type.
    const TYPE: Type;

    /// Whether the value is left out of its object, as `None` is.
    fn is_absent(&self) -> bool {
        false
    }

    /// Checks the rules of the value and of all it holds.
    ///
    /// # Errors
    /// The first broken rule, with the path from this value to the place that broke it.
    fn validate(&self) -> Result<(), Rejection> {
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
pub trait Message: Value + Serialize + DeserializeOwned + 'static {
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
/// # use websocket_do_runtime::{codec::{self, Format, Frame}, protocol::{Rejection, ServerMessage}};
/// fn in_both_formats<M: ServerMessage>(message: &M) -> Result<[Frame; 2], Rejection> {
///     Ok([codec::encode(message, Format::Json)?, codec::encode(message, Format::MessagePack)?])
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server message enum",
    label = "not derived with `#[ws(server)]`",
    note = "write `#[derive(WsProtocol)] #[ws(server)]` on the enum that the server sends"
)]
pub trait ServerMessage: Message {}
