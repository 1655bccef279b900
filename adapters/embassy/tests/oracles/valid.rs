//! Streams that keep to the rules: everybody hears what was said.

use proptest::prelude::{any, proptest};
use proptest::sample::Index;
use voxwire_embassy::Inbox;

use crate::ours::{Heard, Ours};
use crate::streams::{Stream, cases, chunks, pieces, streams};
use crate::theirs::{Oracle, Tungstenite, WsFramer};

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn all_that_is_said_is_heard(stream in streams(), chunks in chunks()) {
        hear_all(&stream, &chunks);
    }

    #[test]
    fn audio_that_is_longer_than_the_inbox_comes_in_pieces(
        stream in streams(),
        chunks in chunks(),
        spare in any::<Index>(),
    ) {
        hold_in_pieces(&stream, &chunks, spare);
    }
}

/// Hears a stream with everything that there is to hear with.
pub(crate) fn hear_all(stream: &Stream, chunks: &[usize]) {
    let wire = stream.wire();
    let mut memory = vec![0; wire.len() + Inbox::MIN];
    let mut ours = Ours::new(stream.side, &mut memory);
    let mut heard = Vec::new();
    for some in pieces(&wire, chunks) {
        ours.push(some, &mut heard).unwrap();
    }
    assert_eq!(heard, stream.heard, "ours, {chunks:?} bytes at a time");

    let mut theirs = Vec::new();
    let mut tungstenite = Tungstenite::new(stream.side);
    for some in pieces(&wire, chunks) {
        tungstenite.push(some, &mut theirs).unwrap();
    }
    assert_eq!(theirs, stream.heard, "tungstenite");

    theirs.clear();
    let mut ws_framer = WsFramer::new(&mut memory);
    for some in pieces(&wire, chunks) {
        ws_framer.push(some, &mut theirs).unwrap();
    }
    assert_eq!(theirs, stream.heard, "ws-framer");
}

/// Hears a stream in an inbox that holds its texts, but not all of its audio.
pub(crate) fn hold_in_pieces(stream: &Stream, chunks: &[usize], spare: Index) {
    // Behind a text that is not whole yet, a control frame may have to be read.
    const BEHIND: usize = 14 + 125;
    let wire = stream.wire();
    let longest = stream.frames.iter().map(|frame| frame.payload.len()).sum::<usize>();
    let text = texts(&stream.heard).max().unwrap_or(0).max(unfinished(stream));
    let len = (text + BEHIND).max(Inbox::MIN) + spare.index(longest / 2 + 1);
    let mut memory = vec![0; len];
    let mut ours = Ours::new(stream.side, &mut memory);
    let mut heard = Vec::new();
    for some in pieces(&wire, chunks) {
        ours.push(some, &mut heard).unwrap();
    }
    let (words, audio) = apart(&heard);
    let (expected_words, expected_audio) = apart(&stream.heard);
    assert_eq!(words, expected_words, "{chunks:?} bytes at a time in {len}");
    assert_eq!(audio.len(), expected_audio.len());
    let cut_short = unfinished(stream) > 0;
    for (at, (audio, expected)) in audio.iter().zip(&expected_audio).enumerate() {
        // Of a message that a close cuts, pieces may have been heard.
        if cut_short && at + 2 == expected_audio.len() {
            assert!(audio.starts_with(expected), "{chunks:?} bytes at a time in {len}");
        } else {
            assert!(audio == expected, "{chunks:?} bytes at a time in {len}");
        }
    }
}

/// Words in order, and the audio before, between and after texts and closes.
fn apart(heard: &[Heard]) -> (Vec<Heard>, Vec<Vec<u8>>) {
    let (mut words, mut audio) = (Vec::new(), vec![Vec::new()]);
    for heard in heard {
        if let Heard::Binary(bytes) = heard {
            audio.last_mut().unwrap().extend(bytes);
            continue;
        }
        if matches!(heard, Heard::Text(_) | Heard::Close(..)) {
            audio.push(Vec::new());
        }
        words.push(heard.clone());
    }
    (words, audio)
}

fn texts(heard: &[Heard]) -> impl Iterator<Item = usize> {
    heard.iter().filter_map(|heard| if let Heard::Text(text) = heard { Some(text.len()) } else { None })
}

/// How long the message is, in bytes, that a close cuts short: all that came of it at least.
fn unfinished(stream: &Stream) -> usize {
    let mut unfinished = 0;
    for frame in stream.frames.iter().filter(|frame| frame.first & 8 == 0) {
        unfinished = if frame.first & crate::frame::FIN == 0 { unfinished + frame.payload.len() } else { 0 };
    }
    unfinished
}
