//! Writes JSON into a caller's buffer, counting on when it is full, so that the length needed is exact.

use super::base64;
use crate::copy::copy;
use crate::text::{Text, encode_utf8};

/// A bounded output. What does not fit is counted, not written.
#[derive(Debug)]
pub struct Writer<'b> {
    buf: &'b mut [u8],
    len: usize,
}

impl<'b> Writer<'b> {
    /// A writer to the start of `buf`.
    pub fn new(buf: &'b mut [u8]) -> Self {
        Self { buf, len: 0 }
    }

    /// Bytes written, or, where it did not fit, the bytes needed.
    pub fn finish(self) -> Result<usize, usize> {
        if self.len <= self.buf.len() { Ok(self.len) } else { Err(self.len) }
    }

    /// Room for `len` bytes that the caller fills, if there is room.
    #[inline]
    pub fn reserve(&mut self, len: usize) -> Option<&mut [u8]> {
        let start = self.len;
        self.len = start.saturating_add(len);
        self.buf.get_mut(start..)?.get_mut(..len)
    }

    /// Writes `text` as it is.
    // Inlined, so that a literal, whose length is known, takes a few moves.
    #[inline]
    pub fn raw(&mut self, text: &str) -> &mut Self {
        if let Some(room) = self.reserve(text.len()) {
            copy(text.as_bytes(), room);
        }
        self
    }

    /// Writes a JSON string, quotes included.
    pub fn string(&mut self, text: Text<'_>) -> &mut Self {
        self.raw("\"").escaped(&text).raw("\"")
    }

    /// Writes a part of a JSON string.
    #[inline]
    pub fn escaped(&mut self, text: &Text<'_>) -> &mut Self {
        match text.as_json() {
            Some(json) => self.raw(json),
            None => text.chars().fold(self, |writer, c| writer.char(c)),
        }
    }

    /// Writes a decimal number.
    pub fn number(&mut self, mut value: u64) -> &mut Self {
        let mut digits = [0_u8; 20];
        let mut start = digits.len();
        for place in digits.iter_mut().rev() {
            *place = b'0'.saturating_add(u8::try_from(value % 10).unwrap_or(0));
            value /= 10;
            start = start.saturating_sub(1);
            if value == 0 {
                break;
            }
        }
        self.raw(digits.get(start..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default())
    }

    /// Writes `bytes` as base64, without quotes.
    pub fn base64(&mut self, bytes: &[u8]) -> &mut Self {
        if let Some(room) = self.reserve(base64::encoded_len(bytes.len())) {
            base64::encode(bytes, room);
        }
        self
    }

    /// Writes a time as `2024-01-15T10:30:00Z`, without quotes.
    pub fn utc(&mut self, unix_seconds: u64) -> &mut Self {
        let (days, second) = (unix_seconds / 86_400, unix_seconds % 86_400);
        let (year, month, day) = civil(days);
        self.number(year).raw("-").two(month).raw("-").two(day);
        self.raw("T").two(second / 3_600).raw(":").two(second / 60 % 60).raw(":").two(second % 60).raw("Z")
    }

    fn two(&mut self, value: u64) -> &mut Self {
        if value < 10 { self.raw("0") } else { self }.number(value)
    }

    fn char(&mut self, c: char) -> &mut Self {
        const HEX: [&str; 16] =
            ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"];
        match c {
            '"' => self.raw("\\\""),
            '\\' => self.raw("\\\\"),
            '\n' => self.raw("\\n"),
            '\r' => self.raw("\\r"),
            '\t' => self.raw("\\t"),
            '\0'..' ' => {
                let code = usize::try_from(u32::from(c)).unwrap_or_default();
                let digit = |n: usize| HEX.get(n % 16).copied().unwrap_or_default();
                self.raw("\\u00").raw(digit(code / 16)).raw(digit(code))
            }
            _ => self.raw(encode_utf8(c, &mut [0; 4])),
        }
    }
}

/// Year, month and day of a day counted from 1970-01-01. Years are taken to begin in March, so that the leap day
/// comes last, and in eras of 400 years, which all have the same number of days.
fn civil(days: u64) -> (u64, u64, u64) {
    const ERA: u64 = 146_097;
    let days = days.saturating_add(719_468); // from 0000-03-01
    let day_of_era = days % ERA;
    let leap_days =
        (day_of_era / 1_460).saturating_sub(day_of_era / 36_524).saturating_add(day_of_era / (ERA - 1));
    let year_of_era = day_of_era.saturating_sub(leap_days) / 365;
    let year_days =
        year_of_era.saturating_mul(365).saturating_add(year_of_era / 4).saturating_sub(year_of_era / 100);
    let day_of_year = day_of_era.saturating_sub(year_days);
    let month_from_march = day_of_year.saturating_mul(5).saturating_add(2) / 153;
    let month_days = month_from_march.saturating_mul(153).saturating_add(2) / 5;
    let month = if month_from_march < 10 {
        month_from_march.saturating_add(3)
    } else {
        month_from_march.saturating_sub(9)
    };
    let year =
        (days / ERA).saturating_mul(400).saturating_add(year_of_era).saturating_add(u64::from(month <= 2));
    (year, month, day_of_year.saturating_sub(month_days).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn overflow_counts_on() {
        let mut buf = [0; 8];
        let mut writer = Writer::new(&mut buf);
        writer.string(Text::new("a\"b\u{1}")).number(1234567890).base64(&[0; 4]);
        assert_eq!(writer.finish(), Err(r#""a\"b\u0001"1234567890AAAAAA=="#.len()));
    }

    #[test]
    fn times_are_written_in_utc() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_705_314_600, "2024-01-15T10:30:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            let mut buf = [0; 20];
            let mut writer = Writer::new(&mut buf);
            writer.utc(seconds);
            assert_eq!(writer.finish(), Ok(20));
            assert_eq!(core::str::from_utf8(&buf).unwrap(), text);
        }
        Writer::new(&mut []).utc(u64::MAX);
    }

    #[test]
    fn numbers_are_written_whole() {
        for n in [0, 7, 10, 99, 100, u64::MAX] {
            let mut buf = [0; 20];
            let mut writer = Writer::new(&mut buf);
            writer.number(n);
            let len = writer.finish().unwrap();
            assert_eq!(core::str::from_utf8(&buf[..len]).unwrap(), n.to_string());
        }
    }
}
