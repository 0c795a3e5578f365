//! The handler that is running on this thread, for the log. Independent of hosts.

use std::{
    cell::{Cell, RefCell},
    fmt,
    panic::Location,
    rc::Rc,
    thread,
};

use uuid::Uuid;

use crate::server::{
    call::PendingCall,
    http::{FALLBACK, Route},
    log,
};

/// The name of a handler, as the log writes it: `` `set_name` (SetName) `` for a message, `` `GET /info` (info) `` for a route,
/// `` the timer `end_round` ``, or an attribute such as `` `#[connect]` ``.
///
/// An `#[error]` handler learns from [`Handler::current`] which handler failed:
///
/// ```
/// # use websocket_do_runtime::{Error, Handler, Session, WebSocketDo};
/// fn error<R: WebSocketDo>(_session: &Session<R>, error: &Error) {
///     if let Some(handler) = Handler::current() {
///         let message = handler.message().unwrap_or("no message");
///         eprintln!("{handler} failed at {message}: {error}");
///     }
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Handler(Kind);

/// The names of a method and of its message type.
#[doc(hidden)]
pub type MessageNames = (&'static str, &'static str);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A message that is not decoded yet.
    Message,
    Names(&'static MessageNames),
    Attribute(&'static str),
    Timer(&'static str),
    Route(&'static Route),
    Task(&'static Location<'static>),
}

impl Handler {
    /// A message that is not decoded yet.
    pub(crate) const MESSAGE: Self = Self(Kind::Message);

    /// Returns the handler that is running, or [`None`] outside of handlers. While an `#[error]` handler runs, it is the handler that
    /// failed.
    pub fn current() -> Option<Self> {
        Running::with(|running| running.handler)
    }

    /// Returns the name of the method that handles a message or a route.
    pub fn method(&self) -> Option<&'static str> {
        match self.0 {
            Kind::Names((method, _)) => Some(method),
            Kind::Route(route) => Some(route.method_name()),
            _ => None,
        }
    }

    /// Returns the name of the message's variant, if this is the handler of a message.
    pub fn message(&self) -> Option<&'static str> {
        match self.0 {
            Kind::Names((_, variant)) => Some(variant),
            _ => None,
        }
    }

    /// The handler with this attribute, such as `connect`.
    pub(crate) const fn attribute(name: &'static str) -> Self {
        Self(Kind::Attribute(name))
    }

    pub(crate) const fn timer(name: &'static str) -> Self {
        Self(Kind::Timer(name))
    }

    pub(crate) const fn route(route: &'static Route) -> Self {
        Self(Kind::Route(route))
    }

    /// A background task, by the place that spawned it.
    pub(crate) const fn task(place: &'static Location<'static>) -> Self {
        Self(Kind::Task(place))
    }

    /// Names the message that the current handler handles, as soon as it is known.
    pub(crate) fn set_current(self) {
        Running::with(|running| running.handler = self);
        #[cfg(not(target_arch = "wasm32"))]
        shared::set(self);
    }
}

/// Names the handler of a message. Generated code calls it before each handler.
#[doc(hidden)]
pub fn handling(names: &'static MessageNames) {
    Handler(Kind::Names(names)).set_current();
}

impl fmt::Display for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Message => f.write_str("a message"),
            Kind::Names((method, variant)) => write!(f, "`{method}` ({variant})"),
            Kind::Attribute(name) => write!(f, "`#[{name}]`"),
            Kind::Timer(name) => write!(f, "the timer `{name}`"),
            Kind::Route(route) if route.id() == FALLBACK => f.write_str("`#[fallback]`"),
            Kind::Route(route) => {
                let (verb, path) = route.id();
                write!(f, "`{verb} {path}` ({})", route.method_name())
            }
            Kind::Task(place) => write!(f, "the background task of {place}"),
        }
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handler({self})")
    }
}

/// A room, as the log names it.
pub(crate) trait LogName {
    /// Returns the class and the name of the room.
    fn log_name(&self) -> String;
}

