//! What a host reports about a socket.

use std::any::Any;

use crate::{Closed, codec::Frame};

/// Held from receiving a frame until the frame is handled or dropped, so that a host can bound what it buffers. [`None`] if the
/// host does not.
pub type Permit = Option<Box<dyn Any + Send>>;

/// An event of a socket.
#[derive(Debug)]
pub enum Event {
    /// A message was received.
    Message(Frame, Permit),
    /// The peer closed, or the connection was lost or failed.
    Closed(Closed),
    /// The room closed the session, and the peer has not answered in time.
    Unanswered,
}
