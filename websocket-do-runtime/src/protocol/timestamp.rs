//! [`Timestamp`], a point in time with the range and precision of JavaScript's `Date`: text in JSON, the timestamp extension in
//! MessagePack.

mod arithmetic;
mod calendar;
mod extension;

use std::{
    fmt,
    str::FromStr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

use super::{Type, Validate, Value};

pub(crate) use extension::{Extension, NAME};

/// A point in time, in milliseconds: a `Date` in TypeScript.
///
/// In JSON it is the text of `Date.prototype.toJSON`, as `2025-11-24T16:00:00.000Z`; in MessagePack the
/// [timestamp extension](https://github.com/msgpack/msgpack/blob/master/spec.md#timestamp-extension-type), which msgpackr
/// reads and writes as a `Date`. Its range is that of
/// [`Date`](https://tc39.es/ecma262/#sec-time-values-and-time-range): 100,000,000 days before and after 1970. Digits
/// beyond milliseconds are dropped, as by `Date`.
///
/// ```
/// # use std::time::Duration;
/// # use websocket_do_runtime::protocol::Timestamp;
/// let tea: Timestamp = "2025-11-24T17:00:00+01:00".parse()?;
/// assert_eq!(tea.as_millis(), 1_764_000_000_000);
/// assert_eq!(tea.to_string(), "2025-11-24T16:00:00.000Z");
/// assert_eq!(Timestamp::from_millis(1_764_000_000_000), Ok(tea));
///
/// let later = tea + Duration::from_secs(90);
/// assert_eq!(later.to_string(), "2025-11-24T16:01:30.000Z");
/// assert_eq!(later - tea, Duration::from_secs(90));
/// # Ok::<(), websocket_do_runtime::protocol::TimestampError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// A text or a time cannot be converted to a [`Timestamp`].
///
/// ```
/// # use websocket_do_runtime::protocol::{Timestamp, TimestampError};
/// assert_eq!("tea time".parse::<Timestamp>(), Err(TimestampError::Text));
/// assert_eq!("+275760-09-13T00:00:00.001Z".parse::<Timestamp>(), Err(TimestampError::Range));
/// assert_eq!(TimestampError::Range.to_string(), "a time out of range");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampError {
    /// The time is more than 100,000,000 days from 1970, or out of range for the other type.
    Range,
    /// The text is not in the format of [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339#section-5.6).
    Text,
}

impl Timestamp {
    /// The earliest: 20 April 271822 BC.
    pub const MIN: Self = Self(-8_640_000_000_000_000);
    /// The latest: 13 September 275760.
    pub const MAX: Self = Self(8_640_000_000_000_000);

    /// Creates a timestamp from the milliseconds since the beginning of 1970 (UTC), as `Date.now()` and
    /// [`Room::now`](crate::Room::now) count.
    ///
    /// # Errors
    /// Returns [`TimestampError::Range`] if the time is not between [`MIN`](Self::MIN) and [`MAX`](Self::MAX).
    ///
    /// ```
    /// # use websocket_do_runtime::protocol::{Timestamp, TimestampError};
    /// let last = Timestamp::MAX.as_millis();
    /// assert_eq!(Timestamp::from_millis(last), Ok(Timestamp::MAX));
    /// assert_eq!(Timestamp::from_millis(last + 1), Err(TimestampError::Range));
    /// assert!(Timestamp::MIN < Timestamp::default()); // the beginning of 1970
    /// ```
    pub fn from_millis(millis: i64) -> Result<Self, TimestampError> {
        let time = Self(millis);
        if (Self::MIN..=Self::MAX).contains(&time) { Ok(time) } else { Err(TimestampError::Range) }
    }

    /// Creates a timestamp from the clock of a host. A time after [`MAX`](Self::MAX) becomes `MAX`.
    #[cfg(feature = "server")]
    pub(crate) fn saturating_from_millis(millis: u64) -> Self {
        i64::try_from(millis).map_or(Self::MAX, |millis| Self(millis).min(Self::MAX))
    }

    /// Returns the milliseconds since the beginning of 1970 (UTC), negative before it.
    pub fn as_millis(self) -> i64 {
        self.0
    }
}

/// # Errors
/// Returns [`TimestampError::Range`] if the time is out of range.
impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).map_err(|_| TimestampError::Range);
        Self::from_millis(match time.duration_since(UNIX_EPOCH) {
            Ok(after) => millis(after)?,
            Err(before) => -millis(before.duration())?,
        })
    }
}

