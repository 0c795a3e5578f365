//! One connection, typed: messages out, messages in, and how it ended.

use std::{fmt, marker::PhantomData, time::Duration};

use serde::Deserialize;

use super::{
    ClientError, SendError,
    native::{Incoming, Transport},
};
use crate::{
    Close, CloseError, Closed,
    codec::{self, Format, Frame},
    protocol::ClientMessage,
};

/// How long the server may take to answer a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

const PONG: &str = "wsdo:pong";

/// A connection to a room that takes the messages `M`.
pub struct Connection<M> {
    transport: Transport,
    format: Format,
    closed: Option<Closed>,
    messages: PhantomData<fn() -> M>,
}

/// What a server sends that could not handle a frame: it has no tag.
#[derive(Deserialize)]
struct ErrorFrame {
    error: String,
    code: Option<String>,
    path: Option<String>,
}

impl<M: ClientMessage> Connection<M> {
    pub(super) fn new(transport: Transport, format: Format) -> Self {
        Self { transport, format, closed: None, messages: PhantomData }
    }

    /// The wire format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Sends a message.
    ///
    /// # Errors
    /// [`SendError::Rejected`] where the message breaks a rule, with the field's name: nothing leaves then.
    /// [`SendError::Closed`] where the connection is over.
    pub async fn send(&mut self, message: M) -> Result<(), SendError> {
        let frame = codec::encode(&message, self.format)?;
        if self.closed.is_none() && self.transport.send(frame).await { Ok(()) } else { Err(SendError::Closed) }
    }

    /// The next message, or nothing once the connection is over. Can be dropped at any time, as in `select!`, without
    /// losing a message.
    ///
    /// # Errors
    /// [`ClientError::Rejected`] for a frame that is not a valid message, [`ClientError::Server`] for what the server says
    /// of a frame it could not handle. The connection goes on after either.
    pub async fn next(&mut self) -> Option<Result<M::Server, ClientError>> {
        while self.closed.is_none() {
            match self.transport.next().await {
                Incoming::Frame(Frame::Text(text)) if text == PONG => {}
                Incoming::Frame(frame) => return Some(read::<M>(&frame)),
                Incoming::Closed(closed) => self.closed = Some(closed),
            }
        }
        None
    }

    /// Closes with 1000, as [`close_with`](Self::close_with).
    pub async fn close(&mut self) {
        self.finish(1000, "").await;
    }

    /// Closes the connection: what was sent before is delivered, and what comes before the server's answer is dropped. Waits
    /// for the answer, for five seconds at most.
    ///
    /// # Errors
    /// Where the code or the reason may not be sent.
    pub async fn close_with(&mut self, code: u16, reason: &str) -> Result<(), CloseError> {
        let close = Close::new(code, reason)?;
        self.finish(close.code(), close.reason()).await;
        Ok(())
    }

    /// How the connection ended, once it has.
    pub fn closed(&self) -> Option<&Closed> {
        self.closed.as_ref()
    }

    async fn finish(&mut self, code: u16, reason: &str) {
        if self.closed.is_some() {
            return;
        }
        self.transport.close(code, reason).await;
        let answer = tokio::time::timeout(CLOSE_TIMEOUT, async {
            loop {
                if let Incoming::Closed(closed) = self.transport.next().await {
                    return closed;
                }
            }
        });
        let closed = answer.await.unwrap_or_else(|_| Closed::lost());
        self.closed = Some(closed);
    }
}

/// A frame as the message it holds, in whichever format it came: a protocol error travels in a text frame.
fn read<M: ClientMessage>(frame: &Frame) -> Result<M::Server, ClientError> {
    codec::decode(frame).map_err(|rejection| {
        let error = match frame {
            Frame::Text(text) => codec::value_from_text::<ErrorFrame>(text),
            Frame::Binary(bytes) => codec::value_from_binary(bytes),
        };
        match error {
            Ok(ErrorFrame { error, code, path }) => ClientError::Server { error, code, path },
            Err(_) => ClientError::Rejected(rejection),
        }
    })
}

impl<M> fmt::Debug for Connection<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("format", &self.format).field("closed", &self.closed).finish_non_exhaustive()
    }
}
