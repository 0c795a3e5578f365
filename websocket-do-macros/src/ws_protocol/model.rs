//! A protocol without mistakes: whatever can be written down here can be emitted.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Expr, Ident, LitStr, Path, Type, Visibility};

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
    /// The codec of text frames, where it is not JSON.
    pub(super) text: Option<Path>,
    pub(super) side: Side,
    pub(super) variants: Vec<Variant>,
}

/// Who sends the messages.
pub(super) enum Side {
    /// Clients; the server answers with these.
    Client {
        server: Path,
    },
    Server,
}

pub(super) struct Variant {
    pub(super) ident: Ident,
    pub(super) name: LitStr,
    pub(super) docs: String,
    pub(super) cfgs: Vec<Attribute>,
    pub(super) content: Content,
}

pub(super) enum Content {
    Unit,
    Fields(Vec<Field>),
    Newtype(Box<Type>),
}

/// A struct that stands in messages.
pub(super) struct Record {
    pub(super) ident: Ident,
    pub(super) docs: String,
    pub(super) fields: Vec<Field>,
}

pub(super) struct Field {
    pub(super) ident: Ident,
    pub(super) name: LitStr,
    pub(super) aliases: Vec<LitStr>,
    pub(super) docs: String,
    pub(super) cfgs: Vec<Attribute>,
    pub(super) ty: Type,
    /// Whether it travels as bytes.
    pub(super) is_bytes: bool,
    pub(super) rules: Vec<Rule>,
    /// What stands for a missing field, where there is something.
    pub(super) default: Option<TokenStream>,
    pub(super) serialize_with: Option<Path>,
    pub(super) deserialize_with: Option<Path>,
    pub(super) skip_serializing_if: Option<Path>,
}

/// A rule, with the place where it was written.
pub(super) struct Rule {
    pub(super) span: Span,
    pub(super) kind: RuleKind,
}

/// How expensive a rule is to check.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cost {
    /// A comparison, or one pass over a text.
    Bounded,
    /// A comparison for each item.
    Items,
    /// A regular expression.
    Pattern,
    /// A function of the user's.
    Custom,
}

impl Cost {
    /// All, the cheapest first.
    pub(super) const ALL: [Self; 4] = [Self::Bounded, Self::Items, Self::Pattern, Self::Custom];
}

pub(super) enum RuleKind {
    Len(Bounds),
    Bytes(Bounds),
    Range(Bounds),
    Pattern(LitStr),
    OneOf(Vec<LitStr>),
    Each(Vec<Rule>),
    Custom(Path),
}

/// Both ends of a range, as expressions.
pub(super) struct Bounds {
    pub(super) min: Option<Expr>,
    pub(super) max: Option<Expr>,
    /// Whether `max` itself is outside.
    pub(super) below_max: bool,
}
