//! Points in time as the HTTP around a call writes them: ISO 8601 in UTC.

use core::fmt::{self, Write};
use core::time::Duration;

use crate::codec::writer::Writer;
use crate::text::Text;

/// A point on the wall clock, in seconds since 1970-01-01T00:00:00Z without leap seconds, and nanoseconds.
///
/// ```
/// use voxwire::Utc;
///
/// let utc = Utc::parse("2026-02-03T08:15:30.5550001Z").unwrap();
/// assert_eq!(utc, Utc::new(1_770_106_530, 555_000_100));
/// assert_eq!(utc.to_string(), "2026-02-03T08:15:30.5550001Z");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Utc {
    seconds: u64,
    nanos: u32,
}

impl Utc {
    /// The point `seconds` and `nanos` after the beginning of 1970. More than a second of `nanos` counts as a second
    /// less one nanosecond.
    pub const fn new(seconds: u64, nanos: u32) -> Self {
        Self { seconds, nanos: if nanos < NANOS { nanos } else { NANOS - 1 } }
    }

    /// Seconds since the beginning of 1970.
    pub const fn seconds(self) -> u64 {
        self.seconds
    }

    /// Nanoseconds of the second that has begun.
    pub const fn nanos(self) -> u32 {
        self.nanos
    }

    /// Reads `2026-02-03T08:15:30Z` with any number of fraction digits, of which nine count, and in place of `Z` an
    /// offset like `+02:00` or nothing, which is taken as UTC. A leap second counts as the second after it. `None` for
    /// anything else, and for what lies before 1970.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = Digits(text.as_bytes());
        let (year, month, day) =
            (rest.number(4)?, rest.after(b"-")?.number(2)?, rest.after(b"-")?.number(2)?);
        let (hour, minute) = (rest.after(b"Tt ")?.number(2)?, rest.after(b":")?.number(2)?);
        let second = rest.after(b":")?.number(2)?;
        if !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
            return None;
        }
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let nanos = if rest.after(b".,").is_some() { rest.fraction()? } else { 0 };
        let offset = rest.offset()?;
        let clock =
            hour.saturating_mul(3_600).saturating_add(minute.saturating_mul(60)).saturating_add(second);
        let seconds = days_from_1970(year, month, day)?.checked_mul(86_400)?.checked_add(clock)?;
        Some(Self::new(seconds.checked_add_signed(offset)?, nanos))
    }

    /// The point `time` later, or the last of all.
    #[must_use]
    pub const fn saturating_add(self, time: Duration) -> Self {
        let nanos = self.nanos.saturating_add(time.subsec_nanos());
        let (carry, nanos) = if nanos < NANOS { (0, nanos) } else { (1, nanos.saturating_sub(NANOS)) };
        match self.seconds.checked_add(time.as_secs()) {
            Some(seconds) => match seconds.checked_add(carry) {
                Some(seconds) => Self { seconds, nanos },
                None => Self::LAST,
            },
            None => Self::LAST,
        }
    }

    const LAST: Self = Self { seconds: u64::MAX, nanos: NANOS - 1 };
}

/// `2026-02-03T08:15:30Z`, with as many fraction digits as it takes.
impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The year of the last second takes twelve digits.
        let mut buf = [0; 28];
        let mut writer = Writer::new(&mut buf);
        writer.utc(self.seconds);
        let len = writer.finish().map_err(|_| fmt::Error)?;
        let text = buf.get(..len).and_then(|text| core::str::from_utf8(text).ok()).ok_or(fmt::Error)?;
        let whole = text.strip_suffix('Z').unwrap_or(text);
        f.write_str(whole)?;
        let mut rest = u64::from(self.nanos);
        if rest != 0 {
            f.write_char('.')?;
        }
        while rest != 0 {
            rest = rest.saturating_mul(10);
            let digit = u8::try_from(rest / SECOND).unwrap_or(0);
            f.write_char(char::from(b'0'.saturating_add(digit)))?;
            rest %= SECOND;
        }
        f.write_str("Z")
    }
}

/// A timestamp: the text as it was written, read when it is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Timestamp<'m>(Text<'m>);

impl<'m> Timestamp<'m> {
    /// The timestamp written `text`.
    pub const fn new(text: Text<'m>) -> Self {
        Self(text)
    }

    /// The timestamp as it was written.
    pub const fn text(&self) -> Text<'m> {
        self.0
    }

    /// The point in time, if it can be read: [`Utc::parse`] says how.
    pub fn utc(&self) -> Option<Utc> {
        match self.0.as_str() {
            Some(text) => Utc::parse(text),
            None => Utc::parse(self.0.copy_to(&mut [0; 64])?),
        }
    }
}

impl fmt::Display for Timestamp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Timestamp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl serde::Serialize for Timestamp<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

const NANOS: u32 = 1_000_000_000;
const SECOND: u64 = NANOS as u64;

/// What has not been read yet.
struct Digits<'t>(&'t [u8]);

