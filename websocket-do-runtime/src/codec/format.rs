//! [`Format`], the wire format of a session with its names in queries and subprotocols, and [`Frame`].

use std::{fmt, str::FromStr};

/// The wire format of a session.
///
/// ```
/// # use websocket_do_runtime::codec::Format;
/// assert_eq!("buffer".parse(), Ok(Format::MessagePack));
/// assert_eq!(Format::from_subprotocol("websocket-do.json"), Some(Format::Json));
/// assert_eq!(Format::Json.subprotocol(), "websocket-do.json");
/// assert_eq!(Format::MessagePack.to_string(), "msgpack");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// JSON in text frames.
    #[default]
    Json,
    /// MessagePack in binary frames.
    MessagePack,
}

impl Format {
    /// Returns the WebSocket subprotocol ([RFC 6455, section 1.9](https://www.rfc-editor.org/rfc/rfc6455#section-1.9)) of the
    /// format: `websocket-do.json` or `websocket-do.msgpack`.
    pub const fn subprotocol(self) -> &'static str {
        match self {
            Self::Json => "websocket-do.json",
            Self::MessagePack => "websocket-do.msgpack",
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::MessagePack => "msgpack",
        }
    }

    /// Returns the format with exactly this subprotocol, if there is one.
    pub fn from_subprotocol(name: &str) -> Option<Self> {
        [Self::Json, Self::MessagePack].into_iter().find(|format| format.subprotocol() == name)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Parses the value of the query parameter `format`: `json`, or `buffer` or `msgpack` for MessagePack.
impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        match name {
            "json" => Ok(Self::Json),
            "buffer" | "msgpack" => Ok(Self::MessagePack),
            _ => Err(UnknownFormat),
        }
    }
}

/// An unknown name of a format.
///
/// ```
/// # use websocket_do_runtime::codec::{Format, UnknownFormat};
/// assert_eq!("xml".parse::<Format>(), Err(UnknownFormat));
/// assert_eq!(UnknownFormat.to_string(), "unknown format; use `json` or `msgpack`");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown format; use `json` or `msgpack`")
    }
}

impl std::error::Error for UnknownFormat {}

/// An encoded message: JSON in a text frame, MessagePack in a binary frame.
///
/// ```
/// # use websocket_do_runtime::codec::Frame;
/// fn bytes(frame: &Frame) -> &[u8] {
///     match frame {
///         Frame::Text(text) => text.as_bytes(),
///         Frame::Binary(bytes) => bytes,
///     }
/// }
///
/// assert_eq!(bytes(&Frame::Text("{}".to_owned())).len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
}

#[cfg(any(feature = "server", feature = "client"))]
impl Frame {
    /// Returns the number of bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Returns the format of this frame.
    pub(crate) fn format(&self) -> Format {
        match self {
            Self::Text(_) => Format::Json,
            Self::Binary(_) => Format::MessagePack,
        }
    }
}
