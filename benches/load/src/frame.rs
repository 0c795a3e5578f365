//! WebSocket frames: encoding for clients, and splitting for the frames they receive.

/// The format of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON in text frames.
    Json,
    /// MessagePack in binary frames.
    MessagePack,
}

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
/// Clients must mask their frames, with any mask.
const MASK: [u8; 4] = [0x5a, 0x13, 0xc4, 0x7e];

/// The text of a chat message: 68 characters.
pub(crate) const CHAT_TEXT: &str = "The quick brown fox jumps over the lazy dog, and then over many more";

impl Format {
    /// A chat message, as a frame.
    pub(crate) fn message(self) -> Vec<u8> {
        self.object(&[("type", "message"), ("text", CHAT_TEXT)])
    }

    /// A message of unknown type, which is answered to its sender alone.
    pub(crate) fn unknown(self) -> Vec<u8> {
        self.object(&[("type", "unknown"), ("text", CHAT_TEXT)])
    }

    /// A call for the last messages, which is answered to its sender alone.
    pub(crate) fn call(self) -> Vec<u8> {
        match self {
            Self::Json => masked(TEXT, br#"{"type":"history","limit":20,"id":7}"#),
            Self::MessagePack => masked(BINARY, b"\x83\xa4type\xa7history\xa5limit\x14\xa2id\x07"),
        }
    }

    fn object(self, fields: &[(&str, &str)]) -> Vec<u8> {
        match self {
            Self::Json => {
                let fields: Vec<_> = fields.iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
                masked(TEXT, format!("{{{}}}", fields.join(",")).as_bytes())
            }
            Self::MessagePack => {
                let mut bytes = vec![0x80 | short(fields.len())];
                for text in fields.iter().flat_map(|(name, value)| [name, value]) {
                    bytes.extend([0xd9, short(text.len())]);
                    bytes.extend(text.bytes());
                }
                masked(BINARY, &bytes)
            }
        }
    }
}

/// A close frame with code 1000.
pub(crate) fn close() -> Vec<u8> {
    masked(CLOSE, &1000_u16.to_be_bytes())
}

fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    if payload.len() < 126 {
        frame.push(0x80 | short(payload.len()));
    } else {
        frame.extend([0xfe, 0, short(payload.len())]);
    }
    frame.extend(MASK);
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// The length as a byte: no message here is longer than 255 bytes.
fn short(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

/// Splits received bytes into frames, without keeping their payloads.
#[derive(Default)]
pub(crate) struct Splitter {
    header: [u8; 10],
    /// How many bytes of the header have been received.
    seen: usize,
    /// How many bytes of the payload are still to be received.
    rest: u64,
}

impl Splitter {
    /// Counts the messages that end in `bytes`, and reports a close frame.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Seen {
        let mut result = Seen::default();
        let mut bytes = bytes;
        while !bytes.is_empty() {
            if self.rest == 0 {
                bytes = self.feed_header(bytes);
            }
            let Some(length) = self.length() else { return result };
            if self.rest == 0 {
                self.rest = length;
            }
            let taken = usize::try_from(self.rest).unwrap_or(usize::MAX).min(bytes.len());
            bytes = bytes.get(taken..).unwrap_or_default();
            self.rest -= taken as u64;
            if self.rest == 0 {
                match self.header[0] & 0x0f {
                    TEXT | BINARY => result.messages += 1,
                    CLOSE => result.closed = true,
                    _ => {}
                }
                self.seen = 0;
            }
        }
        result
    }

    fn feed_header<'bytes>(&mut self, bytes: &'bytes [u8]) -> &'bytes [u8] {
        let mut bytes = bytes;
        while self.length().is_none()
            && let [byte, others @ ..] = bytes
            && let Some(place) = self.header.get_mut(self.seen)
        {
            *place = *byte;
            self.seen += 1;
            bytes = others;
        }
        bytes
    }

    /// The length of the payload, once the header has been received.
    fn length(&self) -> Option<u64> {
        let [_, length, long @ ..] = self.header;
        let [high, low, ..] = long;
        match (length & 0x7f, self.seen) {
            (126, 4..) => Some(u16::from_be_bytes([high, low]).into()),
            (127, 10..) => Some(u64::from_be_bytes(long)),
            (length @ ..126, 2..) => Some(length.into()),
            _ => None,
        }
    }
}

/// What some received bytes contained.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) messages: usize,
    pub(crate) closed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_has_68_characters_in_both_formats() {
        assert_eq!(CHAT_TEXT.len(), 68);
        let unmasked = |frame: Vec<u8>| -> Vec<u8> {
            frame.iter().skip(6).zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect()
        };
        let json = unmasked(Format::Json.message());
        assert_eq!(json, format!(r#"{{"type":"message","text":"{CHAT_TEXT}"}}"#).as_bytes());
        let pack = unmasked(Format::MessagePack.message());
        assert_eq!(pack, [b"\x82\xd9\x04type\xd9\x07message\xd9\x04text\xd9\x44", CHAT_TEXT.as_bytes()].concat());
    }

    #[test]
    fn frames_are_counted_however_they_are_cut() {
        let mut stream = Vec::new();
        for length in [0_usize, 1, 125, 126, 300] {
            stream.push(0x81);
            if length < 126 {
                stream.push(short(length));
            } else {
                stream.push(126);
                stream.extend(u16::try_from(length).unwrap_or_default().to_be_bytes());
            }
            stream.extend(vec![7; length]);
        }
        stream.extend([0x88, 2, 3, 0xe8]);
        for size in 1..stream.len() {
            let mut splitter = Splitter::default();
            let seen: Vec<_> = stream.chunks(size).map(|bytes| splitter.feed(bytes)).collect();
            assert_eq!(seen.iter().map(|seen| seen.messages).sum::<usize>(), 5, "in pieces of {size}");
            assert!(seen.last().is_some_and(|seen| seen.closed), "in pieces of {size}");
        }
    }
}
