//! Strings: where they end, and whether their escapes are right.

use memchr::memchr2;

use super::Reader;
use crate::error::ReceiveError;
use crate::text::Text;

impl<'m> Reader<'m> {
    /// A string: looked through for what ends or interrupts it, its escapes checked one by one.
    pub(super) fn string(&mut self) -> Result<Text<'m>, ReceiveError> {
        self.step(1);
        let start = self.at;
        let mut escaped = false;
        loop {
            self.step(plain_len(self.rest()));
            match self.byte() {
                Some(b'"') => {
                    let raw = self.since(start);
                    self.step(1);
                    return Ok(if escaped { Text::escaped(raw) } else { Text::new(raw) });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => return self.malformed("control character in a string"),
                None => return self.malformed("unterminated string"),
            }
        }
    }

    fn escape(&mut self) -> Result<(), ReceiveError> {
        match self.rest().get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.step(2),
            Some(b'u') => match self.unit()? {
                0xd800..=0xdbff => match self.rest() {
                    [b'\\', b'u', ..] if matches!(self.unit()?, 0xdc00..=0xdfff) => {}
                    _ => return self.malformed("lone surrogate"),
                },
                0xdc00..=0xdfff => return self.malformed("lone surrogate"),
                _ => {}
            },
            _ => return self.malformed("unknown escape"),
        }
        Ok(())
    }

    /// The four hexadecimal digits after `\u`.
    fn unit(&mut self) -> Result<u16, ReceiveError> {
        let unit = self.rest().get(2..6).and_then(|hex| {
            hex.iter().try_fold(0_u16, |unit, byte| {
                let digit = char::from(*byte).to_digit(16)?;
                Some(unit << 4 | u16::try_from(digit).ok()?)
            })
        });
        let Some(unit) = unit else { return self.malformed("expected four hexadecimal digits") };
        self.step(6);
        Ok(unit)
    }
}

/// How many bytes stand for themselves: up to a quote, a backslash, a control character or the end. Most strings are
/// short and are looked through eight bytes at a time; the few that are long hold audio, and are worth a search.
fn plain_len(bytes: &[u8]) -> usize {
    const SHORT: usize = 32;
    let mut len: usize = 0;
    while len < SHORT
        && let Some(word) = bytes.get(len..).and_then(|rest| rest.first_chunk())
    {
        let special = special_bytes(u64::from_le_bytes(*word));
        if special != 0 {
            return len.saturating_add(special.trailing_zeros() as usize / 8);
        }
        len = len.saturating_add(word.len());
    }
    let rest = bytes.get(len..).unwrap_or_default();
    let end = memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
    let run = rest.get(..end).unwrap_or_default();
    // Without a branch in the loop it is done many bytes at a time.
    let clean = run.iter().fold(true, |clean, byte| clean & (*byte >= b' '));
    let plain = if clean { end } else { run.iter().position(|byte| *byte < b' ').unwrap_or(end) };
    len.saturating_add(plain)
}

/// The lowest bit that is set is the highest of the first byte that is a quote, a backslash or a control character.
/// Bytes after it may be marked in error, where a borrow ran into them.
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHEST: u64 = u64::from_ne_bytes([0x80; 8]);
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES.wrapping_mul(u64::from(limit))) & !word;
    let is = |byte: u8| below(word ^ ONES.wrapping_mul(u64::from(byte)), 1);
    (below(word, b' ') | is(b'"') | is(b'\\')) & HIGHEST
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::*;

    #[test]
    fn what_ends_a_string_is_found_wherever_it_lies() {
        for byte in 0..=u8::MAX {
            let special = matches!(byte, ..b' ' | b'"' | b'\\');
            for (len, at) in (0..80).flat_map(|len| (0..len).map(move |at| (len, at))) {
                let mut bytes = vec![0xe9; len];
                bytes[at] = byte;
                assert_eq!(plain_len(&bytes), if special { at } else { len }, "{byte:#x} at {at} of {len}");
            }
        }
    }
}
