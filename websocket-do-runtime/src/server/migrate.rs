//! Session data that an older version of a room wrote, for the `migrate` handler.

use uuid::Uuid;

use crate::{
    codec::Format,
    host::{Host, SocketId},
    server::attachment::{self, AttachmentError, Header, State},
};

/// A session whose data cannot be read as the room's current session type: an older version of the room wrote it.
///
/// ```
/// # use websocket_do_runtime::{Close, PreviousSession};
/// # struct Member { name: String, muted: bool }
/// // As a `#[migrate]` handler: the data of an older version was a name.
/// fn migrate(previous: &PreviousSession) -> Result<Member, Close> {
///     match previous.decode::<String>() {
///         Ok(name) => Ok(Member { name, muted: false }),
///         Err(_) => {
///             println!("{} ({}): {}", previous.session_id(), previous.format(), previous.error());
///             Err(Close::restart("please connect again"))
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct PreviousSession {
    header: Header,
    attachment: Vec<u8>,
    error: AttachmentError,
}

impl PreviousSession {
    /// Reads the attachment of a socket. If its header cannot be read, the id and the format come from the socket's tags.
    pub(crate) fn new(host: &dyn Host, socket: SocketId, error: AttachmentError) -> Self {
        let attachment = host.attachment(socket).unwrap_or_default();
        let header = attachment::header(&attachment).unwrap_or_else(|_| {
            let tags = host.tags(socket);
            let id = tags.iter().find_map(|tag| tag.parse().ok()).unwrap_or_default();
            let format = tags.iter().find_map(|tag| tag.parse().ok()).unwrap_or_default();
            Header { id, format, state: State::Open }
        });
        Self { header, attachment, error }
    }

    pub(crate) fn header(&self) -> Header {
        self.header
    }

    pub(crate) fn attachment(&self) -> &[u8] {
        &self.attachment
    }

    /// Returns the session's id.
    pub fn session_id(&self) -> Uuid {
        self.header.id
    }

    /// Returns the session's format.
    pub fn format(&self) -> Format {
        self.header.format
    }

    /// Returns why the data could not be read.
    pub fn error(&self) -> &AttachmentError {
        &self.error
    }

    /// Reads the data as type `D`, the session type of an older version of the room.
    ///
    /// # Errors
    /// Returns an [`AttachmentError`] if the data is not of type `D`.
    pub fn decode<D: serde::de::DeserializeOwned>(&self) -> Result<D, AttachmentError> {
        Ok(attachment::decode(&self.attachment)?.data)
    }
}
