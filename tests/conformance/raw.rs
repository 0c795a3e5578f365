//! Handwritten messages and frames in both formats, including those that no serializer writes.

use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use crate::peer::Format;

/// An object with its fields in this order, duplicates included.
pub(crate) fn object(format: Format, fields: &[(&str, Value)]) -> Message {
    match format {
        Format::Json => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
            Message::text(format!("{{{}}}", fields.join(",")))
        }
        Format::MessagePack => {
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, packed(value))).collect();
            Message::binary(map(&fields))
        }
    }
}

/// A MessagePack map of encoded values.
pub(crate) fn map(fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![0x80 | u8::try_from(fields.len()).expect("a small map")];
    for (name, value) in fields {
        bytes.extend(packed(&Value::from(*name)));
        bytes.extend(value);
    }
    bytes
}

/// A value in MessagePack.
pub(crate) fn packed(value: &Value) -> Vec<u8> {
    rmp_serde::to_vec_named(value).expect("MessagePack")
}

/// Decodes hexadecimal digits; spaces are ignored.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<_> = digits.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).expect("a byte")).collect()
}

/// A WebSocket frame with a payload of at most 125 bytes, masked with zeros: for [`Peer::send_bytes`](crate::peer::Peer).
pub(crate) fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let len = u8::try_from(payload.len()).expect("a short payload");
    [&[0x80 | opcode, 0x80 | len, 0, 0, 0, 0], payload].concat()
}
