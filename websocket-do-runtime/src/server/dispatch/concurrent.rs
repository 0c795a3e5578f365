//! Handlers that run beside the others of their session.

use crate::{
    Handler, Result, Room, Session, WebSocketDo,
    server::{
        call::{send_error, take_current},
        counted::Counted,
        handler::Running,
    },
};

impl<R: WebSocketDo> Room<R> {
    /// Starts the handler of a message beside the others of its session. It begins at once, so that handlers begin in the order of
    /// their messages.
    ///
    /// # Errors
    /// Returns an error if the answer to a message beyond the bound cannot be sent.
    pub(super) fn start_concurrent(&self, session: &Session<R>, message: R::Client) -> Result {
        let Some(counted) = Counted::begin(&session.state.concurrent, R::MAX_CONCURRENT) else {
            let text = format!("The session runs {} concurrent calls already", R::MAX_CONCURRENT);
            return Ok(send_error(session, &text, "busy", None, take_current().as_ref())?);
        };
        let (room, session) = (self.clone(), session.clone());
        let call = Running::with(|running| running.call.take()).flatten();
        let mut running = Running::new(self.log_name(), Some(session.state.id), Handler::MESSAGE);
        running.call = call;
        self.host().start(Box::pin(async move {
            let _counted = counted;
            // An end of the session does not abort it: it has its own time limit, and may be about to change the storage.
            room.run_to_end(&session, running, None, room.run_message(&session, message)).await;
        }));
        Ok(())
    }
}
