//! The events of a room, from the host to the handlers: the event table of the wire contract, in code.

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
    server::event::Event,
};

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

    /// The room.
    pub fn room(&self) -> &Room<R> {
        &self.0
    }

    /// Answers an HTTP request: an upgrade or one of the room's routes.
    pub async fn fetch(&self, request: Request) -> FetchResult {
        self.0.fetch(request).await
    }

    /// Handles an event of a socket, and the events of the same session that arrive meanwhile, in order.
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
    /// Handles an event of a socket, and those of the same session that came meanwhile, in order.
    ///
    /// An event that comes while another of its session is being handled only takes its place in the queue.
    pub(crate) async fn dispatch_event(&self, socket: SocketId, event: Event) {
        match (self.session_for(socket), event) {
            (Some(session), event) if session.state.busy.get() => session.enqueue(event),
            (Some(session), event) => {
                session.state.busy.set(true);
                self.drain(&session, Some(event)).await;
            }
            (None, Event::Message(..)) => {}
            (None, Event::Closed(closed)) => self.finish(socket, Some(&closed)),
            (None, Event::Unanswered) => self.end_unread(socket),
        }
    }

    /// Handles an event of a session that is busy, and what comes meanwhile; then it is busy no more.
    pub(super) async fn drain(&self, session: &Session<R>, first: Option<Event>) {
        let waiting = || session.state.queue.borrow_mut().pop();
        let mut next = first.or_else(waiting);
        while let Some(event) = next {
            self.handle(session, event).await;
            next = waiting();
        }
        session.state.busy.set(false);
    }

    async fn handle(&self, session: &Session<R>, event: Event) {
        match event {
            Event::Message(..) if session.state.is_closing() => {}
            Event::Message(frame, _permit) => {
                self.run_session_handler(session, "a message", self.dispatch_message(session, frame)).await;
            }
            Event::Closed(closed) => self.end(session, Some(closed)).await,
            Event::Unanswered => self.end(session, None).await,
        }
    }

    /// Runs a handler of a session, and what it has to do where it fails. One that takes too long is dropped, and its session is
    /// closed.
    pub(super) async fn run_session_handler(
        &self,
        session: &Session<R>,
        what: &str,
        handler: impl Future<Output = Result>,
    ) {
        let dropped = match self.run_handler_of(Some(&session.state), handler).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => match self.run_handler_of(Some(&session.state), self.failed(session, &error)).await {
                Ok(()) => return,
                Err(dropped) => dropped,
            },
            Err(dropped) => dropped,
        };
        session.log_error(format_args!("{what}: {dropped}"));
        session.close_with(&Close::handler_timeout());
    }

    async fn dispatch_message(&self, session: &Session<R>, frame: Frame) -> Result {
        if frame.len() > R::MAX_MESSAGE {
            session.close_with(&Close::too_large(R::MAX_MESSAGE));
            return Ok(());
        }
        let decoded = match (session.format(), frame) {
            (Format::Json, Frame::Text(text)) => codec::decode_text(&text),
            (Format::MessagePack, Frame::Binary(bytes)) => codec::decode_binary(&bytes),
            (Format::MessagePack, frame @ Frame::Text(_)) => {
                return self.handlers().protocol_error(session, &frame).await;
            }
            (Format::Json, Frame::Binary(bytes)) => return self.handlers().binary(session, bytes).await,
        };
        match decoded {
            Ok(message) => self.handlers().message(session, message).await,
            Err(why) => self.handlers().invalid(session, &why).await,
        }
    }

    async fn failed(&self, session: &Session<R>, error: &Error) {
        if let Err(second) = self.handlers().error(session, error).await {
            session.log_error(format_args!("`error` failed with `{second}` on the error `{error}`"));
        }
    }
}
