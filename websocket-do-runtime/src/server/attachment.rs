//! The attachment of a socket: the session's id, format, state and data, as bytes. Independent of hosts.
//!
//! An attachment is one version byte, one byte of format and state, 16 bytes of id, then the data in MessagePack with field
//! names. It is bytes rather than a JavaScript object because an object would cross between JavaScript and wasm field by field.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{codec::Format, server::stored};

/// The maximum size of an attachment, in bytes. Its first 18 bytes are the version, the format and the id; the rest is the data.
///
/// [Cloudflare's limit](https://developers.cloudflare.com/durable-objects/best-practices/websockets/#websocketserializeattachment)
/// is 16,384 bytes, including V8's serialization of the byte array.
///
/// ```
/// # use uuid::Uuid;
/// # use websocket_do_runtime::{server::attachment::{self, MAX_ATTACHMENT}, codec::Format};
/// let bytes = attachment::encode(Uuid::new_v4(), Format::Json, &vec!["Ada".to_owned(); 100])?;
/// println!("{} of {MAX_ATTACHMENT} bytes are left", MAX_ATTACHMENT - bytes.len());
/// # Ok::<(), attachment::AttachmentError>(())
/// ```
pub const MAX_ATTACHMENT: usize = 16_370;

/// The bits of the format byte that hold the [`State`].
const STATE: u8 = 0xc0;

/// The state of a session. It is part of the attachment because memory can be lost at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Events are handled.
    Open,
    /// The room has closed the session: it receives no messages, and the room waits for the client's answer.
    Closing,
    /// The session has ended, although the platform may still list its socket.
    Ended,
}

/// An attachment without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) id: Uuid,
    pub(crate) format: Format,
    pub(crate) state: State,
}

/// The session that is attached to a socket.
///
/// ```
/// # use uuid::Uuid;
/// # use websocket_do_runtime::{server::attachment::{self, Attachment}, codec::Format};
/// # let bytes = attachment::encode(Uuid::new_v4(), Format::Json, &"Ada".to_owned())?;
/// let Attachment { id, format, data } = attachment::decode::<String>(&bytes)?;
/// println!("{data} has the session {id} in {format}");
/// # Ok::<(), attachment::AttachmentError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment<D> {
    /// The session's id.
    pub id: Uuid,
    /// The session's wire format.
    pub format: Format,
    /// The session's data.
    pub data: D,
}

/// The error of writing or reading an attachment.
///
/// ```
/// # use uuid::Uuid;
/// # use websocket_do_runtime::{server::attachment::{self, AttachmentError}, codec::Format};
/// let long = "Ada ".repeat(10_000);
/// let error = attachment::encode(Uuid::new_v4(), Format::Json, &long).unwrap_err();
/// assert!(matches!(error, AttachmentError::TooLarge { size: 40_021 }));
/// assert_eq!(attachment::decode::<String>(&[]), Err(AttachmentError::Truncated));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttachmentError {
    /// The attachment is larger than [`MAX_ATTACHMENT`] bytes.
    TooLarge {
        /// The size of the attachment in bytes.
        size: usize,
    },
    /// The data cannot be serialized, or not deserialized afterwards.
    Encode(String),
    /// The attachment is missing or incomplete.
    Truncated,
    /// The attachment has an unknown version.
    Version(u8),
    /// The attachment has an unknown format.
    Format(u8),
    /// The data is not of the requested type.
    Data(String),
}

/// Returns the attachment for a session, and checks that its data can be read again.
///
/// # Errors
/// Returns [`AttachmentError::TooLarge`] if the attachment is larger than [`MAX_ATTACHMENT`] bytes, and
/// [`AttachmentError::Encode`] if the data cannot be serialized, or not deserialized afterwards (`Some(None)`, a `u128` inside
/// an internally tagged enum, a field with `skip_serializing`).
///
/// ```
/// # use uuid::Uuid;
/// # use websocket_do_runtime::{server::attachment, codec::Format};
/// let bytes = attachment::encode(Uuid::new_v4(), Format::MessagePack, &"Ada".to_owned())?;
/// assert_eq!(bytes.len(), 18 + 4);
/// # Ok::<(), attachment::AttachmentError>(())
/// ```
pub fn encode<D: Serialize + DeserializeOwned>(id: Uuid, format: Format, data: &D) -> Result<Vec<u8>, AttachmentError> {
    encode_in(Header { id, format, state: State::Open }, data)
}

/// Returns the attachment for a session in any state, as [`encode`] does.
pub(crate) fn encode_in<D: Serialize + DeserializeOwned>(header: Header, data: &D) -> Result<Vec<u8>, AttachmentError> {
    with_data(header, |bytes| stored::write(data, bytes))
}

