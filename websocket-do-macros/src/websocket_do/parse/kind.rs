//! The kinds of handlers: one table, from which attributes, checks and messages come. A new handler is a row here, and its call in
//! `emit`.

/// A kind of handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Kind {
    New,
    Connect,
    Open,
    Message,
    Binary,
    ProtocolError,
    Invalid,
    Error,
    Close,
    Migrate,
    Timer,
    /// The attribute is the method in lower case.
    Route,
    Fallback,
}

/// The form of a kind's handlers.
pub(in super::super) struct Form {
    pub(in super::super) kind: Kind,
    pub(in super::super) attribute: &'static str,
    pub(in super::super) arguments: Arguments,
    /// An example, as messages show it.
    pub(in super::super) signature: &'static str,
}

/// The arguments of a handler after `&self`.
#[derive(Clone, Copy)]
pub(in super::super) enum Arguments {
    /// This number of arguments.
    Exactly(usize),
    /// The same, optionally with the room before them.
    AfterRoom(usize),
    /// The same in a method that cannot be `async`.
    Sync(usize),
    /// The same in a function without `&self`.
    Associated(usize),
    /// The session and the fields of the message.
    Message,
    /// Only the room, optionally.
    Timer,
    /// The room, optionally, and parts of the request.
    Route,
    /// The same, without parameters of a path.
    Fallback,
}

use Arguments::{AfterRoom, Associated, Exactly, Fallback, Message, Route, Sync, Timer};

#[rustfmt::skip]
const FORMS: [Form; 19] = [
    form(Kind::New, "new", Associated(0), "fn new(room: &Room<Self>) -> Self"),
    form(Kind::Connect, "connect", AfterRoom(1), "async fn connect(&self, upgrade: &Upgrade) -> Result<Data, HttpError>"),
    form(Kind::Open, "open", Exactly(1), "fn open(&self, session: &Session<Self>) -> Result<()>"),
    form(Kind::Message, "message", Message, "fn message(&self, session: &Session<Self>, …) -> Result<()>"),
    form(Kind::Binary, "binary", Exactly(2), "fn binary(&self, session: &Session<Self>, bytes: Vec<u8>) -> Result<()>"),
    form(Kind::ProtocolError, "protocol_error", Exactly(2), "fn protocol_error(&self, session: &Session<Self>, frame: &Frame) -> Result<()>"),
    form(Kind::Invalid, "invalid", Exactly(2), "fn invalid(&self, session: &Session<Self>, error: &ValidationError) -> Result<()>"),
    form(Kind::Error, "error", Exactly(2), "fn error(&self, session: &Session<Self>, error: &Error) -> Result<()>"),
    form(Kind::Close, "close", Exactly(2), "fn close(&self, session: &Session<Self>, closed: &Closed) -> Result<()>"),
    form(Kind::Migrate, "migrate", Sync(1), "fn migrate(&self, previous: &PreviousSession) -> Result<Data, Close>"),
    form(Kind::Timer, "timer", Timer, "async fn end_round(&self, room: &Room<Self>) -> Result<()>"),
    form(Kind::Route, "get", Route, "fn info(&self, room: &Room<Self>) -> Json<Info>"),
    form(Kind::Route, "head", Route, "fn info(&self, room: &Room<Self>) -> StatusCode"),
    form(Kind::Route, "post", Route, "fn post(&self, room: &Room<Self>, Json(body): Json<Body>) -> StatusCode"),
    form(Kind::Route, "put", Route, "fn put(&self, room: &Room<Self>, Json(body): Json<Body>) -> StatusCode"),
    form(Kind::Route, "patch", Route, "fn patch(&self, room: &Room<Self>, Json(body): Json<Body>) -> StatusCode"),
    form(Kind::Route, "delete", Route, "fn delete(&self, room: &Room<Self>) -> StatusCode"),
    form(Kind::Route, "options", Route, "fn options(&self, room: &Room<Self>) -> StatusCode"),
    form(Kind::Fallback, "fallback", Fallback, "async fn fallback(&self, room: &Room<Self>, request: Request) -> Response"),
];

const fn form(kind: Kind, attribute: &'static str, arguments: Arguments, signature: &'static str) -> Form {
    Form { kind, attribute, arguments, signature }
}

impl Form {
    /// Returns the form of handlers of this kind; of routes, the first.
    pub(in super::super) fn of_kind(kind: Kind) -> Option<&'static Self> {
        FORMS.iter().find(|form| form.kind == kind)
    }

    /// Returns the form of handlers with this attribute.
    pub(super) fn of(attribute: &str) -> Option<&'static Self> {
        FORMS.iter().find(|form| form.attribute == attribute)
    }

    /// Returns the form whose attribute differs from `name` by a typing error.
    pub(super) fn similar_to(name: &str) -> Option<&'static Self> {
        let distance = |form: &Self| strsim::damerau_levenshtein(name, form.attribute);
        let nearest = FORMS.iter().min_by_key(|form| distance(form))?;
        (distance(nearest) <= nearest.attribute.len() / 3).then_some(nearest)
    }
}
