//! Session data of an older shape, as the `migrate` handler sees it.

use uuid::Uuid;

use crate::{
    codec::Format,
    host::{Host, SocketId},
    server::attachment::{self, AttachmentError, Header, State},
};

/// The attachment of a session could not be read: it was written by an older version of the room.
///
/// ```
/// # use websocket_do_runtime::{Close, PreviousSession};
/// # struct Member { name: String, muted: bool }
/// // As a `migrate` hook: before members could be muted, a session was a name.
/// fn migrate(failure: &PreviousSession) -> Result<Member, Close> {
///     match failure.decode::<String>() {
///         Ok(name) => Ok(Member { name, muted: false }),
///         Err(_) => {
///             println!("{} ({}): {}", failure.session_id(), failure.format(), failure.error());
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
    /// Where the attachment does not have them, id and format come from the socket's tags.
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

    /// The session's id.
    pub fn session_id(&self) -> Uuid {
        self.header.id
    }

    /// The session's format.
    pub fn format(&self) -> Format {
        self.header.format
    }

    /// Why the data could not be read.
    pub fn error(&self) -> &AttachmentError {
        &self.error
    }

    /// Reads the data as the type `D`, which an older version of the room wrote.
    ///
    /// # Errors
    /// Returns an [`AttachmentError`] if the data is not of that type.
    pub fn decode<D: serde::de::DeserializeOwned>(&self) -> Result<D, AttachmentError> {
        Ok(attachment::decode(&self.attachment)?.data)
    }
}
