//! What is attached to a socket: the session's id, format and data, as bytes. Knows nothing of hosts.
//!
//! One version byte, one byte of format and state, 16 bytes of id, then the data in MessagePack with field names. Bytes and not
//! a JavaScript object, because an object would cross between JavaScript and wasm field by field.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{codec::Format, server::stored};

/// The most bytes an attachment may have:
/// [Cloudflare](https://developers.cloudflare.com/durable-objects/best-practices/websockets/#websocketserializeattachment)
/// allows 16,384 as V8 serialises them. The first 18 are the version, the format and the id; the rest is for the data.
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

/// What the framework has decided about a session. It is attached, as memory can be lost at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Events are handled.
    Open,
    /// The room has closed the session: it gets no message any more, and its end is awaited.
    Closing,
    /// The session has ended, although the platform may still list its socket.
    Ended,
}

/// All of an attachment but its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) id: Uuid,
    pub(crate) format: Format,
    pub(crate) state: State,
}

/// A session as attached to its socket.
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

/// Why an attachment cannot be written or read.
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
    /// The attachment takes more than [`MAX_ATTACHMENT`] bytes.
    TooLarge {
        /// The bytes it takes.
        size: usize,
    },
    /// The data cannot be written at all.
    Encode(String),
    /// The socket has no attachment, or one that is cut short.
    Truncated,
    /// The attachment was written by another version of the runtime.
    Version(u8),
    /// The format is none of ours.
    Format(u8),
    /// The data is of another shape than the session's type.
    Data(String),
}

/// Writes an attachment, and makes sure that it can be read again.
///
/// # Errors
/// [`AttachmentError::TooLarge`] beyond [`MAX_ATTACHMENT`] bytes, and [`AttachmentError::Encode`] where the data's own
/// `Serialize` fails, or the data would not be read again as what it is: `Some(None)`, a `u128` inside an internally tagged
/// enum, a field that is only read.
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

/// The same, in any state.
pub(crate) fn encode_in<D: Serialize + DeserializeOwned>(header: Header, data: &D) -> Result<Vec<u8>, AttachmentError> {
    with_data(header, |bytes| stored::write(data, bytes))
}

/// The same for data that only another version of the room could read.
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

/// The attachment in another state, with the data as it was; without data where the attachment could not be read at all.
pub(crate) fn in_state(attachment: &[u8], fallback: Header, state: State) -> Vec<u8> {
    match split(attachment) {
        Ok((version, header, data)) => [&Header { state, ..header }.bytes(version)[..], data].concat(),
        Err(_) => Header { state, ..fallback }.bytes(stored::VERSION).to_vec(),
    }
}

/// Reads an attachment.
///
/// # Errors
/// All of [`AttachmentError`] that is not about writing.
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

/// Reads all but the data.
///
/// # Errors
/// As [`decode`], but for the data.
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
        // An unknown state is no permission to go on.
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
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Member {
        name: String,
        joined: u64,
    }

    fn attached() -> Vec<u8> {
        let member = Member { name: "Ada".into(), joined: 1_764_000_000_000 };
        encode(Uuid::from_u128(7), Format::MessagePack, &member).unwrap()
    }

    #[test]
    fn an_attachment_comes_back_as_it_was() {
        let read: Attachment<Member> = decode(&attached()).unwrap();
        assert_eq!((read.id, read.format), (Uuid::from_u128(7), Format::MessagePack));
        assert_eq!(read.data, Member { name: "Ada".into(), joined: 1_764_000_000_000 });
    }

    #[test]
    fn every_truncation_is_an_error_and_no_panic() {
        let bytes = attached();
        for length in 0..bytes.len() {
            assert!(decode::<Member>(&bytes[..length]).is_err(), "{length} bytes were read");
        }
    }

    #[test]
    fn another_version_format_or_shape_is_told_apart() {
        let mut bytes = attached();
        assert!(matches!(decode::<u8>(&bytes), Err(AttachmentError::Data(_))));
        bytes[1] = 9;
        assert_eq!(decode::<Member>(&bytes), Err(AttachmentError::Format(9)));
        bytes[0] = 3;
        assert_eq!(decode::<Member>(&bytes), Err(AttachmentError::Version(3)));
    }

    #[test]
    fn data_that_does_not_fit_is_refused_with_its_size() {
        let fits = encode(Uuid::nil(), Format::Json, &"x".repeat(MAX_ATTACHMENT - 21));
        assert_eq!(fits.unwrap().len(), MAX_ATTACHMENT);
        let large = encode(Uuid::nil(), Format::Json, &"x".repeat(MAX_ATTACHMENT - 20));
        assert_eq!(large, Err(AttachmentError::TooLarge { size: MAX_ATTACHMENT + 1 }));
    }

    #[test]
    fn a_state_is_attached_and_leaves_the_rest_as_it_was() {
        let bytes = attached();
        let header = header(&bytes).unwrap();
        assert_eq!(header, Header { id: Uuid::from_u128(7), format: Format::MessagePack, state: State::Open });
        for state in [State::Closing, State::Ended, State::Open] {
            let changed = in_state(&bytes, header, state);
            assert_eq!(super::header(&changed), Ok(Header { state, ..header }));
            assert_eq!(decode::<Member>(&changed), decode(&bytes));
            assert_eq!(changed.len(), bytes.len());
            // Where nothing can be read, the state is kept all the same.
            assert_eq!(super::header(&in_state(b"", header, state)), Ok(Header { state, ..header }));
        }
    }

    #[test]
    fn an_attachment_of_the_version_before_is_read() {
        let member = Member { name: "Ada".into(), joined: 7 };
        let old = [&[1, 1][..], Uuid::from_u128(7).as_bytes(), &rmp_serde::to_vec_named(&member).unwrap()].concat();
        assert_eq!(decode::<Member>(&old).unwrap().data, member);
        let closing = in_state(&old, header(&old).unwrap(), State::Closing);
        assert_eq!(decode::<Member>(&closing).unwrap().data, member);
    }
}
