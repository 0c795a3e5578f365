//! The schema of a protocol as constant data, from which clients in other languages can be generated.

/// The schema of a message enum.
///
/// ```
/// # use websocket_do_runtime::protocol::schema::{Content, MessageSchema, VariantSchema};
/// /// The members of the union type in TypeScript.
/// fn members(schema: &MessageSchema) -> Vec<String> {
///     let member = |variant: &VariantSchema| format!("{{ {}: \"{}\" … }}", schema.tag, variant.name);
///     schema.variants.iter().map(member).collect()
/// }
/// # const LEAVE: VariantSchema = VariantSchema { name: "leave", ident: "Leave", docs: "", content: Content::Unit, call: None };
/// # let schema = MessageSchema { name: "ClientMessage", tag: "type", docs: "", call_id: None, variants: &[LEAVE] };
/// # assert_eq!(members(&schema), [r#"{ type: "leave" … }"#]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MessageSchema {
    /// The Rust name of the enum.
    pub name: &'static str,
    /// The field that holds the variant's name, by default `type`.
    pub tag: &'static str,
    /// The doc comment.
    pub docs: &'static str,
    /// The field that holds the id of a call, by default `id`, if the enum has calls.
    pub call_id: Option<&'static str>,
    /// One entry for each variant, in order.
    pub variants: &'static [VariantSchema],
}

/// The schema of a variant: one message.
///
/// ```
/// # use websocket_do_runtime::protocol::schema::{Content, VariantSchema};
/// // `/** Leaves the room. */ Leave` in a message enum:
/// let leave = VariantSchema { name: "leave", ident: "Leave", docs: "Leaves the room.", content: Content::Unit, call: None };
/// assert_eq!(leave.content, Content::Unit);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VariantSchema {
    /// The name in the tag, as `setName`.
    pub name: &'static str,
    /// The Rust name, as `SetName`.
    pub ident: &'static str,
    /// The doc comment.
    pub docs: &'static str,
    /// The fields beside the tag.
    pub content: Content,
    /// The types of its answer, if it is a call.
    pub call: Option<CallSchema>,
}

/// The schema of a call's answer.
///
/// ```
/// # use websocket_do_runtime::protocol::{Type, schema::CallSchema};
/// // `#[ws(reply = u8, idempotent)]` on a variant:
/// let call = CallSchema { reply: Type::Integer { bits: 8, signed: false }, error: None, idempotent: true };
/// assert!(call.error.is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CallSchema {
    /// The type of the reply's value.
    pub reply: Type,
    /// The type of the typed error, if the call has one.
    pub error: Option<Type>,
    /// Whether a client sends the call again if the connection is lost before its answer.
    pub idempotent: bool,
}

/// The fields of a message beside its tag.
///
/// ```
/// # use websocket_do_runtime::protocol::{Type, schema::{Content, FieldSchema}};
/// fn fields(content: Content) -> &'static [FieldSchema] {
///     match content {
///         Content::Fields(fields) => fields,
///         Content::Newtype(Type::Struct(schema)) => schema().fields,
///         Content::Newtype(_) | Content::Unit => &[],
///     }
/// }
/// # assert!(fields(Content::Unit).is_empty());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Content {
    /// No fields.
    Unit,
    /// These fields.
    Fields(&'static [FieldSchema]),
    /// The fields of this struct.
    Newtype(Type),
}

/// The schema of a struct in a message.
///
/// ```
/// # use websocket_do_runtime::protocol::schema::StructSchema;
/// fn required(schema: &StructSchema) -> Vec<&str> {
///     schema.fields.iter().filter(|field| !field.optional).map(|field| field.name).collect()
/// }
/// # assert!(required(&StructSchema { name: "Item", docs: "", fields: &[] }).is_empty());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StructSchema {
    /// The Rust name.
    pub name: &'static str,
    /// The doc comment.
    pub docs: &'static str,
    /// Its fields, in order.
    pub fields: &'static [FieldSchema],
}

/// The schema of a field of a message or struct.
///
/// ```
/// # use websocket_do_runtime::protocol::{Type, schema::{FieldSchema, Rule}};
/// // `#[ws(len = 1..=50)] user_name: String` in a message:
/// let field = FieldSchema {
///     name: "userName",
///     ident: "user_name",
///     docs: "",
///     ty: Type::String,
///     optional: false,
///     rules: &[Rule::Len { min: Some(1), max: Some(50) }],
/// };
/// assert!(!field.ty.is_optional());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldSchema {
    /// The name in the object, as `userId`.
    pub name: &'static str,
    /// The Rust name, as `user_id`.
    pub ident: &'static str,
    /// The doc comment.
    pub docs: &'static str,
    /// The type.
    pub ty: Type,
    /// Whether the field may be missing: an `Option`, or one with a default.
    pub optional: bool,
    /// The rules, in order.
    pub rules: &'static [Rule],
}

