//! Any messages, in any phase of a call, at either end: what is heard can be read out, and can be said again.
//!
//! The first line of the script is three letters:
//!
//! | | | |
//! |---|---|---|
//! | end | `p` | platform; otherwise the application |
//! | dialect | `s` `w` | Sinch, Wavix; in capitals it is not told but detected |
//! | phase | `i` `o` `e` `x` `c` | idle, offered, ending, hung up by us, closed; otherwise live |
//!
//! Each further line is a message: `t` and a text, `b` and bytes, `c` and a close code and reason.

use voxwire::{
    Application, Audio, AudioError, AudioFormat, Config, Dialect, Instant, Message, Platform, SendError,
    Session, Track,
};

use crate::ends::{End, Stage, Word};
use crate::{oracle, script};

/// Hands the messages in, one by one.
///
/// # Panics
/// Where what is heard cannot be read out, or comes back as something else when it is said again.
pub fn wire(data: &[u8]) {
    let ([end, dialect, stage], lines) = script::read(data);
    let stage = Stage::from_letter(stage);
    let config = match dialect {
        b'S' | b'W' => Config::detect(),
        b'w' => Config::new(Dialect::Wavix),
        _ => Config::new(Dialect::Sinch),
    };
    let dialect = if matches!(dialect, b'w' | b'W') { Dialect::Wavix } else { Dialect::Sinch };
    let config = unbounded(config);
    if end == b'p' {
        hear_all::<Platform>(Platform::reach(stage, config, dialect, NOW), lines);
    } else {
        let config = config.format(AudioFormat::pcm16(16_000).expect("a rate that is documented"));
        hear_all::<Application>(Application::reach(stage, config, dialect, NOW), lines);
    }
}

const NOW: Instant = Instant::from_millis(1_000);

/// White space means nothing, though what begins with it is never read by the shortest way.
fn spaced_out<E: End>(mut one: Session<E>, mut other: Session<E>, text: &str) {
    let spaced = format!(" {text}");
    let heard = one.handle_message(NOW, Message::Text(text)).map(E::word);
    let heard_too = other.handle_message(NOW, Message::Text(&spaced)).map(E::word);
    match (heard, heard_too) {
        (Err(_), Err(_)) | (Ok(Word::Other(_)), Ok(Word::Other(_))) => {}
        (heard, heard_too) => assert_eq!(heard, heard_too, "{text}"),
    }
}

fn config(dialect: Dialect) -> Config {
    unbounded(Config::new(dialect))
}

/// Said again, a text may be longer than it was heard; bounds are the other target's business.
const fn unbounded(config: Config) -> Config {
    config.max_text(u32::MAX).max_message(u32::MAX)
}

fn hear_all<'d, E: End>(mut session: Session<E>, lines: impl Iterator<Item = &'d [u8]>) {
    for line in lines {
        let message = script::message(line);
        let before = session.clone();
        if let Message::Text(text) = message {
            spaced_out(before.clone(), before.clone(), text);
        }
        let Ok(heard) = session.handle_message(NOW, message) else {
            assert_eq!(session, before, "an error has changed something");
            continue;
        };
        let _ = E::log(heard);
        let word = E::word(heard);
        read_out(word);
        if let Word::Audio(audio) = word {
            for dialect in Dialect::ALL {
                relay::<E>(audio, *dialect);
            }
        }
        // What was detected is detected again; until then, no dialect's words are meant.
        let Some(dialect) = session.dialect() else { continue };
        say_again(word, dialect, &before, |second, after| {
            assert_eq!(after, &session, "the session tells {word:?} from {second:?}");
            assert_completed(word, second);
            // From now on the words are those that this crate writes.
            let exact = say_again(second, dialect, &before, |third, _| assert_eq!(third, second));
            assert!(exact, "could be said but once: {word:?}");
        });
    }
}

