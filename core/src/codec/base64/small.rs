//! Base64 for bare metal: the answers of the crate `base64` in a third of its code, and without its panics, which no
//! optimiser takes out.

use crate::copy::copy;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What each character stands for, or [`NONE`].
static VALUES: [u8; 256] = values();

/// The bit that no value has.
const NONE: u8 = 64;

/// As [`encode`](super::encode()).
pub fn encode(bytes: &[u8], out: &mut [u8]) -> bool {
    let Some(out) = out.get_mut(..super::encoded_len(bytes.len())) else { return false };
    let (threes, rest) = bytes.as_chunks();
    let (fours, _) = out.as_chunks_mut();
    let mut fours = fours.iter_mut();
    for (three, place) in threes.iter().zip(&mut fours) {
        *place = four(*three);
    }
    if let Some(place) = fours.next() {
        *place = match *rest {
            [a, b] => padded(four([a, b, 0]), 1),
            [a] => padded(four([a, 0, 0]), 2),
            _ => return false,
        };
    }
    true
}

/// As [`decode`](super::decode()).
pub fn decode(text: &[u8], out: &mut [u8]) -> Result<usize, usize> {
    let (_, odd) = text.as_chunks::<4>();
    // One character too many, a line end say, is told before all else.
    if let [odd] = odd
        && *odd != b'='
        && value(*odd) == NONE
    {
        return Err(text.len().saturating_sub(1));
    }
    // The last four may be fewer, and padded.
    let (fours, last): (&[[u8; 4]], &[u8]) = match text.as_chunks() {
        ([fours @ .., last], []) => (fours, last),
        (fours, last) => (fours, last),
    };
    let (threes, _) = out.as_chunks_mut();
    if threes.len() < fours.len() {
        return Err(text.len());
    }
    let mut at: usize = 0;
    for (four, place) in fours.iter().zip(threes) {
        *place = three(*four).ok_or_else(|| at.saturating_add(wrong(*four)))?;
        at = at.saturating_add(4);
    }
    let chars = match last {
        [chars @ .., b'=', b'='] if chars.len() == 2 => chars,
        [chars @ .., b'='] if chars.len() >= 2 => chars,
        chars => chars,
    };
    let mut filled = *b"AAAA";
    copy(chars, &mut filled);
    let bytes = three(filled).ok_or_else(|| at.saturating_add(wrong(filled)))?;
    let (bytes, beyond) = match (chars, &bytes) {
        ([], bytes) => bytes.split_at(0),
        ([_], _) => return Err(text.len()),
        ([_, _], bytes) => bytes.split_at(1),
        ([_, _, _], bytes) => bytes.split_at(2),
        (_, bytes) => bytes.split_at(3),
    };
    if beyond.iter().any(|bits| *bits != 0) {
        return Err(at.saturating_add(bytes.len()));
    }
    let len = fours.len().saturating_mul(3);
    let end = len.saturating_add(bytes.len());
    let Some(place) = out.get_mut(len..end) else { return Err(text.len()) };
    copy(bytes, place);
    Ok(end)
}

fn four([a, b, c]: [u8; 3]) -> [u8; 4] {
    [symbol(a >> 2), symbol(a << 4 | b >> 4), symbol(b << 2 | c >> 6), symbol(c)]
}

fn padded([a, b, c, _]: [u8; 4], times: usize) -> [u8; 4] {
    [a, b, if times > 1 { b'=' } else { c }, b'=']
}

/// `None` where a character is none.
fn three([a, b, c, d]: [u8; 4]) -> Option<[u8; 3]> {
    let (a, b, c, d) = (value(a), value(b), value(c), value(d));
    ((a | b | c | d) & NONE == 0).then_some([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d])
}

/// Which of the characters is none.
fn wrong(four: [u8; 4]) -> usize {
    four.iter().take_while(|c| value(**c) != NONE).count()
}

#[inline(always)]
fn symbol(bits: u8) -> u8 {
    ALPHABET.get(usize::from(bits & 63)).copied().unwrap_or_default()
}

#[inline(always)]
fn value(c: u8) -> u8 {
    VALUES.get(usize::from(c)).copied().unwrap_or(NONE)
}

#[expect(clippy::indexing_slicing, reason = "the compiler does it")]
const fn values() -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut rest: &[u8] = ALPHABET;
    let mut value = 0;
    while let [c, after @ ..] = rest {
        values[*c as usize] = value;
        value = value.saturating_add(1);
        rest = after;
    }
    values
}
