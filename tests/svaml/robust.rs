//! Nothing that comes in makes the reader panic, and all that can be read can be written and read again.

use serde_json::json;
use support::chance::Chance;
use voxwire::MAX_NESTING;
use voxwire::svaml::{Callout, MAX_BODY, Svaml, SvamlError};

use crate::matrix::words;
use crate::reading::whole;
use crate::{EVENTS, action, fixture};

#[test]
fn bodies_are_bounded_in_length_and_depth() {
    let padded = |len: usize| format!("{{}}{}", " ".repeat(len - 2));
    assert!(Svaml::parse(padded(MAX_BODY).as_bytes()).is_ok());
    for len in [MAX_BODY + 1, 10_000_000] {
        let error = Svaml::parse(padded(len).as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "more than 65536 bytes at byte 65536");
        assert_eq!(Callout::parse(padded(len).as_bytes()), Err(error));
    }
    for deep in ["{\"x\":", "{\"action\":", "{\"action\":{\"name\":\"runMenu\",\"menus\":["] {
        let deep = deep.repeat(10_000);
        assert!(Svaml::parse(deep.as_bytes()).is_err());
        assert!(Svaml::parse(&deep.as_bytes()[..deep.len().min(MAX_BODY)]).is_err());
    }
    let error = Svaml::parse(format!("{{\"x\":{}", "[".repeat(10_000)).as_bytes()).unwrap_err();
    assert_eq!(error, SvamlError::Limit { what: "levels", limit: MAX_NESTING, at: 4 + MAX_NESTING });
}

/// Documents that hold every member there is.
fn samples() -> Vec<String> {
    let mut samples: Vec<_> =
        fixture()["cases"].as_array().unwrap().iter().map(|c| c["doc"].to_string()).collect();
    samples.extend(whole().map(|whole| action(whole).to_string()));
    let ice = samples[0].clone();
    let custom = json!({"cli": "1", "destination": {"type": "number", "endpoint": "1"}, "dtmf": "1", "custom": "c",
        "maxDuration": 1, "ice": ice, "ace": "https://a", "pie": ice, "enableAce": true});
    samples.push(json!({"method": "customCallout", "customCallout": custom}).to_string());
    samples.push(json!({"instructions": words().1, "action": {"name": "hangup"}}).to_string());
    samples
}

/// A document that can be read is judged without fuss, and what is written of it means the same.
fn survives(bytes: &[u8], buf: &mut [u8]) {
    if let Ok(callout) = Callout::parse(bytes) {
        let _ = callout.check(buf);
        let text = callout.write(buf).unwrap();
        assert_eq!(Callout::parse(text.as_bytes()), Ok(callout), "{text}");
    }
    match Svaml::parse(bytes) {
        Err(
            SvamlError::Malformed { at, .. }
            | SvamlError::WrongType { at, .. }
            | SvamlError::Limit { at, .. },
        ) => assert!(at <= bytes.len()),
        Err(error) => panic!("{error}"),
        Ok(svaml) => {
            for event in EVENTS {
                let (strict, lenient) = (svaml.check(event), svaml.check_leniently(event));
                assert_eq!(strict.is_ok(), lenient.is_ok_and(|waived| waived.is_empty()));
            }
            let text = svaml.write(buf).unwrap();
            assert_eq!(Svaml::parse(text.as_bytes()), Ok(svaml), "{text}");
        }
    }
}

#[test]
fn every_prefix_and_a_hundred_thousand_mutations_are_survived() {
    let samples = samples();
    let mut buf = vec![0; 2 * MAX_BODY];
    for sample in &samples {
        for len in 0..sample.len() {
            assert!(Svaml::parse(&sample.as_bytes()[..len]).is_err(), "{}", &sample[..len]);
        }
    }
    let (mut chance, mut mutant) = (Chance::new(1), Vec::new());
    for turn in 0..100_000 {
        chance.mutate(&samples[turn % samples.len()], &samples, &mut mutant);
        survives(&mutant, &mut buf);
    }
}