/// The type of a value, as far as a peer in another language needs it.
///
/// ```
/// # use websocket_do_runtime::protocol::{Type, Value};
/// fn typescript(ty: &Type) -> String {
///     match ty {
///         Type::Bool => "boolean".to_owned(),
///         Type::Integer { .. } | Type::Float => "number".to_owned(),
///         Type::String | Type::IntegerString { .. } => "string".to_owned(),
///         Type::Optional(some) => typescript(some),
///         Type::List(item) => format!("{}[]", typescript(item)),
///         _ => "unknown".to_owned(),
///     }
/// }
///
/// assert_eq!(typescript(&<Option<Vec<u32>>>::TYPE), "number[]");
/// assert!(<Option<Vec<u32>>>::TYPE.is_optional());
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// An integer of this many bits.
    Integer {
        /// 8 to 128.
        bits: u8,
        /// Whether it may be negative.
        signed: bool,
    },
    /// An integer of this many bits, written as a string of decimal digits: a field with `#[ws(as_string)]`.
    IntegerString {
        /// 8 to 128.
        bits: u8,
        /// Whether it may be negative.
        signed: bool,
    },
    /// No value: the reply `()` of a call, which is omitted.
    Unit,
    /// A number with a fraction.
    Float,
    /// Text.
    String,
    /// Bytes: `bin` in MessagePack, a list of numbers in JSON.
    Bytes,
    /// A point in time: the timestamp extension in MessagePack, ISO 8601 in JSON.
    Timestamp,
    /// `T` or left out.
    Optional(&'static Type),
    /// Any number of items.
    List(&'static Type),
    /// One item for each type, in this order.
    Tuple(&'static [Type]),
    /// Keys and values. Keys are strings in JSON, whatever their type in Rust.
    Map(&'static Type, &'static Type),
    /// A struct with `derive(WsProtocol)`. A function, so that a struct can contain itself.
    Struct(fn() -> &'static StructSchema),
    /// A message enum in a message.
    Message(fn() -> &'static MessageSchema),
    /// A serde type without a schema.
    Opaque,
}

impl Type {
    /// Whether the value may be missing.
    pub const fn is_optional(&self) -> bool {
        matches!(self, Self::Optional(_))
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool, Self::Bool)
            | (Self::Unit, Self::Unit)
            | (Self::Float, Self::Float)
            | (Self::String, Self::String)
            | (Self::Bytes, Self::Bytes)
            | (Self::Timestamp, Self::Timestamp)
            | (Self::Opaque, Self::Opaque) => true,
            (Self::Integer { bits: a, signed: b }, Self::Integer { bits: c, signed: d })
            | (Self::IntegerString { bits: a, signed: b }, Self::IntegerString { bits: c, signed: d }) => {
                a == c && b == d
            }
            (Self::Optional(a), Self::Optional(b)) | (Self::List(a), Self::List(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) => a == b,
            (Self::Map(a, b), Self::Map(c, d)) => a == c && b == d,
            (Self::Struct(a), Self::Struct(b)) => std::ptr::eq(a(), b()),
            (Self::Message(a), Self::Message(b)) => std::ptr::eq(a(), b()),
            _ => false,
        }
    }
}

/// A rule on a field, as written in `#[ws(…)]`.
///
/// ```
/// # use websocket_do_runtime::protocol::schema::Rule;
/// fn in_words(rule: &Rule) -> String {
///     match rule {
///         Rule::Len { max: Some(max), .. } => format!("at most {max} characters"),
///         Rule::Range { min: Some(min), .. } => format!("at least {min}"),
///         Rule::OneOf(names) => names.join(" or "),
///         other => format!("{other:?}"),
///     }
/// }
///
/// assert_eq!(in_words(&Rule::OneOf(&["red", "green"])), "red or green");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Characters (Unicode scalar values) of a string, items of a collection. Both bounds are allowed values.
    Len {
        /// The smallest.
        min: Option<usize>,
        /// The largest.
        max: Option<usize>,
    },
    /// Bytes of a string (UTF-8) or byte field. Both bounds are allowed values.
    Bytes {
        /// The smallest.
        min: Option<usize>,
        /// The largest.
        max: Option<usize>,
    },
    /// A number between bounds.
    Range {
        /// The smallest, included.
        min: Option<f64>,
        /// The largest.
        max: Option<f64>,
        /// Whether `max` itself is excluded, as in `0.0..1.0`.
        below_max: bool,
    },
    /// A regular expression that matches somewhere in the string; `^` and `$` anchor it.
    Pattern(&'static str),
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Rules for each item of a collection.
    Each(&'static [Rule]),
    /// A user's function, by its path.
    Custom(&'static str),
}
