//! What is said, held against what was measured and what the laws say of it.

use voxwire::{Dialect, Instant, Message, SendError, Session};

use crate::ends::{End, Word, is_answered};

/// Sends a wish with a buffer of `len` bytes, and holds the answer against what was measured. Whether it was sent.
pub(super) fn assert_sent<E: End>(
    session: &mut Session<E>,
    now: Instant,
    word: Word<'_>,
    says: E::Says<'_>,
    len: usize,
) -> bool {
    let before = session.clone();
    let measured = before.measure(now, says);
    let mut buf = vec![0; len];
    let place = buf.as_ptr_range();
    match session.send(now, says, &mut buf) {
        Ok(message) => {
            assert_eq!(
                measured,
                Ok(message.map_or(0, |message| message.len())),
                "measured otherwise: {word:?}"
            );
            let dialect = before.dialect();
            // Law 5: what needs no words.
            let wordless = match dialect {
                Some(dialect) if is_answered(dialect) => matches!(word, Word::Hello | Word::Stop),
                _ => matches!(word, Word::Answer | Word::Heartbeat),
            };
            assert_eq!(message.is_none(), wordless, "law 5: {word:?}");
            // Law 4: raw audio is not copied where the wire is raw.
            if let (Word::Audio(audio), Some(Message::Binary(sent))) = (word, message) {
                match audio.as_raw() {
                    Some(raw) => assert_eq!(raw.as_ptr(), sent.as_ptr(), "law 4"),
                    None => assert!(place.contains(&sent.as_ptr()) || sent.is_empty()),
                }
            }
            if let Word::Hangup(close) = word {
                assert!(close.is_sendable());
                assert!(!session.is_live());
            }
            true
        }
        Err(error) => {
            let _ = error.to_string();
            assert_eq!(*session, before, "law 2: {error} has changed something");
            match (error, measured) {
                (SendError::BufferTooSmall { needed }, Ok(measured)) => {
                    assert_eq!(needed, measured);
                    assert!(len < needed, "{len} bytes hold {needed}");
                }
                // Relayed base64 is proven when it is sent; by then it may also have been found too long.
                (SendError::BadAudio(_), Ok(_) | Err(SendError::Limit { .. })) => {
                    assert!(
                        matches!(word, Word::Audio(audio) if audio.validate().is_err()),
                        "{word:?} is good"
                    );
                }
                (_, measured) => assert_eq!(measured, Err(error)),
            }
            // Law 5: what cannot be met.
            if error == SendError::Unsupported {
                assert!(is_unsupported(word, before.dialect()), "law 5: {word:?}");
            }
            false
        }
    }
}

pub(super) fn is_close(word: Word<'_>) -> bool {
    matches!(word, Word::Hangup(_) | Word::Other(Message::Close(_)))
}

/// Whether a dialect has no words for it. Without a dialect there are none at all.
fn is_unsupported(word: Word<'_>, dialect: Option<Dialect>) -> bool {
    let Some(dialect) = dialect else { return true };
    let sinch = is_answered(dialect);
    match word {
        Word::Dropped(_) => true,
        Word::Mark(_) => sinch,
        Word::Busy | Word::Reject => !sinch,
        Word::Start(start) if sinch => start.oneway || start.stream_id.is_some(),
        Word::Start(start) => !start.headers.is_empty() || start.application_id.is_some(),
        _ => false,
    }
}
