//! Messages to frames and back, in JSON and MessagePack. Knows nothing of sockets.

use std::fmt;

/// The wire format of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// JSON in text frames.
    #[default]
    Json,
    /// MessagePack in binary frames.
    MessagePack,
}

/// One message as it travels: JSON in a text frame, MessagePack in a binary frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "json",
            Self::MessagePack => "msgpack",
        })
    }
}
