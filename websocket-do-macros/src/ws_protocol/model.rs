//! A protocol without errors: every value of these types can be emitted.

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, LitStr, Path, Type, Visibility};

use super::rules::Rule;

pub(super) enum Protocol {
    Messages(Messages),
    Record(Record),
}

/// A message enum.
pub(super) struct Messages {
    pub(super) ident: Ident,
    pub(super) vis: Visibility,
    pub(super) docs: String,
    pub(super) tag: LitStr,
    /// The codec of text frames, if it is not JSON.
    pub(super) text: Option<Path>,
    pub(super) side: Side,
    pub(super) variants: Vec<Variant>,
    /// The field of a call's id, if any variant is a call.
    pub(super) call_id: Option<LitStr>,
}

/// The side that sends the messages.
pub(super) enum Side {
    /// Clients. The server sends `server`.
    Client {
        server: Path,
    },
    Server,
}

pub(super) struct Variant {
    pub(super) ident: Ident,
    /// The name on the wire.
    pub(super) name: LitStr,
    /// The name of the typed client's method.
    pub(super) method: Ident,
    pub(super) docs: String,
    pub(super) cfgs: Vec<Attribute>,
    pub(super) content: Content,
    pub(super) call: Option<Call>,
}

/// What makes a variant a call.
pub(super) struct Call {
    pub(super) reply: Type,
    /// The typed error.
    pub(super) error: Option<Type>,
    /// Whether the client sends it again after a lost connection.
    pub(super) idempotent: bool,
}

pub(super) enum Content {
    Unit,
    Fields(Vec<Field>),
    Newtype(Box<Type>),
}

/// A struct in messages.
pub(super) struct Record {
    pub(super) ident: Ident,
    pub(super) docs: String,
    pub(super) fields: Vec<Field>,
}

/// How the value of a field is encoded, apart from serde's `with`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// By its serde impls.
    Serde,
    Bytes,
    /// With its integers as strings.
    String,
}

pub(super) struct Field {
    pub(super) ident: Ident,
    pub(super) name: LitStr,
    pub(super) aliases: Vec<LitStr>,
    pub(super) docs: String,
    pub(super) cfgs: Vec<Attribute>,
    pub(super) ty: Type,
    /// Whether the client's method takes anything that converts to `String`.
    pub(super) is_text: bool,
    pub(super) encoding: Encoding,
    pub(super) rules: Vec<Rule>,
    /// The function that returns the value of a missing field.
    pub(super) default: Option<TokenStream>,
    pub(super) serialize_with: Option<Path>,
    pub(super) deserialize_with: Option<Path>,
    pub(super) skip_serializing_if: Option<Path>,
}