/// Returns an attachment without the check that its data can be read again, for the data of another version of the room.
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub(crate) fn encode_unchecked(header: Header, data: &impl Serialize) -> Result<Vec<u8>, AttachmentError> {
    with_data(header, |bytes| stored::write_unchecked(data, bytes))
}

fn with_data(
    header: Header,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), String>,
) -> Result<Vec<u8>, AttachmentError> {
    let mut bytes = Vec::with_capacity(128);
    bytes.extend(header.bytes(stored::VERSION));
    write(&mut bytes).map_err(AttachmentError::Encode)?;
    match bytes.len() {
        size if size > MAX_ATTACHMENT => Err(AttachmentError::TooLarge { size }),
        _ => Ok(bytes),
    }
}

/// Returns the attachment with its state replaced and its data unchanged. If `attachment` cannot be read, the result has the
/// header `fallback` and no data.
pub(crate) fn in_state(attachment: &[u8], fallback: Header, state: State) -> Vec<u8> {
    match split(attachment) {
        Ok((version, header, data)) => [&Header { state, ..header }.bytes(version)[..], data].concat(),
        Err(_) => Header { state, ..fallback }.bytes(stored::VERSION).to_vec(),
    }
}

/// Reads an attachment.
///
/// # Errors
/// Returns [`AttachmentError::Truncated`], [`AttachmentError::Version`] or [`AttachmentError::Format`] if the attachment is not
/// valid, and [`AttachmentError::Data`] if its data is not of type `D`.
///
/// ```
/// # use uuid::Uuid;
/// # use websocket_do_runtime::{server::attachment, codec::Format};
/// let bytes = attachment::encode(Uuid::nil(), Format::Json, &("Ada".to_owned(), 36))?;
/// let (name, age): (String, u8) = attachment::decode(&bytes)?.data;
/// assert_eq!((name.as_str(), age), ("Ada", 36));
/// # Ok::<(), attachment::AttachmentError>(())
/// ```
pub fn decode<D: DeserializeOwned>(bytes: &[u8]) -> Result<Attachment<D>, AttachmentError> {
    let (version, Header { id, format, .. }, data) = split(bytes)?;
    let data = stored::read(version, data).map_err(AttachmentError::Data)?;
    Ok(Attachment { id, format, data })
}

/// Reads the header of an attachment.
///
/// # Errors
/// Returns the errors of [`decode`], except [`AttachmentError::Data`].
pub(crate) fn header(bytes: &[u8]) -> Result<Header, AttachmentError> {
    split(bytes).map(|(_, header, _)| header)
}

fn split(bytes: &[u8]) -> Result<(u8, Header, &[u8]), AttachmentError> {
    let (&version, rest) = bytes.split_first().ok_or(AttachmentError::Truncated)?;
    if !matches!(version, stored::COMPACT | stored::VERSION) {
        return Err(AttachmentError::Version(version));
    }
    let (&byte, rest) = rest.split_first().ok_or(AttachmentError::Truncated)?;
    let format = match byte & !STATE {
        0 => Format::Json,
        1 => Format::MessagePack,
        _ => return Err(AttachmentError::Format(byte)),
    };
    let state = match byte & STATE {
        0 => State::Open,
        0x80 => State::Closing,
        // A session in an unknown state must not receive events.
        _ => State::Ended,
    };
    let (id, data) = rest.split_first_chunk().ok_or(AttachmentError::Truncated)?;
    Ok((version, Header { id: Uuid::from_bytes(*id), format, state }, data))
}

impl Header {
    fn bytes(self, version: u8) -> [u8; 18] {
        let format = match self.format {
            Format::Json => 0,
            Format::MessagePack => 1,
        };
        let state = match self.state {
            State::Open => 0,
            State::Closing => 0x80,
            State::Ended => STATE,
        };
        let mut bytes = [0; 18];
        let (start, id) = bytes.split_at_mut(2);
        start.copy_from_slice(&[version, format | state]);
        id.copy_from_slice(self.id.as_bytes());
        bytes
    }
}

impl fmt::Display for AttachmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { size } => {
                write!(f, "the session's data takes {size} bytes as an attachment; at most {MAX_ATTACHMENT} fit")
            }
            Self::Encode(reason) => write!(f, "the session's data cannot be written: {reason}"),
            Self::Truncated => f.write_str("the attachment is missing or cut short"),
            Self::Version(version) => write!(f, "the attachment is of the unknown version {version}"),
            Self::Format(format) => write!(f, "the attachment names the unknown format {format}"),
            Self::Data(reason) => write!(f, "the attachment holds data of another shape: {reason}"),
        }
    }
}

impl std::error::Error for AttachmentError {}

#[cfg(test)]
mod tests;
