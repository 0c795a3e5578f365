//! What is attached to a socket: the session's id, format and data, as bytes. Knows nothing of hosts.
//!
//! One version byte, one format byte, 16 bytes of id, then the data in MessagePack with field names. Bytes and not a
//! JavaScript object, because an object would cross between JavaScript and wasm field by field.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::codec::Format;

/// The most bytes an attachment may have:
/// [Cloudflare](https://developers.cloudflare.com/durable-objects/best-practices/websockets/#websocketserializeattachment)
/// allows 16,384 as V8 serialises them. The first 18 are the version, the format and the id; the rest is for the data.
///
/// ```
/// # use uuid::Uuid;
/// # use websocket_do_runtime::{attachment::{self, MAX_ATTACHMENT}, codec::Format};
/// let bytes = attachment::encode(Uuid::new_v4(), Format::Json, &vec!["Ada"; 100])?;
/// println!("{} of {MAX_ATTACHMENT} bytes are left", MAX_ATTACHMENT - bytes.len());
/// # Ok::<(), attachment::AttachmentError>(())
/// ```
pub const MAX_ATTACHMENT: usize = 16_370;

/// The layout that is written.
const VERSION: u8 = 1;

/// A session as attached to its socket.
///
/// ```
/// # use uuid::Uuid;
/// # use websocket_do_runtime::{attachment::{self, Attachment}, codec::Format};
/// # let bytes = attachment::encode(Uuid::new_v4(), Format::Json, &"Ada")?;
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
/// # use websocket_do_runtime::{attachment::{self, AttachmentError}, codec::Format};
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

/// Writes an attachment.
///
/// # Errors
/// [`AttachmentError::TooLarge`] beyond [`MAX_ATTACHMENT`] bytes, and [`AttachmentError::Encode`] where the data's own
/// `Serialize` fails.
///
/// ```
/// # use uuid::Uuid;
/// # use websocket_do_runtime::{attachment, codec::Format};
/// let bytes = attachment::encode(Uuid::new_v4(), Format::MessagePack, &"Ada")?;
/// assert_eq!(bytes.len(), 18 + 4);
/// # Ok::<(), attachment::AttachmentError>(())
/// ```
pub fn encode(id: Uuid, format: Format, data: &impl Serialize) -> Result<Vec<u8>, AttachmentError> {
    let format = match format {
        Format::Json => 0,
        Format::MessagePack => 1,
    };
    let mut bytes = Vec::with_capacity(128);
    bytes.extend([VERSION, format]);
    bytes.extend(id.as_bytes());
    data.serialize(&mut rmp_serde::Serializer::new(&mut bytes).with_struct_map())
        .map_err(|error| AttachmentError::Encode(error.to_string()))?;
    match bytes.len() {
        size if size > MAX_ATTACHMENT => Err(AttachmentError::TooLarge { size }),
        _ => Ok(bytes),
    }
}

/// Reads an attachment.
///
/// # Errors
/// All of [`AttachmentError`] that is not about writing.
///
/// ```
/// # use uuid::Uuid;
/// # use websocket_do_runtime::{attachment, codec::Format};
/// let bytes = attachment::encode(Uuid::nil(), Format::Json, &("Ada", 36))?;
/// let (name, age): (String, u8) = attachment::decode(&bytes)?.data;
/// assert_eq!((name.as_str(), age), ("Ada", 36));
/// # Ok::<(), attachment::AttachmentError>(())
/// ```
pub fn decode<D: DeserializeOwned>(bytes: &[u8]) -> Result<Attachment<D>, AttachmentError> {
    let (&version, rest) = bytes.split_first().ok_or(AttachmentError::Truncated)?;
    if version != VERSION {
        return Err(AttachmentError::Version(version));
    }
    let (&format, rest) = rest.split_first().ok_or(AttachmentError::Truncated)?;
    let format = match format {
        0 => Format::Json,
        1 => Format::MessagePack,
        other => return Err(AttachmentError::Format(other)),
    };
    let (id, data) = rest.split_first_chunk().ok_or(AttachmentError::Truncated)?;
    let data = rmp_serde::from_slice(data).map_err(|error| AttachmentError::Data(error.to_string()))?;
    Ok(Attachment { id: Uuid::from_bytes(*id), format, data })
}

impl fmt::Display for AttachmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { size } => {
                write!(f, "the session's data takes {size} bytes as an attachment; at most {MAX_ATTACHMENT} fit")
            }
            Self::Encode(reason) => write!(f, "the session's data cannot be written: {reason}"),
            Self::Truncated => f.write_str("the attachment is missing or cut short"),
            Self::Version(version) => write!(f, "the attachment is of version {version}, not {VERSION}"),
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
        bytes[0] = 2;
        assert_eq!(decode::<Member>(&bytes), Err(AttachmentError::Version(2)));
    }

    #[test]
    fn data_that_does_not_fit_is_refused_with_its_size() {
        let fits = encode(Uuid::nil(), Format::Json, &"x".repeat(MAX_ATTACHMENT - 21));
        assert_eq!(fits.unwrap().len(), MAX_ATTACHMENT);
        let large = encode(Uuid::nil(), Format::Json, &"x".repeat(MAX_ATTACHMENT - 20));
        assert_eq!(large, Err(AttachmentError::TooLarge { size: MAX_ATTACHMENT + 1 }));
    }
}