/// A handler with its room and its session.
pub(crate) struct Running {
    room: Rc<dyn LogName>,
    session: Option<Uuid>,
    handler: Handler,
    /// Whether the `error` handler runs, after `handler` has failed.
    has_failed: bool,
    /// The call that the handler answers.
    pub(super) call: Option<Rc<dyn PendingCall>>,
}

thread_local! {
    /// The handler that is being polled.
    static CURRENT: Cell<Option<Running>> = const { Cell::new(None) };
    /// The handler that has panicked, until the host logs it.
    static PANICKED: RefCell<Option<String>> = const { RefCell::new(None) };
}

impl Running {
    pub(crate) fn new(room: Rc<dyn LogName>, session: Option<Uuid>, handler: Handler) -> Self {
        Self { room, session, handler, has_failed: false, call: None }
    }

    /// The `error` handler, after this handler has failed.
    pub(crate) fn into_error(self) -> Self {
        Self { has_failed: true, ..self }
    }

    pub(crate) fn handler(&self) -> Handler {
        self.handler
    }

    /// Runs one poll of the handler. `slot` holds the handler between polls.
    pub(crate) fn poll<T>(slot: &mut Option<Self>, poll: impl FnOnce() -> T) -> T {
        #[cfg(not(target_arch = "wasm32"))]
        if let Some(running) = slot.as_ref() {
            shared::set(running.handler);
        }
        let before = CURRENT.replace(slot.take());
        let _leave = Leave { slot, before };
        poll()
    }

    /// Changes or reads the current handler. [`None`] outside of handlers.
    pub(super) fn with<T>(change: impl FnOnce(&mut Self) -> T) -> Option<T> {
        // The cell is not accessible while the thread ends.
        let mut running = CURRENT.try_with(Cell::take).ok()??;
        let changed = change(&mut running);
        CURRENT.set(Some(running));
        Some(changed)
    }
}

impl fmt::Display for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.room.log_name())?;
        if let Some(session) = self.session {
            write!(f, "session {session}: ")?;
        }
        if self.has_failed {
            f.write_str("`#[error]` after ")?;
        }
        fmt::Display::fmt(&self.handler, f)
    }
}

/// Restores the handler that was current before a poll when it is dropped, also by a panic.
struct Leave<'s> {
    slot: &'s mut Option<Running>,
    before: Option<Running>,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        *self.slot = CURRENT.replace(self.before.take());
        if thread::panicking() {
            PANICKED.with_borrow_mut(|panicked| {
                if panicked.is_none() {
                    *panicked = self.slot.as_ref().map(ToString::to_string);
                }
            });
        }
    }
}

/// Returns the current handler with its room and its session, for the log.
pub(crate) fn current() -> Option<String> {
    Running::with(|running| running.to_string())
}

/// Returns the line that names the handler that has panicked, once. Hosts call it after each panic that they catch.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn take_panicked() -> Option<String> {
    PANICKED.take().map(|handler| format!("{handler} panicked"))
}

/// Logs an error that becomes a response with status 500, with the handler that returned it.
pub(crate) fn log_http_error(error: &impl fmt::Display) {
    match current() {
        Some(handler) => log::error(&format!("{handler} failed: {error}")),
        None => log::error(&format!("an HTTP handler failed: {error}")),
    }
}

/// The current handler of a thread, for another thread that supervises it.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod shared {
    use std::{
        cell::RefCell,
        sync::{Arc, Mutex, PoisonError},
    };

    use super::Handler;

    /// The latest handler of a thread.
    pub(crate) type Latest = Arc<Mutex<Option<Handler>>>;

    thread_local! {
        static LATEST: RefCell<Option<Latest>> = const { RefCell::new(None) };
    }

    /// Records the handlers of this thread in `latest`.
    pub(crate) fn record_in(latest: Latest) {
        LATEST.replace(Some(latest));
    }

    pub(super) fn set(handler: Handler) {
        let _ = LATEST.try_with(|latest| {
            if let Some(latest) = &*latest.borrow() {
                *latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(handler);
            }
        });
    }
}
