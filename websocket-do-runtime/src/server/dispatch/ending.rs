//! How sessions end: the `close` handler, which runs once, and what the framework has decided, which outlives the room's memory.

use futures_util::future::join_all;

use crate::{
    Close, Closed, PreviousSession, Result, Room, Session, WebSocketDo,
    host::SocketId,
    server::{
        attachment::{self, AttachmentError, Header, State},
        event::Event,
        room::Absent,
        session::SessionState,
        timers,
    },
};

impl<R: WebSocketDo> Room<R> {
    /// Closes a socket: from here on its session gets nothing more, whatever becomes of the room's memory.
    pub(crate) fn close_socket(&self, socket: SocketId, header: Header, attachment: &[u8], close: &Close) {
        let attachment = attachment::in_state(attachment, header, State::Closing);
        // Whatever cannot be kept, all the rest is.
        let kept = [
            self.host().set_attachment(socket, &attachment).map_err(Into::into),
            self.closing().close(self.host(), socket, header.id).map_err(Into::into),
            self.arm(timers::next(self.host()).unwrap_or_default()),
        ];
        for error in kept.into_iter().filter_map(Result::err) {
            self.log_error(format_args!("session {}: it cannot be kept that it was closed: {error}", header.id));
        }
        self.host().close(socket, close.code(), close.reason());
    }

    /// Ends the sessions that the room has closed and whose clients have not answered in time.
    pub(crate) async fn end_unanswered(&self) {
        let due = self.closing().due(self.host()).into_iter();
        join_all(due.map(|socket| self.dispatch_event(socket, Event::Unanswered))).await;
    }

    /// The session is over: runs its `close` handler, and forgets it. Without `how`, the client has not answered the room's
    /// close.
    pub(super) async fn end(&self, session: &Session<R>, how: Option<Closed>) {
        let (state, host) = (&session.state, self.host());
        state.advance(if how.is_some() { State::Closing } else { State::Ended });
        self.closing().leave(host, state.socket);
        if how.is_none() {
            self.begin_end(state.socket, state.header(), &state.attachment());
        }
        // Where the handler panics and memory is lost, the session is over all the same.
        let over = Over { room: self, session, how: how.as_ref() };
        let closed = how.clone().unwrap_or_else(Closed::lost);
        // What cut a handler before does not cut this one.
        state.uncut();
        self.run_session_handler(session, "the end", self.handlers().close(session, &closed)).await;
        drop(over);
    }

    /// Ends a session that the client has not answered and whose data cannot be read: no handler can run for it.
    pub(super) fn end_unread(&self, socket: SocketId) {
        if let Some(attachment) = self.host().attachment(socket)
            && let Ok(header) = attachment::header(&attachment)
        {
            self.begin_end(socket, header, &attachment);
        }
        self.finish(socket, None);
    }

    /// Records that the end of a session has begun for which no event of the host will come.
    fn begin_end(&self, socket: SocketId, header: Header, attachment: &[u8]) {
        let host = self.host();
        let kept = [
            host.set_attachment(socket, &attachment::in_state(attachment, header, State::Ended)),
            self.closing().begin_end(host, socket, header.id),
        ];
        for error in kept.into_iter().filter_map(Result::err) {
            self.log_error(format_args!("session {}: it cannot be kept that it has ended: {error}", header.id));
        }
    }

    /// Answers the peer's close frame; the socket is over.
    pub(super) fn finish(&self, socket: SocketId, closed: Option<&Closed>) {
        if let Some(answer) = closed.and_then(Closed::answer) {
            self.host().close(socket, answer.code(), answer.reason());
        }
        self.remove(socket);
        self.closing().end(self.host(), socket);
    }

    /// The session an event is for. Where its attachment cannot be read, `migrate` says what becomes of it.
    pub(super) fn session_for(&self, socket: SocketId) -> Option<Session<R>> {
        match self.resume(socket) {
            Ok(session) => Some(session),
            Err(Absent::Unreadable(error)) => self.recover(socket, error),
            Err(Absent::Gone | Absent::Ended) => None,
        }
    }

    fn recover(&self, socket: SocketId, error: AttachmentError) -> Option<Session<R>> {
        let failure = PreviousSession::new(self.host(), socket, error);
        let header = failure.header();
        // What the room has decided about the session stays, whether its data can be read or not.
        if header.state != State::Open {
            return None;
        }
        let migrated = self.handlers().migrate(self, &failure).and_then(|data| {
            self.attach(socket, header, data).map_err(|error| {
                self.log_error(format_args!("session {}: session data lost: its new data: {error}", header.id));
                Close::restart("session data lost")
            })
        });
        migrated.map_err(|close| self.close_socket(socket, header, failure.attachment(), &close)).ok()
    }

    /// Gives a socket that is already accepted its data.
    fn attach(&self, socket: SocketId, header: Header, data: R::Session) -> Result<Session<R>> {
        let attachment = attachment::encode_in(header, &data)?;
        self.host().set_attachment(socket, &attachment)?;
        Ok(self.cache(SessionState::new(socket, header, data, attachment)))
    }
}

/// Finishes a session when it is dropped, at the end of its `close` handler or by its panic.
struct Over<'s, R: WebSocketDo> {
    room: &'s Room<R>,
    session: &'s Session<R>,
    how: Option<&'s Closed>,
}

impl<R: WebSocketDo> Drop for Over<'_, R> {
    fn drop(&mut self) {
        self.session.state.queue.borrow_mut().clear();
        self.room.finish(self.session.state.socket, self.how);
    }
}
