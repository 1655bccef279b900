//! Strings: where they end, and whether their escapes are right.

use super::Reader;
use crate::text::{Text, code_unit};

impl<'m> Reader<'m> {
    /// A string: looked through for what ends or interrupts it, its escapes checked one by one.
    pub(super) fn string(&mut self) -> Text<'m> {
        self.step(1);
        let start = self.at;
        let mut escaped = false;
        loop {
            self.step(plain_len(self.rest()));
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape();
                }
                Some(_) => self.malformed("control character in a string"),
                None => {
                    self.malformed("unterminated string");
                    break;
                }
            }
        }
        let raw = self.since(start);
        self.step(1);
        if escaped { Text::escaped(raw) } else { Text::new(raw) }
    }

    fn escape(&mut self) {
        match self.rest().get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.step(2),
            Some(b'u') => match self.unit() {
                0xd800..=0xdbff
                    if self.rest().starts_with(b"\\u") && matches!(self.unit(), 0xdc00..=0xdfff) => {}
                0xd800..=0xdfff => self.malformed("lone surrogate"),
                _ => {}
            },
            _ => self.malformed("unknown escape"),
        }
    }

    /// The four hexadecimal digits after `\u`; 0 where they are none.
    fn unit(&mut self) -> u16 {
        let unit = self.rest().get(2..).and_then(code_unit);
        if unit.is_none() {
            self.malformed("expected four hexadecimal digits");
        }
        self.step(6);
        unit.unwrap_or_default()
    }
}

/// Where there are no vectors, nothing is faster than words.
#[cfg(target_os = "none")]
use plain_words as plain_len;

/// How many bytes stand for themselves: up to a quote, a backslash, a control character or the end. Most strings are
/// short; the few that are long hold audio, and are worth a search.
#[cfg(not(target_os = "none"))]
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    const SHORT: usize = 32;
    let Some((short, long)) = bytes.split_at_checked(SHORT) else { return plain_words(bytes) };
    let len = plain_words(short);
    if len < SHORT {
        return len;
    }
    let end = memchr::memchr2(b'"', b'\\', long).unwrap_or(long.len());
    let run = long.get(..end).unwrap_or_default();
    // Without a branch in the loop it is done many bytes at a time.
    let least = run.iter().fold(u8::MAX, |least, byte| least.min(*byte));
    let plain = if least >= b' ' { end } else { run.iter().position(|byte| *byte < b' ').unwrap_or(end) };
    SHORT.saturating_add(plain)
}

/// The same of a string that is most of what is left, as audio is: its end is looked for where little more can follow,
/// and what lies before is only proven, all at once. What has no place in base64 may have it searched once more.
#[cfg(all(feature = "wavix", not(target_os = "none")))]
pub(super) fn long_plain_len(bytes: &[u8]) -> usize {
    const MOST_AFTER: usize = 96;
    let guess = || {
        let start = bytes.len().checked_sub(MOST_AFTER)?;
        let end = memchr::memchr(b'"', bytes.get(start..)?)?.saturating_add(start);
        let (least, escapes) = bytes.get(..end)?.iter().fold((u8::MAX, 0), |(least, escapes), byte| {
            (least.min(*byte), escapes | if *byte == b'\\' { u8::MAX } else { 0 })
        });
        // All of base64 is above a quote; control characters are not.
        (least > b'"' && escapes == 0).then_some(end)
    };
    guess().unwrap_or_else(|| plain_len(bytes))
}

/// The same, a word at a time.
fn plain_words(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    let mut len: usize = 0;
    for word in words {
        let special = special_bytes(usize::from_le_bytes(*word));
        if special != 0 {
            return len.saturating_add(special.trailing_zeros() as usize / 8);
        }
        len = len.saturating_add(word.len());
    }
    let rest = rest.iter().take_while(|byte| !matches!(byte, ..b' ' | b'"' | b'\\')).count();
    len.saturating_add(rest)
}

/// The lowest bit that is set is the highest of the first byte that is a quote, a backslash or a control character.
/// Bytes after it may be marked in error, where a borrow ran into them.
fn special_bytes(word: usize) -> usize {
    const ONES: usize = usize::from_ne_bytes([1; size_of::<usize>()]);
    const HIGHEST: usize = usize::from_ne_bytes([0x80; size_of::<usize>()]);
    let below = |word: usize, limit: u8| word.wrapping_sub(ONES.wrapping_mul(usize::from(limit))) & !word;
    let is = |byte: u8| below(word ^ ONES.wrapping_mul(usize::from(byte)), 1);
    (below(word, b' ') | is(b'"') | is(b'\\')) & HIGHEST
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "exhaustive: too much for Miri")]
    fn what_ends_a_string_is_found_wherever_it_lies() {
        for byte in 0..=u8::MAX {
            let special = matches!(byte, ..b' ' | b'"' | b'\\');
            for (len, at) in (0..80).flat_map(|len| (0..len).map(move |at| (len, at))) {
                let mut bytes = vec![0xe9; len];
                bytes[at] = byte;
                for found in [plain_len(&bytes), plain_words(&bytes)] {
                    assert_eq!(found, if special { at } else { len }, "{byte:#x} at {at} of {len}");
                }
            }
        }
    }

    #[test]
    #[cfg(all(feature = "wavix", not(target_os = "none")))]
    #[cfg_attr(miri, ignore = "exhaustive: too much for Miri")]
    fn a_long_string_ends_where_any_string_would() {
        for byte in 0..=u8::MAX {
            for (len, at) in
                [40, 95, 96, 97, 130, 300].into_iter().flat_map(|len| (0..len).map(move |at| (len, at)))
            {
                for quotes in [&[][..], &[1], &[30, 2], &[99, 80]] {
                    let mut bytes = vec![b'A'; len];
                    bytes[at] = byte;
                    for quote in quotes.iter().filter(|quote| **quote <= len) {
                        bytes[len - quote] = b'"';
                    }
                    assert_eq!(
                        long_plain_len(&bytes),
                        plain_len(&bytes),
                        "{byte:#x} at {at} of {len}, {quotes:?}"
                    );
                }
            }
        }
    }
}
