//! A room without mistakes: whatever can be written down here can be emitted.

use syn::{Attribute, Expr, Ident, LitStr, Path, ReturnType, Type, Visibility};

use super::arguments::{Format, Timeout};

/// A room.
pub(super) struct Room<'a> {
    /// The type of the impl block, and its last name.
    pub(super) ty: &'a Type,
    pub(super) name: Ident,
    /// The name of the Durable Object binding.
    pub(super) binding: String,
    pub(super) client: &'a Path,
    pub(super) session: &'a Type,
    pub(super) format: Option<&'a Format>,
    pub(super) max_message: Option<&'a Expr>,
    pub(super) handler_timeout: Option<&'a Timeout>,
    pub(super) new: Option<Hook>,
    pub(super) connect: Hook,
    pub(super) open: Option<Hook>,
    pub(super) binary: Option<Hook>,
    pub(super) protocol_error: Option<Hook>,
    pub(super) invalid: Option<Hook>,
    pub(super) error: Option<Hook>,
    pub(super) close: Option<Hook>,
    pub(super) migrate: Option<Hook>,
    pub(super) messages: Vec<MessageHandler>,
    pub(super) timers: Vec<Timer>,
    pub(super) routes: Vec<Route>,
}

/// A method to call.
#[derive(Clone)]
pub(super) struct Method {
    pub(super) name: Ident,
    pub(super) is_async: bool,
    /// `#[cfg]`s of the method, which hold for the call as well.
    pub(super) cfgs: Vec<Attribute>,
}

/// A handler whose arguments are known but for the room, which it may take first.
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
    pub(super) docs: Vec<Attribute>,
    pub(super) handler: Hook,
}

/// An HTTP route.
pub(super) struct Route {
    pub(super) handler: Hook,
    /// As `GET`.
    pub(super) verb: Ident,
    pub(super) path: LitStr,
    /// In bytes.
    pub(super) max_body: Option<Expr>,
    pub(super) arguments: Vec<RouteArgument>,
    pub(super) output: ReturnType,
    pub(super) docs: Vec<Attribute>,
}

/// An argument of a route: where it comes from, and its type.
pub(super) enum RouteArgument {
    /// `{name}` in the path.
    Parameter { name: Ident, ty: Box<Type> },
    /// The request. The name is there where the pattern has just one.
    Extracted { name: Option<Ident>, ty: Box<Type> },
}
