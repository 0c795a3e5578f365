//! The end of sessions. The `close` handler runs once per session; the host stores which sessions are closing or have ended.

use futures_util::future::join_all;

use crate::{
    Close, Closed, Handler, PreviousSession, Result, Room, Session, WebSocketDo,
    host::SocketId,
    server::{
        attachment::{self, AttachmentError, Header, State},
        event::Event,
        handler::Running,
        room::Absent,
        session::SessionState,
        timers,
    },
};

impl<R: WebSocketDo> Room<R> {
    /// Closes a socket. Its session receives no more messages, even if the room loses its memory.
    pub(crate) fn close_socket(&self, socket: SocketId, header: Header, attachment: &[u8], close: &Close) {
        let attachment = attachment::in_state(attachment, header, State::Closing);
        // Every step is tried, even if another one fails.
        let results = [
            self.host().set_attachment(socket, &attachment).map_err(Into::into),
            self.closing().close(self.host(), socket, header.id).map_err(Into::into),
            self.arm(timers::next(self.host()).unwrap_or_default()),
        ];
        for error in results.into_iter().filter_map(Result::err) {
            self.log_error(format_args!("session {}: cannot record that it is closing: {error}", header.id));
        }
        self.host().close(socket, close.code(), close.reason());
    }

    /// Ends the sessions that the room has closed and whose clients did not answer in time.
    pub(crate) async fn end_unanswered(&self) {
        let due = self.closing().due(self.host()).into_iter();
        join_all(due.map(|socket| self.dispatch_event(socket, Event::Unanswered))).await;
    }

    /// Ends a session: runs its `close` handler, then removes it. `closed` is [`None`] if the client did not answer the room's
    /// close in time.
    pub(super) async fn end(&self, session: &Session<R>, closed: Option<Closed>) {
        let (state, host) = (&session.state, self.host());
        state.advance(if closed.is_some() { State::Closing } else { State::Ended });
        self.closing().start_close_handler(host, state.socket);
        if closed.is_none() {
            self.record_end(state.socket, state.header(), &state.attachment());
        }
        // The session is also finished if the handler panics.
        let guard = FinishGuard { room: self, session, closed: closed.as_ref() };
        let reported = closed.clone().unwrap_or_else(Closed::lost);
        // An abort of the previous handler does not apply to this one.
        state.reset_abort();
        self.run_session_handler(session, Handler::attribute("close"), self.handlers().close(session, &reported)).await;
        drop(guard);
    }

    /// Ends a session whose data cannot be read and whose client did not answer in time. No handler can run for it.
    pub(super) fn end_unreadable(&self, socket: SocketId) {
        if let Some(attachment) = self.host().attachment(socket)
            && let Ok(header) = attachment::header(&attachment)
        {
            self.record_end(socket, header, &attachment);
        }
        self.finish(socket, None);
    }

    /// Records that a session has ended without a close event of the host.
    fn record_end(&self, socket: SocketId, header: Header, attachment: &[u8]) {
        let host = self.host();
        let results = [
            host.set_attachment(socket, &attachment::in_state(attachment, header, State::Ended)),
            self.closing().record_end(host, socket, header.id),
        ];
        for error in results.into_iter().filter_map(Result::err) {
            self.log_error(format_args!("session {}: cannot record that it has ended: {error}", header.id));
        }
    }

    /// Answers the peer's close frame, and removes the socket.
    pub(super) fn finish(&self, socket: SocketId, closed: Option<&Closed>) {
        if let Some(answer) = closed.and_then(Closed::answer) {
            self.host().close(socket, answer.code(), answer.reason());
        }
        self.remove(socket);
        self.closing().end(self.host(), socket);
    }

    /// Returns the session of a socket. If its attachment cannot be read, the `migrate` handler returns new data or closes it.
    pub(super) fn session_for(&self, socket: SocketId) -> Option<Session<R>> {
        match self.resume(socket) {
            Ok(session) => Some(session),
            Err(Absent::Unreadable(error)) => self.recover(socket, error),
            Err(Absent::NoSocket | Absent::Ended) => None,
        }
    }

    /// Runs the `migrate` handler for a session whose attachment cannot be read. [`None`] if the session is closed.
    fn recover(&self, socket: SocketId, error: AttachmentError) -> Option<Session<R>> {
        let previous = PreviousSession::new(self.host(), socket, error);
        let header = previous.header();
        // A session that is closing or has ended is not migrated.
        if header.state != State::Open {
            return None;
        }
        let mut running = Some(Running::new(self.log_name(), Some(header.id), Handler::attribute("migrate")));
        let migrated = Running::poll(&mut running, || self.handlers().migrate(self, &previous));
        let migrated = migrated.and_then(|data| {
            self.attach(socket, header, data).map_err(|error| {
                self.log_error(format_args!(
                    "session {}: session data lost: cannot attach its new data: {error}",
                    header.id
                ));
                Close::restart("session data lost")
            })
        });
        migrated.map_err(|close| self.close_socket(socket, header, previous.attachment(), &close)).ok()
    }

    /// Attaches data to an accepted socket, and returns its session.
    fn attach(&self, socket: SocketId, header: Header, data: R::Session) -> Result<Session<R>> {
        let attachment = attachment::encode_in(header, &data)?;
        self.host().set_attachment(socket, &attachment)?;
        Ok(self.cache(SessionState::new(socket, header, data, attachment)))
    }
}

/// A guard that finishes a session when it is dropped, after the `close` handler has returned or panicked.
struct FinishGuard<'s, R: WebSocketDo> {
    room: &'s Room<R>,
    session: &'s Session<R>,
    closed: Option<&'s Closed>,
}

impl<R: WebSocketDo> Drop for FinishGuard<'_, R> {
    fn drop(&mut self) {
        self.session.state.queue.borrow_mut().clear();
        self.room.finish(self.session.state.socket, self.closed);
    }
}
