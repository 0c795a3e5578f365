//! The timestamp extension of MessagePack (type −1): 4, 8 or 12 bytes.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, SeqAccess, Visitor},
};

use super::Timestamp;

/// The newtype name of a [`Timestamp`] that is written as text.
pub(crate) const NAME: &str = "websocket_do::Timestamp";

/// The extension's type.
const EXTENSION: i8 = -1;

/// A timestamp as an extension: a pair of the extension's type and its bytes. A buffered one is in milliseconds.
pub(crate) struct Extension(pub(crate) Timestamp);

impl Serialize for Extension {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let millis = self.0.as_millis();
        let nanos = millis.rem_euclid(1000).unsigned_abs() * 1_000_000;
        match u64::try_from(millis.div_euclid(1000)) {
            Ok(seconds) if nanos == 0 && u32::try_from(seconds).is_ok() => {
                #[expect(clippy::cast_possible_truncation, reason = "checked by the guard")]
                let seconds = seconds as u32;
                (EXTENSION, Bytes(&seconds.to_be_bytes())).serialize(serializer)
            }
            Ok(seconds) if seconds < 1 << 34 => {
                (EXTENSION, Bytes(&(nanos << 34 | seconds).to_be_bytes())).serialize(serializer)
            }
            _ => {
                let mut bytes = [0; 12];
                let (head, tail) = bytes.split_at_mut(4);
                #[expect(clippy::cast_possible_truncation, reason = "less than a second")]
                head.copy_from_slice(&(nanos as u32).to_be_bytes());
                tail.copy_from_slice(&millis.div_euclid(1000).to_be_bytes());
                (EXTENSION, Bytes(&bytes)).serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Extension {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExtensionVisitor)
    }
}

struct ExtensionVisitor;

impl<'de> Visitor<'de> for ExtensionVisitor {
    type Value = Extension;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time")
    }

    fn visit_i64<E: Error>(self, millis: i64) -> Result<Extension, E> {
        Timestamp::from_millis(millis).map(Extension).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Extension, A::Error> {
        if parts.next_element::<i8>()? != Some(EXTENSION) {
            return Err(A::Error::custom("not a time"));
        }
        let Some(Seconds { seconds, nanos }) = parts.next_element()? else {
            return Err(A::Error::custom("not a time"));
        };
        // Seconds that overflow milliseconds are out of range of a `Date` too.
        let millis = seconds.checked_mul(1000).and_then(|millis| millis.checked_add(i64::from(nanos / 1_000_000)));
        millis.map_or_else(|| Err(A::Error::custom("a time out of range")), |millis| self.visit_i64(millis))
    }
}

/// The content of the extension.
struct Seconds {
    seconds: i64,
    nanos: u32,
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(SecondsVisitor)
    }
}

struct SecondsVisitor;

impl Visitor<'_> for SecondsVisitor {
    type Value = Seconds;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("4, 8 or 12 bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Seconds, E> {
        let found = match bytes.len() {
            4 => bytes.try_into().ok().map(|seconds| (i64::from(u32::from_be_bytes(seconds)), 0)),
            8 => bytes.try_into().ok().map(|both| {
                let both = u64::from_be_bytes(both);
                #[expect(clippy::cast_possible_wrap, reason = "34 bits")]
                let parts = ((both & ((1 << 34) - 1)) as i64, (both >> 34) as u32);
                parts
            }),
            12 => bytes.split_first_chunk().and_then(|(nanos, seconds)| {
                Some((i64::from_be_bytes(seconds.try_into().ok()?), u32::from_be_bytes(*nanos)))
            }),
            _ => None,
        };
        match found {
            Some((seconds, nanos)) if nanos < 1_000_000_000 => Ok(Seconds { seconds, nanos }),
            _ => Err(E::custom("not a time")),
        }
    }
}

struct Bytes<'b>(&'b [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}
