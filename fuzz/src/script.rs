//! Scripts: a first line of letters that choose the scene, then one step per line.

use voxwire::{Close, Message};

/// The letters of the first line, and the lines after it.
pub(crate) fn read(data: &[u8]) -> ([u8; 3], impl Iterator<Item = &[u8]>) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let mut letters = [0; 3];
    for (letter, byte) in letters.iter_mut().zip(lines.next().unwrap_or_default()) {
        *letter = *byte;
    }
    (letters, lines)
}

/// A message: `t` and a text, `b` and bytes, `c` and a close; a line that begins otherwise is a text as it stands.
/// What is not UTF-8 can be no text, so it is binary.
pub(crate) fn message(line: &[u8]) -> Message<'_> {
    match line.split_first() {
        Some((b'b', bytes)) => Message::Binary(bytes),
        Some((b'c', close)) => Message::Close(self::close(close)),
        Some((b't', rest)) => text(rest),
        _ => text(line),
    }
}

/// A close: a code, a space and a reason, any of which may be missing.
pub(crate) fn close(line: &[u8]) -> Close<'_> {
    let (code, rest) = line.split_at(line.iter().take_while(|byte| byte.is_ascii_digit()).count());
    let reason = str::from_utf8(rest.strip_prefix(b" ").unwrap_or(rest)).unwrap_or_default();
    Close { code: str::from_utf8(code).ok().and_then(|code| code.parse().ok()), reason }
}

/// A decimal number, negative with `-`; what is none counts as zero.
pub(crate) fn number(line: &[u8]) -> i128 {
    str::from_utf8(line).ok().and_then(|digits| digits.trim().parse().ok()).unwrap_or(0)
}

fn text(line: &[u8]) -> Message<'_> {
    str::from_utf8(line).map_or(Message::Binary(line), Message::Text)
}
