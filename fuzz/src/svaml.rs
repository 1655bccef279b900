//! Replies and callouts: read, written, checked and built.
//!
//! The first line of the input says what follows it:
//!
//! | line | what follows |
//! |---|---|
//! | `i` `a` `p` | a script that builds a reply to an ICE, an ACE, a PIE: see [`build`](mod@build) |
//! | `I` `A` `P` | the same, which may use every word: [`Reply::lenient`](voxwire::svaml::Reply::lenient) |
//! | `c` | the body of a callout |
//! | otherwise | the body of a reply |

use serde_json::value::RawValue;
use voxwire::callback::CallbackEvent;
use voxwire::svaml::{
    BufferTooSmall, Callout, CalloutError, MAX_BODY, MAX_INSTRUCTIONS, Svaml, SvamlError, Waived,
};
use voxwire::{MAX_HEADERS, MAX_NESTING};

use crate::json::{Tree, most_levels, oracle};

mod build;

/// Reads `data`, or builds what it says.
///
/// # Panics
/// Where what was read or built is not what is written of it, or where two checks of it differ.
pub fn svaml(data: &[u8]) {
    let line = data.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let rest = data.get(line.len() + 1..).unwrap_or_default();
    match line {
        b"i" | b"a" | b"p" | b"I" | b"A" | b"P" => build::reply(line[0], rest),
        b"c" => callout(rest),
        b"" => document(rest),
        _ => document(data),
    }
}

const EVENTS: [CallbackEvent; 5] =
    [CallbackEvent::Ice, CallbackEvent::Ace, CallbackEvent::Pie, CallbackEvent::Dice, CallbackEvent::Notify];

fn document(body: &[u8]) {
    match Svaml::parse(body) {
        Ok(svaml) => {
            assert_is_object(body);
            assert!(svaml.instructions().len() <= MAX_INSTRUCTIONS);
            assert_written(&svaml);
        }
        Err(error) => assert_reason(error, body),
    }
}

fn callout(body: &[u8]) {
    let callout = match Callout::parse(body) {
        Ok(callout) => callout,
        Err(error) => return assert_reason(error, body),
    };
    assert_is_object(body);
    let _ = format!("{callout:?}");
    let written = write(|buf| callout.write(buf));
    let again = Callout::parse(written.as_bytes()).expect("what was written can be read");
    assert_eq!(again, callout, "{written}");
    assert_eq!(write(|buf| again.write(buf)), written);
    assert_eq!(checked(&again), checked(&callout));
    if let Err(error) = checked(&callout) {
        let _ = error.to_string();
        if let CalloutError::BufferTooSmall { needed } = error {
            panic!("{needed} bytes for a reply within a request of {}", body.len());
        }
    }
}

fn checked(callout: &Callout<'_>) -> Result<(), CalloutError> {
    callout.check(&mut vec![0; MAX_BODY])
}

/// What is written is what was read or built, and as right or wrong.
fn assert_written(svaml: &Svaml<'_>) {
    let _ = format!("{svaml:?}");
    let written = write(|buf| svaml.write(buf));
    assert!(serde_json::from_str::<&RawValue>(&written).is_ok(), "{written}");
    if written.len() > MAX_BODY {
        return;
    }
    let again = match Svaml::parse(written.as_bytes()) {
        Ok(again) => again,
        Err(error) => panic!("{error}: {written}"),
    };
    assert_eq!(&again, svaml, "{written}");
    assert_eq!(write(|buf| again.write(buf)), written);
    for event in EVENTS {
        assert_eq!(judge(&again, event), judge(svaml, event), "{written}");
    }
}

/// What the two checks say, which say the same.
fn judge(svaml: &Svaml<'_>, event: CallbackEvent) -> Option<String> {
    let strict = svaml.check(event);
    let lenient = svaml.check_leniently(event);
    assert_checks(strict.as_ref().err(), &lenient);
    strict.err().map(|invalid| invalid.to_string())
}

/// A strict check finds the first of the rules that a lenient one waives, or the one that neither waives.
fn assert_checks(
    strict: Option<&voxwire::svaml::Invalid>,
    lenient: &Result<Waived, voxwire::svaml::Invalid>,
) {
    match lenient {
        Ok(waived) => {
            assert_eq!(waived.iter().next(), strict);
            assert_eq!(waived.is_empty(), waived.to_string().is_empty());
            assert!(waived.iter().count() <= Waived::MAX);
        }
        Err(_) => assert!(strict.is_some(), "refused leniently alone"),
    }
}

/// Writes into exactly as much room as it takes, after one byte less was refused.
fn write(write: impl Fn(&mut [u8]) -> Result<&str, BufferTooSmall>) -> String {
    let mut buf = vec![0; 16 * 1024];
    let written = loop {
        if let Ok(written) = write(&mut buf) {
            break written.to_owned();
        }
        let double = 2 * buf.len();
        assert!(double <= 32 * MAX_BODY, "no room is enough");
        buf = vec![0; double];
    };
    assert_eq!(write(&mut vec![0; written.len()]), Ok(written.as_str()));
    assert_eq!(write(&mut vec![0; written.len() - 1]), Err(BufferTooSmall { needed: written.len() }));
    written
}

fn assert_is_object(body: &[u8]) {
    assert!(body.len() <= MAX_BODY);
    assert!(is_object(body), "taken, though it is no object");
}

/// Whether it is one JSON object, of no more levels than are read.
fn is_object(body: &[u8]) -> bool {
    str::from_utf8(body).is_ok_and(|text| matches!(oracle(text, 0), Some(Tree::Object(_))))
}

/// Whether there is reason to refuse it so.
fn assert_reason(error: SvamlError, body: &[u8]) {
    let _ = error.to_string();
    let is_right = match error {
        SvamlError::Malformed { what: "call header without a key", at } => body.get(at) == Some(&b'{'),
        SvamlError::Malformed { at, .. } => at <= body.len() && !is_object(body),
        SvamlError::WrongType { at, .. } => at < body.len(),
        SvamlError::Limit { what: "bytes", limit, .. } => limit == MAX_BODY && body.len() > MAX_BODY,
        SvamlError::Limit { what: "levels", at, .. } => most_levels(&body[..at]) >= MAX_NESTING,
        SvamlError::Limit { what: "call headers", limit, .. } => {
            most_levels(body) > limit && limit == MAX_HEADERS
        }
        SvamlError::Limit { what: "instructions", limit, at } => {
            limit == MAX_INSTRUCTIONS && body.get(at) == Some(&b'{')
        }
        _ => false,
    };
    assert!(is_right, "{error}: {}", body.escape_ascii());
}