/// # Errors
/// Returns [`TimestampError::Range`] if `SystemTime` cannot represent the time: on wasm32, before 1970.
impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    fn try_from(time: Timestamp) -> Result<Self, TimestampError> {
        let distance = Duration::from_millis(time.0.unsigned_abs());
        let found = if time.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
        found.ok_or(TimestampError::Range)
    }
}

/// Formats the time as `Date.prototype.toJSON` does.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        calendar::write(self.0, f)
    }
}

/// Parses RFC 3339 with any number of fractional digits, and years with a sign and six digits as `toJSON` writes them.
impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        Self::from_millis(calendar::read(text).ok_or(TimestampError::Text)?)
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Range => "a time out of range",
            Self::Text => "not a time; write it as `2025-11-24T16:00:00.000Z`",
        })
    }
}

impl std::error::Error for TimestampError {}

impl Value for Timestamp {
    const TYPE: Type = Type::Timestamp;
}

impl Validate for Timestamp {}

/// Text in human-readable formats, which the MessagePack encoder converts to the extension; milliseconds in others.
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_newtype_struct(NAME, &format_args!("{self}"))
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(TimestampVisitor)
        } else {
            Self::from_millis(i64::deserialize(deserializer)?).map_err(D::Error::custom)
        }
    }
}

struct TimestampVisitor;

impl<'de> Visitor<'de> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Timestamp, D::Error> {
        Extension::deserialize(deserializer).map(|Extension(time)| time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    #[test]
    fn times_are_written_as_javascript_writes_them() {
        // From `new Date(millis).toJSON()`.
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_764_000_000_123, "2025-11-24T16:00:00.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "+010000-01-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z"),
            (8_640_000_000_000_000, "+275760-09-13T00:00:00.000Z"),
            (-8_640_000_000_000_000, "-271821-04-20T00:00:00.000Z"),
        ] {
            assert_eq!(at(millis).to_string(), text);
            assert_eq!(text.parse(), Ok(at(millis)), "{text}");
        }
    }

    #[test]
    fn every_day_of_sixteen_centuries_round_trips() {
        for day in -292_000..292_000 {
            let time = at(day * 86_400_000 + 43_200_001);
            assert_eq!(time.to_string().parse(), Ok(time));
        }
    }

    #[test]
    fn offsets_and_fractions_are_read() {
        for text in [
            "2025-11-24T16:00:00Z",
            "2025-11-24T16:00:00.0Z",
            "2025-11-24T16:00:00.0009999999Z",
            "2025-11-24T17:30:00+01:30",
            "2025-11-24T08:00:00-08:00",
            "2025-11-24T16:00:00-00:00",
        ] {
            assert_eq!(text.parse(), Ok(at(1_764_000_000_000)), "{text}");
        }
    }

    #[test]
    fn invalid_times_are_errors() {
        for text in [
            "",
            "now",
            "2025-11-24",
            "2025-11-24T16:00:00",
            "2025-11-24 16:00:00Z",
            "2025-13-01T00:00:00Z",
            "2025-00-01T00:00:00Z",
            "2025-02-29T00:00:00Z",
            "2025-04-31T00:00:00Z",
            "2025-11-24T24:00:00Z",
            "2025-11-24T16:60:00Z",
            "2025-11-24T16:00:60Z",
            "2025-11-24T16:00:00.Z",
            "2025-11-24T16:00:00+1:00",
            "2025-11-24T16:00:00+24:00",
            "2025-11-24T16:00:00Zx",
            "+2025-11-24T16:00:00Z",
            "-000000-11-24T16:00:00Z",
            "2025-1١-24T16:00:00Z",
            "😀25-11-24T16:00:00Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError::Text), "{text}");
        }
        assert_eq!("+275760-09-13T00:00:00.001Z".parse::<Timestamp>(), Err(TimestampError::Range));
    }

    #[test]
    fn system_times_convert_both_ways() {
        for millis in [0, 1, -1, 1_764_000_000_123, -62_167_219_200_000] {
            assert_eq!(SystemTime::try_from(at(millis)).unwrap().try_into(), Ok(at(millis)));
        }
        let far = UNIX_EPOCH + Duration::from_secs(1 << 44);
        assert_eq!(Timestamp::try_from(far), Err(TimestampError::Range));
    }

    #[test]
    fn an_attachment_stores_milliseconds() {
        let bytes = rmp_serde::to_vec(&at(-5)).unwrap();
        assert_eq!(bytes, [0xfb]);
        assert_eq!(rmp_serde::from_slice::<Timestamp>(&bytes).unwrap(), at(-5));
    }
}
