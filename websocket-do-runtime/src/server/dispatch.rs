//! Dispatch of a room's events from the host to the handlers, as the event table of the wire contract specifies.

mod call;
mod concurrent;
mod default;
mod ending;
mod fetch;
mod queue;
mod run;

use std::{fmt, future::Future, rc::Rc};

use crate::{
    Close, Error, Request, Result, Room, Session, WebSocketDo,
    codec::{self, Format, Frame},
    host::{Host, SocketId},
    server::{
        call::{send_invalid, take_current},
        event::Event,
        handler::{Handler, Running},
        session::SessionState,
    },
};

pub use crate::server::handler::{MessageNames, handling};
use call::with_call;
pub use default::{answer_handler_error, answer_protocol_error, answer_validation_error, close_previous};
pub use fetch::FetchResult;
pub(crate) use queue::Queue;
pub(crate) use run::Dropped;

/// The entry points of a room for a host outside this crate.
pub struct Dispatcher<R: WebSocketDo>(Room<R>);

impl<R: WebSocketDo> Dispatcher<R> {
    /// Creates a room with empty memory on a host.
    pub fn new(host: Rc<dyn Host>) -> Self {
        Self(Room::new(host))
    }

    /// Returns the room.
    pub fn room(&self) -> &Room<R> {
        &self.0
    }

    /// Handles an HTTP request: an upgrade, or a request to one of the room's routes.
    pub async fn fetch(&self, request: Request) -> FetchResult {
        self.0.fetch(request).await
    }

    /// Handles an event of a socket, then the events of the same session that arrive meanwhile, in order.
    pub async fn dispatch_event(&self, socket: SocketId, event: Event) {
        self.0.dispatch_event(socket, event).await;
    }

    /// Handles the host's alarm.
    pub async fn dispatch_alarm(&self) {
        self.0.dispatch_alarm().await;
    }
}

impl<R: WebSocketDo> fmt::Debug for Dispatcher<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dispatcher").field(&self.0).finish()
    }
}

impl<R: WebSocketDo> Room<R> {
    /// Handles an event of a socket, then the events of the same session that arrive meanwhile, in order.
    ///
    /// If another event of the session is being handled, the event is only queued.
    pub(crate) async fn dispatch_event(&self, socket: SocketId, event: Event) {
        match (self.session_for(socket), event) {
            (Some(session), event) if session.state.busy.get() => session.enqueue(event),
            (Some(session), event) => {
                session.state.busy.set(true);
                self.drain(&session, Some(event)).await;
            }
            (None, Event::Message(..)) => {}
            (None, Event::Closed(closed)) => self.finish(socket, Some(&closed)),
            (None, Event::Unanswered) => self.end_unreadable(socket),
        }
    }

    /// Handles `first`, then the queued events of a session until there are none. The session must be marked busy; it is not
    /// busy afterwards.
    pub(super) async fn drain(&self, session: &Session<R>, first: Option<Event>) {
        let queued = || session.state.queue.borrow_mut().pop();
        let mut next = first.or_else(queued);
        while let Some(event) = next {
            self.handle(session, event).await;
            next = queued();
        }
        session.state.busy.set(false);
    }

    async fn handle(&self, session: &Session<R>, event: Event) {
        match event {
            Event::Message(..) if session.state.is_closing() => {}
            Event::Message(frame, _permit) => {
                self.run_session_handler(session, Handler::MESSAGE, self.dispatch_message(session, frame)).await;
            }
            Event::Closed(closed) => self.end(session, Some(closed)).await,
            Event::Unanswered => self.end(session, None).await,
        }
    }

    /// Runs a handler of a session, and the `error` handler if it fails. A handler that exceeds its time limit is dropped, and
    /// its session is closed. `name` names the handler in the log.
    pub(super) async fn run_session_handler(
        &self,
        session: &Session<R>,
        name: Handler,
        handler: impl Future<Output = Result>,
    ) {
        let running = Running::new(self.log_name(), Some(session.state.id), name);
        self.run_to_end(session, running, Some(&session.state), handler).await;
    }

    /// As [`run_session_handler`](Self::run_session_handler), for a handler that is described by `running`, and that is aborted with
    /// `abortable`.
    pub(super) async fn run_to_end(
        &self,
        session: &Session<R>,
        running: Running,
        abortable: Option<&SessionState<R::Session>>,
        handler: impl Future<Output = Result>,
    ) {
        let name = running.handler();
        let mut running = Some(running);
        let outcome = self.run_handler_of(&mut running, abortable, handler).await;
        let name = running.as_ref().map_or(name, Running::handler);
        let dropped = match outcome {
            Ok(Ok(())) => return,
            Ok(Err(error)) => {
                running = running.map(Running::into_error);
                match self.run_handler_of(&mut running, abortable, self.on_error(session, name, &error)).await {
                    Ok(()) => return,
                    Err(dropped) => dropped,
                }
            }
            Err(dropped) => dropped,
        };
        // Answers a call before the session is closed.
        drop(running);
        session.log_error(format_args!("{name}: {dropped}"));
        session.close_with(&Close::handler_timeout());
    }

    async fn dispatch_message(&self, session: &Session<R>, frame: Frame) -> Result {
        if frame.len() > R::MAX_MESSAGE {
            session.close_with(&Close::too_large(R::MAX_MESSAGE));
            return Ok(());
        }
        let message = match (session.format(), frame) {
            (Format::Json, frame @ Frame::Text(_)) | (Format::MessagePack, frame @ Frame::Binary(_)) => {
                with_call(session, &frame, codec::decode(&frame))
            }
            (Format::MessagePack, frame @ Frame::Text(_)) => {
                Handler::attribute("protocol_error").set_current();
                return self.handlers().protocol_error(session, &frame).await;
            }
            (Format::Json, Frame::Binary(bytes)) => {
                Handler::attribute("binary").set_current();
                return self.handlers().binary(session, bytes).await;
            }
        };
        match message {
            Ok(message) if R::is_concurrent(&message) => self.start_concurrent(session, message),
            Ok(message) => self.run_message(session, message).await,
            Err(error) => {
                Handler::attribute("invalid").set_current();
                match take_current() {
                    // The caller waits for this frame, whatever the room sends to others.
                    Some(id) => Ok(send_invalid(session, &error, Some(&id))?),
                    None => self.handlers().invalid(session, &error).await,
                }
            }
        }
    }

    /// Runs the `error` handler, and logs its own error.
    async fn on_error(&self, session: &Session<R>, failed: Handler, error: &Error) {
        if let Err(second) = self.handlers().error(session, error).await {
            session
                .log_error(format_args!("`#[error]` failed: {second}; it was handling the error of {failed}: {error}"));
        }
    }
}