/// Has the peer say `word`, and hears it in the state `before`. `false` where it may not be said.
fn say_again<E: End>(
    word: Word<'_>,
    dialect: Dialect,
    before: &Session<E>,
    then: impl FnOnce(Word<'_>, &Session<E>),
) -> bool {
    let Some(says) = E::Peer::says(word) else { panic!("no word of the peer's: {word:?}") };
    let mut said = Err(SendError::WrongPhase);
    for stage in [Stage::Idle, Stage::Offered, Stage::Live] {
        let mut peer = E::Peer::reach(stage, config(dialect), dialect, NOW);
        said = peer.measure(NOW, says);
        let Ok(len) = said else {
            if said == Err(SendError::WrongPhase) {
                continue;
            } else {
                break;
            };
        };
        let mut buf = vec![0; len];
        match peer.send(NOW, says, &mut buf) {
            Ok(message) => {
                let message = message.unwrap_or_else(|| panic!("heard, but without words: {word:?}"));
                let mut after = before.clone();
                match after.handle_message(NOW, message) {
                    Ok(heard) => then(E::word(heard), &after),
                    Err(error) => panic!("{word:?} was said as {message:?}: {error}"),
                }
                return true;
            }
            Err(error) => said = Err(error),
        }
        break;
    }
    assert_unsayable(word, said);
    false
}

/// Why a word that was heard may be one that cannot be said.
fn assert_unsayable(word: Word<'_>, said: Result<usize, SendError>) {
    let Err(error) = said else { unreachable!("{word:?} was measured and not sent") };
    let allowed = match (word, error) {
        (Word::Audio(audio), SendError::BadAudio(_)) => audio.validate().is_err(),
        (Word::Hangup(close), SendError::InvalidClose) => !close.is_sendable(),
        // An id that a session need not keep may be longer when it is heard.
        (Word::Start(_), SendError::Limit { .. }) => true,
        (Word::Dropped(_), SendError::Unsupported) => true,
        _ => false,
    };
    assert!(allowed, "{word:?} was heard but cannot be said: {error}");
}

/// What the peer has said again: the same, but that it fills in what may be missing, and leaves out what an
/// application has no right to say.
fn assert_completed(first: Word<'_>, second: Word<'_>) {
    let (Word::Audio(first), Word::Audio(second)) = (first, second) else {
        assert_eq!(second, first);
        return;
    };
    assert_eq!(bytes(second), bytes(first));
    if second.as_raw().is_none() && second.track().is_some() {
        assert_eq!(second.track(), first.track().or(Some(Track::Inbound)));
        assert!(first.timestamp().is_none_or(|timestamp| second.timestamp() == Some(timestamp)));
        assert!(first.chunk().is_none_or(|chunk| second.chunk() == Some(chunk)));
    }
}

/// Passes audio on to a call of a dialect, at the same end: its bytes arrive, and raw ones are not copied.
fn relay<E: End>(audio: Audio<'_>, dialect: Dialect) {
    let mut from = E::Peer::reach(Stage::Live, config(dialect), dialect, NOW);
    let mut to = E::reach(Stage::Live, config(dialect), dialect, NOW);
    let says = E::Peer::says(Word::Audio(audio)).expect("either end has a voice");
    let mut buf = vec![0; from.measure(NOW, says).unwrap_or_default()];
    match from.send(NOW, says, &mut buf) {
        Ok(message) => {
            let message = message.expect("a voice needs a message");
            if let (Some(raw), Message::Binary(sent)) = (audio.as_raw(), message) {
                assert_eq!(raw.as_ptr(), sent.as_ptr(), "raw audio was copied");
            }
            let heard = to.handle_message(NOW, message).expect("what was said can be heard");
            let Word::Audio(relayed) = E::word(heard) else { panic!("{audio:?} became {heard:?}") };
            assert_eq!(bytes(relayed), bytes(audio));
            assert_eq!(relayed.len(), audio.len());
        }
        Err(error) => assert_unsayable(Word::Audio(audio), Err(error)),
    }
}

/// Reads everything there is to read in a word, in every way.
fn read_out(word: Word<'_>) {
    match word {
        Word::Audio(audio) => read_audio(audio),
        Word::Mark(mark) => drop(mark.name.to_string()),
        Word::Hangup(close) => assert!(!close.is_sendable() || close.reason.len() <= 123),
        Word::Start(start) => {
            for id in [start.call_id, start.stream_id, start.application_id].into_iter().flatten() {
                let mut buf = vec![0; id.len()];
                assert_eq!(id.copy_to(&mut buf), Some(id.to_string().as_str()));
            }
            assert_eq!(start.headers.is_empty(), start.headers.iter().count() == 0);
            assert!(start.headers.iter().count() <= voxwire::MAX_HEADERS);
            for header in start.headers {
                let first = start
                    .headers
                    .iter()
                    .find(|other| other.name.to_string().eq_ignore_ascii_case(&header.name.to_string()));
                let found = start.headers.find(&header.name.to_string());
                assert_eq!(found, first.map(|first| first.value));
            }
            let shown = format!("{:?}", start.headers);
            assert!(shown.starts_with('['));
        }
        _ => {}
    }
}

/// Length, proof, copy and oracle agree.
fn read_audio(audio: Audio<'_>) {
    let expected = match (audio.as_raw(), audio.as_base64()) {
        (Some(raw), None) => Some(raw.to_vec()),
        (None, Some(text)) => oracle::base64(&text.to_string()),
        other => panic!("audio is raw or base64, not {other:?}"),
    };
    let mut buf = vec![0; audio.len()];
    assert_eq!(audio.copy_to(&mut buf).ok(), expected.as_deref());
    assert_eq!(audio.validate().is_ok(), expected.is_some());
    assert_eq!(audio.is_empty(), buf.is_empty());
    if let Some((_, short)) = buf.split_last_mut() {
        assert_eq!(audio.copy_to(short), Err(AudioError::BufferTooSmall { needed: audio.len() }));
    }
    if let Some(bytes) = expected {
        assert_eq!(audio.len(), bytes.len());
        let raw = Audio::raw(&bytes);
        assert_eq!(raw.as_raw(), Some(&bytes[..]));
        let same = audio.track().is_none() && audio.timestamp().is_none() && audio.chunk().is_none();
        assert_eq!(audio == raw, same, "equality is by meaning");
    }
}

fn bytes(audio: Audio<'_>) -> Vec<u8> {
    let mut buf = vec![0; audio.len()];
    audio.copy_to(&mut buf).expect("audio that has been proven").to_vec()
}
