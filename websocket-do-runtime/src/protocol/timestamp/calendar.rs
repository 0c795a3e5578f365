//! Converts between milliseconds since 1970 and the text of a date in the Gregorian calendar.

use std::fmt;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The days in 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;
/// The days from 1 March of the year 0 to the beginning of 1970.
const EPOCH: i64 = 719_468;

/// Writes milliseconds since 1970 as `Date.prototype.toJSON` does.
pub(super) fn write(millis: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (year, month, day) = date(millis.div_euclid(DAY));
    let time = millis.rem_euclid(DAY);
    match year {
        0..=9999 => write!(f, "{year:04}")?,
        _ => write!(f, "{year:+07}")?,
    }
    let (hour, minute, second) = (time / HOUR, time / MINUTE % 60, time / SECOND % 60);
    write!(f, "-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", time % SECOND)
}

/// Parses a text and returns its milliseconds since 1970.
pub(super) fn read(text: &str) -> Option<i64> {
    let mut text = Text(text.as_bytes());
    let year = text.year()?;
    text.byte(b"-")?;
    let month = text.number(2)?;
    text.byte(b"-")?;
    let day = text.number(2)?;
    text.byte(b"T")?;
    let hour = text.number(2)?;
    text.byte(b":")?;
    let minute = text.number(2)?;
    text.byte(b":")?;
    let second = text.number(2)?;
    let millis = text.fraction()?;
    let offset = text.offset()?;
    let fits = hour < 24 && minute < 60 && second < 60 && text.0.is_empty();
    let days = days(year, month, day).filter(|days| date(*days) == (year, month, day))?;
    fits.then(|| days * DAY + hour * HOUR + minute * MINUTE + second * SECOND + millis - offset)
}

/// Returns the year, month and day of a day counted from 1970.
///
/// Internally, years begin in March, so that the leap day is the last day of a year.
fn date(day: i64) -> (i64, i64, i64) {
    let day = day + EPOCH;
    let (era, day) = (day.div_euclid(ERA), day.rem_euclid(ERA));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

/// Returns the day counted from 1970 of a date, which may be invalid: 31 April is 1 May.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    Some(era * ERA + year * 365 + year / 4 - year / 100 + (153 * month + 2) / 5 + day - 1 - EPOCH)
}

struct Text<'t>(&'t [u8]);

impl Text<'_> {
    /// Takes the next byte if it is one of these.
    fn byte(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        wanted.contains(first).then_some(*first)
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    }

    /// Takes four digits, or a sign and six. There is no year −0.
    fn year(&mut self) -> Option<i64> {
        match self.0.first()? {
            b'+' | b'-' => {
                let sign = if self.byte(b"+-")? == b'-' { -1 } else { 1 };
                let year = self.number(6)?;
                (year != 0 || sign == 1).then_some(sign * year)
            }
            _ => self.number(4),
        }
    }

    /// Takes the optional fraction of a second and returns its milliseconds.
    fn fraction(&mut self) -> Option<i64> {
        if self.0.first() != Some(&b'.') {
            return Some(0);
        }
        self.byte(b".")?;
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (fraction, rest) = self.0.split_at_checked(digits).filter(|_| digits > 0)?;
        self.0 = rest;
        let padded = fraction.iter().chain(b"000").take(3);
        Some(padded.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
    }

    /// Takes the offset and returns the milliseconds that local time is ahead of UTC.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.byte(b"Z+-")? {
            b'Z' => return Some(0),
            b'-' => -1,
            _ => 1,
        };
        let hour = self.number(2)?;
        self.byte(b":")?;
        let minute = self.number(2)?;
        (hour < 24 && minute < 60).then_some(sign * (hour * HOUR + minute * MINUTE))
    }
}
