//! Any bytes of a socket, at either end of a WebSocket of the embassy adapter, in any pieces.
//!
//! The first line of the input is three letters; what follows it is the bytes as they stand:
//!
//! | | | |
//! |---|---|---|
//! | end | `s` `c` `q` `r` | frames to a server, frames to a client, a request, a response; otherwise frames to a client |
//! | inbox | any | how much it holds besides: none with `0`, the more the higher the letter |
//! | piece | any | how many bytes come at once: one with `1`, the more the higher the letter |

use voxwire_embassy::Inbox;
use voxwire_embassy::websocket::{Header, Side, Violation};

use crate::differences::{from_tungstenite, from_ws_framer};
use crate::ours::{Heard, Ours};

mod opening;

/// Hears the bytes.
///
/// # Panics
/// Where a cut or an inbox makes a difference that it must not, or where another implementation hears something else,
/// except as [named](crate::differences).
pub fn websocket(data: &[u8]) {
    let (letters, bytes) = data.split_at(data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len()));
    let bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
    let letter = |at| letters.get(at).copied().unwrap_or_default();
    let piece = usize::from(letter(2).wrapping_sub(b'0')).max(1);
    match letter(0) {
        b'q' => opening::request(bytes),
        b'r' => opening::response(bytes),
        end => {
            let side = if end == b's' { Side::Server } else { Side::Client };
            frames(side, bytes, usize::from(letter(1).wrapping_sub(b'0')), piece);
        }
    }
}

fn frames(side: Side, wire: &[u8], spare: usize, piece: usize) {
    let roomy = wire.len() + Inbox::MIN + spare;
    let whole = hear(side, wire, roomy, wire.len());
    assert_eq!(hear(side, wire, roomy, piece), whole, "cut every {piece} bytes");
    assert_sane(wire, &whole.0);
    for inbox in [spare, Inbox::MIN + spare] {
        let told = hear(side, wire, inbox, piece);
        assert!(told.0.iter().all(|heard| len(heard) <= inbox), "more than {inbox} bytes hold");
        assert_less(&told, &whole);
    }
    header(wire);
    from_tungstenite(side, wire);
    from_ws_framer(side, wire);
}

type Told = (Vec<Heard>, Result<(), Violation>);

fn hear(side: Side, wire: &[u8], inbox: usize, piece: usize) -> Told {
    let mut memory = vec![0; inbox];
    let mut ours = Ours::new(side, &mut memory);
    let mut heard = Vec::new();
    let end = wire.chunks(piece.max(1)).try_for_each(|some| ours.push(some, &mut heard));
    (heard, end)
}

/// Nothing is heard that was not sent, and nothing after a close.
fn assert_sane(wire: &[u8], heard: &[Heard]) {
    // The shortest header takes two bytes.
    assert!(heard.iter().map(|heard| len(heard) + 2).sum::<usize>() <= wire.len());
    let closes = heard.iter().filter(|heard| matches!(heard, Heard::Close(..))).count();
    assert!(closes == 0 || (closes == 1 && matches!(heard.last(), Some(Heard::Close(..)))));
}

/// In an inbox with less room the same is heard, until something has none; audio in pieces, and of the last message
/// some that is not whole.
fn assert_less(less: &Told, whole: &Told) {
    let is_word = |heard: &&Heard| !matches!(heard, Heard::Binary(_));
    let words = |told: &Told| told.0.iter().filter(is_word).cloned().collect::<Vec<_>>();
    let audio = |told: &Told| {
        let pieces = told
            .0
            .iter()
            .filter_map(|heard| if let Heard::Binary(bytes) = heard { Some(&bytes[..]) } else { None });
        pieces.collect::<Vec<_>>().concat()
    };
    if less.1 == Err(Violation::TooLong) {
        assert!(words(whole).starts_with(&words(less)));
    } else {
        assert_eq!((less.1, words(less)), (whole.1, words(whole)));
        assert!(audio(less).starts_with(&audio(whole)));
    }
}

/// A header that can be read is written as it stands.
fn header(wire: &[u8]) {
    let Ok(Some((header, length))) = Header::read(wire) else { return };
    let mut out = [0; Header::MAX];
    let written = header.write(&mut out);
    assert_eq!((&out[..written], written), (&wire[..length], length), "{header:?}");
    for short in 0..length {
        assert_eq!(Header::read(&wire[..short]), Ok(None), "{header:?} after {short} bytes");
    }
}

fn len(heard: &Heard) -> usize {
    match heard {
        Heard::Text(text) => text.len(),
        Heard::Binary(bytes) | Heard::Ping(bytes) | Heard::Pong(bytes) => bytes.len(),
        Heard::Close(code, reason) => code.map_or(0, |_| 2) + reason.len(),
    }
}
