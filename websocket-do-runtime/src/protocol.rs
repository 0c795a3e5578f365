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

/// What clients send.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a client message enum",
    label = "not derived with `#[ws(client, server = …)]`",
    note = "write `#[derive(WsProtocol)] #[ws(client, server = ServerMessage)]` on the enum that clients send"
)]
pub trait ClientMessage: Message {
    /// What the server answers with. Both enums speak of the same text frames.
    type Server: ServerMessage<Text = Self::Text>;
}

/// What the server sends.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a server message enum",
    label = "not derived with `#[ws(server)]`",
    note = "write `#[derive(WsProtocol)] #[ws(server)]` on the enum that the server sends"
)]
pub trait ServerMessage: Message {}