impl Digits<'_> {
    /// A number of exactly so many digits.
    fn number(&mut self, digits: usize) -> Option<u64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.iter().try_fold(0_u64, |value, byte| {
            let digit = char::from(*byte).to_digit(10)?;
            Some(value.saturating_mul(10).saturating_add(u64::from(digit)))
        })
    }

    /// What follows one of these bytes.
    fn after(&mut self, bytes: &[u8]) -> Option<&mut Self> {
        let (first, rest) = self.0.split_first()?;
        if !bytes.contains(first) {
            return None;
        }
        self.0 = rest;
        Some(self)
    }

    /// At least one digit of a fraction, in nanoseconds.
    fn fraction(&mut self) -> Option<u32> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(count).filter(|_| count > 0)?;
        self.0 = rest;
        let nine = digits.iter().chain(core::iter::repeat(&b'0')).take(9);
        Some(nine.fold(0, |nanos: u32, digit| {
            nanos.saturating_mul(10).saturating_add(u32::from(digit.saturating_sub(b'0')))
        }))
    }

    /// Seconds from here to UTC, and then nothing more.
    fn offset(&mut self) -> Option<i64> {
        let offset = match self.0.first() {
            None | Some(b'Z' | b'z') => {
                self.after(b"Zz");
                0
            }
            Some(sign) => {
                let east = *sign == b'+';
                let (hours, minutes) = (self.after(b"+-")?.number(2)?, self.after(b":")?.number(2)?);
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let seconds = hours.saturating_mul(3_600).saturating_add(minutes.saturating_mul(60));
                let seconds = i64::try_from(seconds).ok()?;
                if east { seconds.checked_neg()? } else { seconds }
            }
        };
        self.0.is_empty().then_some(offset)
    }
}

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the beginning of 1970. A year has four digits, so the sum over its months and the leap years before it
/// stays small.
fn days_from_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    let before = year.checked_sub(1)?;
    let leaps = |years: u64| (years / 4).saturating_sub(years / 100).saturating_add(years / 400);
    let years = year.checked_sub(1970)?.saturating_mul(365);
    let leap_days = leaps(before).saturating_sub(leaps(1969));
    let months = (1..month).map(|month| days_in(year, month)).fold(0, u64::saturating_add);
    Some(years.saturating_add(leap_days).saturating_add(months).saturating_add(day.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::prelude::v1::*;

    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "exhaustive: too much for Miri")]
    fn every_day_of_four_centuries_reads_as_it_is_written() {
        for day in 0..146_097 {
            let utc = Utc::new(day * 86_400 + day % 86_400, 0);
            assert_eq!(Utc::parse(&utc.to_string()), Some(utc), "{utc}");
        }
    }

    #[test]
    fn fractions_of_any_length_and_offsets_are_read() {
        let at = Utc::new(1_770_106_530, 0);
        for text in ["2026-02-03T08:15:30Z", "2026-02-03T08:15:30", "2026-02-03 10:15:30.000+02:00"] {
            assert_eq!(Utc::parse(text), Some(at), "{text}");
        }
        assert_eq!(Utc::parse("2026-02-03T03:45:30-04:30"), Some(at));
        assert_eq!(Utc::parse("2026-02-03T08:15:29.9Z"), Some(Utc::new(1_770_106_529, 900_000_000)));
        assert_eq!(
            Utc::parse("2026-02-03T08:15:30.12345678999Z"),
            Some(Utc::new(1_770_106_530, 123_456_789))
        );
        assert_eq!(Utc::parse("2016-12-31T23:59:60Z"), Utc::parse("2017-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2026-02-03",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:61Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00Zx",
            "2026-01-01T00:00:00+2:00",
            "2026-01-01T00:00:00+24:00",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+00:01",
            "+026-01-01T00:00:00Z",
            "２026-01-01T00:00:00Z",
        ] {
            assert_eq!(Utc::parse(text), None, "{text}");
        }
    }

    #[test]
    fn written_with_the_digits_it_takes() {
        for (nanos, text) in [(0, "0Z"), (100_000_000, "0.1Z"), (1, "0.000000001Z"), (120_000, "0.00012Z")] {
            assert_eq!(Utc::new(0, nanos).to_string(), format!("1970-01-01T00:00:0{text}"));
        }
        assert!(Utc::new(u64::MAX, u32::MAX).to_string().ends_with("15.999999999Z"));
    }

    #[test]
    fn time_passes_across_seconds_up_to_the_last() {
        let (half, last) = (Duration::from_millis(500), Utc::new(u64::MAX, u32::MAX));
        assert_eq!(Utc::new(7, 499_999_999).saturating_add(half), Utc::new(7, 999_999_999));
        assert_eq!(Utc::new(7, 500_000_000).saturating_add(half), Utc::new(8, 0));
        assert_eq!(Utc::new(7, 0).saturating_add(Duration::MAX), last);
        assert_eq!(Utc::new(u64::MAX, 500_000_000).saturating_add(half), last);
        assert_eq!(last.saturating_add(Duration::ZERO), last);
    }

    #[test]
    fn a_timestamp_keeps_its_spelling() {
        let timestamp = Timestamp::new(Text::escaped(r"2026-02-03T08:15:30\u005a"));
        assert_eq!(timestamp.utc(), Some(Utc::new(1_770_106_530, 0)));
        assert_eq!(timestamp.text(), "2026-02-03T08:15:30Z");
        assert_eq!(Timestamp::new(Text::new("yesterday")).utc(), None);
    }
}
