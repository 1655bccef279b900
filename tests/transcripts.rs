//! Whole calls, as files to read: every transcript is replayed in both roles, and Sinch's messages as the neutral
//! fixture lists them.

use std::collections::BTreeSet;

use support::{samples, transcript};
use voxwire::{Config, Dialect};

/// One test for each file.
macro_rules! transcripts {
    ($dialect:ident, $module:ident: $($name:ident)*) => {
        mod $module {
            use super::{Dialect, replay};

            pub(super) const NAMES: &[&str] = &[$(stringify!($name)),*];

            $(
                #[test]
                fn $name() {
                    replay(Dialect::$dialect, stringify!($name));
                }
            )*
        }
    };
}

transcripts! { Sinch, sinch:
    answered_then_remote_hang_up
    audio_before_answer
    barge_in
    busy
    connect_shapes
    hang_up
    heartbeat
    malformed
    no_answer
    no_connect
    reject
    second_connect
    wrong_side_words
}

transcripts! { Wavix, wavix:
    oneway
    spellings
    stop_then_close
    what_we_write
    whole_call
    wrong_words
}

fn replay(dialect: Dialect, name: &str) {
    let text = &samples::transcripts(dialect)[name];
    transcript::replay(text, dialect, Config::new(dialect));
}

#[test]
fn every_transcript_is_replayed() {
    for (dialect, names) in [(Dialect::Sinch, sinch::NAMES), (Dialect::Wavix, wavix::NAMES)] {
        let files: BTreeSet<_> = samples::transcripts(dialect).into_keys().collect();
        assert_eq!(files, names.iter().map(|name| (*name).to_string()).collect());
    }
}

#[test]
fn a_call_whose_dialect_is_told_by_its_first_words_goes_the_same_way() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        for (name, text) in samples::transcripts(dialect) {
            // Where the first words are no words of any dialect, there is nothing to tell it by.
            if !matches!(&*name, "audio_before_answer" | "wrong_side_words") {
                println!("{dialect}/{name}");
                transcript::replay(&text, dialect, Config::detect());
            }
        }
    }
}
