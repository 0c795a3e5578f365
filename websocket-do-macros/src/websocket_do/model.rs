//! A room without errors: every value of these types can be emitted.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Expr, Ident, LitStr, Path, Type, Visibility};

use super::parse::kind::Kind;

/// A room.
pub(super) struct Room<'a> {
    /// The type of the impl block, and its last name.
    pub(super) ty: &'a Type,
    pub(super) name: Ident,
    /// The name of the exported class.
    pub(super) class: String,
    /// The name of the Durable Object binding.
    pub(super) binding: String,
    pub(super) client: &'a Path,
    pub(super) session: &'a Type,
    /// The types of the application's state that the room reads.
    pub(super) states: &'a [Type],
    /// The only format of the room, if it has one.
    pub(super) format: Option<Format>,
    pub(super) max_message: Option<&'a Expr>,
    /// Where it was written, and an expression of type `Duration`.
    pub(super) handler_timeout: Option<(Span, TokenStream)>,
    pub(super) max_concurrent: Option<&'a Expr>,
    pub(super) connect: Hook,
    /// At most one of each kind.
    pub(super) hooks: Vec<(Kind, Hook)>,
    pub(super) messages: Vec<MessageHandler>,
    pub(super) timers: Vec<Timer>,
    pub(super) routes: Vec<Route>,
    pub(super) fallback: Option<Fallback>,
}

/// The format of all sessions of a room.
#[derive(Clone, Copy)]
pub(super) enum Format {
    Json,
    MessagePack,
}

/// A method to call.
#[derive(Clone)]
pub(super) struct Method {
    pub(super) name: Ident,
    pub(super) is_async: bool,
    /// The method's `#[cfg]`s, which apply to the call as well.
    pub(super) cfgs: Vec<Attribute>,
    pub(super) docs: Vec<Attribute>,
}

/// A handler whose arguments are fixed, except that it may take the room first.
#[derive(Clone)]
pub(super) struct Hook {
    pub(super) method: Method,
    pub(super) takes_room: bool,
}

/// The handler of a message.
pub(super) struct MessageHandler {
    pub(super) method: Method,
    pub(super) variant: Ident,
    pub(super) fields: Fields,
    /// The location of the return type, or of the name of a method without one.
    pub(super) output: Span,
    /// Whether it runs beside the other handlers of its session.
    pub(super) is_concurrent: bool,
}

/// How the variant's fields become arguments.
pub(super) enum Fields {
    /// By name: each field, and the argument's own name.
    Named(Vec<(Ident, Ident)>),
    /// The inner value of a newtype variant.
    Inner(Ident),
}

/// The handler of a timer.
pub(super) struct Timer {
    /// The name under which it is stored.
    pub(super) name: LitStr,
    /// The constant that names it in Rust, as visible as the method.
    pub(super) constant: Ident,
    pub(super) vis: Visibility,
    pub(super) handler: Hook,
}

/// An HTTP route.
pub(super) struct Route {
    pub(super) handler: Hook,
    /// As `GET`.
    pub(super) verb: Ident,
    pub(super) path: LitStr,
    /// Whether only stubs reach it.
    pub(super) is_internal: bool,
    /// In bytes.
    pub(super) max_body: Option<Expr>,
    pub(super) arguments: Vec<RouteArgument>,
    pub(super) stub: StubMethod,
}

/// The handler of requests that no route handles.
pub(super) struct Fallback {
    pub(super) handler: Hook,
    /// In bytes.
    pub(super) max_body: Option<Expr>,
    pub(super) arguments: Vec<RouteArgument>,
}

/// An argument of a route.
pub(super) enum RouteArgument {
    /// From `{name}` in the path.
    Parameter { name: Ident, ty: Box<Type> },
    /// From the request. The name is that of the pattern, if it has exactly one.
    Extracted { name: Option<Ident>, ty: Box<Type> },
}

/// The stub's method for a route.
pub(super) struct StubMethod {
    pub(super) name: Ident,
    pub(super) arguments: Vec<StubArgument>,
    pub(super) output: StubOutput,
}

pub(super) struct StubArgument {
    /// Whether it goes into the path; else it is a part of the request.
    pub(super) is_parameter: bool,
    pub(super) name: Ident,
    pub(super) ty: Type,
    /// Whether it takes anything that converts to `String`.
    pub(super) is_text: bool,
}

/// The result of the stub's method.
pub(super) enum StubOutput {
    Unit,
    /// The value that this type, which the handler returns, makes of a response.
    Type(Box<Type>),
    /// The whole response, as the handler returns an `impl Trait`.
    Response,
}

impl Room<'_> {
    pub(super) fn hook(&self, kind: Kind) -> Option<&Hook> {
        self.hooks.iter().find(|(found, _)| *found == kind).map(|(_, hook)| hook)
    }
}

/// Whether a segment of a path is a parameter.
pub(super) fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}
