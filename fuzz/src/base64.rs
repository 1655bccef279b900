//! Base64: both engines of the core and its audio against the crate `base64` and the obvious way.
//!
//! The input is bytes to encode, and text to decode: the lines of it, two by two, are also compared as audio. What can
//! stand inside a JSON string as it is, is read as one, escapes and all.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, DecodeSliceError};
use voxwire::_codec::base64::{decode, decoded_len, encode, encoded_len, small};
use voxwire::_codec::json::Reader;
use voxwire::{Audio, AudioError, Text};

use crate::oracle;

/// Encodes and decodes `data` in every way.
///
/// # Panics
/// Where they differ.
pub fn base64(data: &[u8]) {
    for (encode, decode) in [(encode as Encode, decode as Decode), (small::encode, small::decode)] {
        encodes(data, encode, decode);
        decodes(data, decode);
    }
    let Ok(text) = str::from_utf8(data) else { return };
    read_out(Text::new(text), text);
    let quoted = format!("\"{text}\"");
    let mut json = Reader::new(&quoted);
    let inside = json.value().text();
    if let (Some(inside), Ok(())) = (inside, json.finish()) {
        read_out(inside, &inside.to_string());
    }
    let mut lines = text.split('\n');
    while let (Some(one), Some(other)) = (lines.next(), lines.next()) {
        compare(one, other);
    }
}

type Encode = fn(&[u8], &mut [u8]) -> bool;
type Decode = fn(&[u8], &mut [u8]) -> Result<usize, usize>;

/// Padding is written, and may be there or not.
const CRATE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Characters that audio is proven by at a time.
const BLOCK: usize = 2_048;

fn encodes(bytes: &[u8], encode: Encode, decode: Decode) {
    let expected = CRATE.encode(bytes);
    assert_eq!(encoded_len(bytes.len()), expected.len());
    let mut text = vec![0xff; expected.len() + 2];
    assert!(encode(bytes, &mut text));
    assert_eq!(&text[..expected.len()], expected.as_bytes());
    assert_eq!(text[expected.len()..], [0xff; 2], "written beyond the end");
    if !expected.is_empty() {
        assert!(!encode(bytes, &mut text[1..expected.len()]), "encoded into too little room");
    }
    for spelling in [expected.as_str(), expected.trim_end_matches('=')] {
        assert_eq!(decoded_len(spelling.as_bytes()), bytes.len());
        let mut out = vec![0; bytes.len()];
        assert_eq!(decode(spelling.as_bytes(), &mut out), Ok(bytes.len()));
        assert_eq!(out, bytes);
        if let Some((_, short)) = out.split_last_mut() {
            assert!(decode(spelling.as_bytes(), short).is_err(), "decoded into too little room");
        }
    }
}

fn decodes(text: &[u8], decode: Decode) {
    let mut out = vec![0; decoded_len(text)];
    let decoded = decode(text, &mut out).map(|len| &out[..len]);
    assert_eq!(decoded.map(<[u8]>::to_vec), by_the_crate(text, decoded_len(text)), "{}", text.escape_ascii());
    let naive = str::from_utf8(text).ok().and_then(oracle::base64);
    assert_eq!(decoded.ok(), naive.as_deref(), "{}", text.escape_ascii());
}

/// What the crate makes of it with so much room, or where it is wrong: at its end, where its length is.
fn by_the_crate(text: &[u8], room: usize) -> Result<Vec<u8>, usize> {
    let mut out = vec![0; room];
    let len = CRATE.decode_slice(text, &mut out).map_err(|error| match error {
        DecodeSliceError::DecodeError(DecodeError::InvalidByte(at, _)) => at,
        DecodeSliceError::DecodeError(DecodeError::InvalidLastSymbol { offset, .. }) => offset,
        _ => text.len(),
    })?;
    out.truncate(len);
    Ok(out)
}

/// The same block by block, none but the last of which may be padded.
fn by_blocks(chars: &[u8]) -> Result<Vec<u8>, usize> {
    let mut bytes = Vec::new();
    for (number, block) in chars.chunks(BLOCK).enumerate() {
        let start = number * BLOCK;
        let decoded = by_the_crate(block, BLOCK / 4 * 3).map_err(|at| start + at)?;
        let is_last = start + block.len() == chars.len();
        if !is_last && decoded.len() * 4 != BLOCK * 3 {
            return Err(start + block.len());
        }
        bytes.extend(decoded);
    }
    Ok(bytes)
}

/// Reads audio in a text that means `meaning`, in every way.
fn read_out(text: Text<'_>, meaning: &str) {
    // What is not ASCII is wrong wherever it stands.
    let chars: Vec<u8> = meaning.chars().map(|c| u8::try_from(c).unwrap_or(0xff)).collect();
    let expected = by_blocks(&chars).map_err(|at| AudioError::Malformed { at });
    assert_eq!(expected.as_deref().ok(), oracle::base64(meaning).as_deref(), "{meaning:?}");

    let audio = Audio::base64(text);
    assert_eq!(audio.as_base64(), Some(text));
    assert_eq!(audio.validate(), expected.as_ref().map(drop).map_err(|error| *error), "{meaning:?}");
    let mut buf = vec![0xff; audio.len() + 2];
    assert_eq!(audio.copy_to(&mut buf), expected.as_deref().map_err(|error| *error), "{meaning:?}");
    assert_eq!(buf[audio.len()..], [0xff; 2], "written beyond the end");
    if let Some(less) = audio.len().checked_sub(1) {
        assert_eq!(
            audio.copy_to(&mut buf[..less]),
            Err(AudioError::BufferTooSmall { needed: audio.len() }),
            "read into too little room"
        );
    }
    match expected {
        Ok(bytes) => {
            assert_eq!(audio.len(), bytes.len());
            assert!(audio == Audio::raw(&bytes) && Audio::raw(&bytes) == audio);
            let mut other = bytes.clone();
            other.push(0);
            assert_ne!(audio, Audio::raw(&other));
            if let Some(first) = bytes.len().checked_sub(1) {
                other[first] ^= 1;
                assert_ne!(audio, Audio::raw(&other[..bytes.len()]));
                assert_ne!(audio, Audio::raw(&bytes[..first]));
            }
            let canonical = CRATE.encode(&bytes);
            assert_eq!(audio, Audio::base64(Text::new(&canonical)));
        }
        Err(_) => assert!(audio != Audio::raw(&[]) && audio != Audio::raw(&buf[..audio.len()])),
    }
}

/// Two texts are the same audio where they are the same text, or base64 of the same bytes.
fn compare(one: &str, other: &str) {
    let meanings = (oracle::base64(one), oracle::base64(other));
    let same = one == other || (meanings.0.is_some() && meanings.0 == meanings.1);
    let (one, other) = (Audio::base64(Text::new(one)), Audio::base64(Text::new(other)));
    assert_eq!(one == other, same, "{one:?} {other:?} {meanings:?}");
    assert_eq!(other == one, same);
}
