//! Sections 5 and 8.1: frames.

use voxwire_embassy::websocket::Violation::{self, *};
use voxwire_embassy::websocket::{Header, Mask, Opcode, Side};

use crate::frame::{BINARY, CLOSE, FIN, Length, PING, TEXT};
use crate::ours::Heard::{self, Binary, Ping, Pong, Text};
use crate::rule::{Sent, binary, frame, hear, hold, more, ping, pong, rest, text, wire};

#[test]
fn masking() {
    hold(vec![
        ("5.1", "what is masked as it must be is heard", vec![text("hi")], vec![said("hi")], Ok(())),
        ("5.1", "masked the wrong way fails", vec![text("hi").mismasked()], vec![], Err(Masking)),
        ("5.1", "so does an empty frame", vec![binary("").mismasked()], vec![], Err(Masking)),
        ("5.1", "and a control frame", vec![ping("").mismasked()], vec![], Err(Masking)),
        ("5.1", "and a close", vec![frame(CLOSE, "").mismasked()], vec![], Err(Masking)),
        (
            "5.1",
            "and a later fragment",
            vec![text("h").unfinished(), rest("i").mismasked()],
            vec![],
            Err(Masking),
        ),
        (
            "5.1",
            "what came before it counts",
            vec![ping("!"), text("hi"), text("hi").mismasked()],
            vec![Ping(b"!".into()), said("hi")],
            Err(Masking),
        ),
    ]);
    // Section 5.3: the key may be anything, zero included.
    for key in [[0; 4], [0xFF; 4], [0, 0, 0, 1], [0x80, 0, 0, 0]] {
        let mut word = *b"word by word";
        Mask::new(key).apply(&mut word);
        let wire = [&[0x81, 0x80 | 12], &key[..], &word].concat();
        assert_eq!(hear(Side::Server, &wire, 1, 256), (vec![said("word by word")], Ok(())));
    }
}

#[test]
fn first_byte() {
    hold(vec![
        ("5.2", "RSV1 without an extension fails", vec![text("").reserved(0x40)], vec![], Err(ReservedBits)),
        (
            "5.2",
            "RSV2 without an extension fails",
            vec![binary("").reserved(0x20)],
            vec![],
            Err(ReservedBits),
        ),
        ("5.2", "RSV3 without an extension fails", vec![ping("").reserved(0x10)], vec![], Err(ReservedBits)),
        (
            "5.2",
            "in a later fragment too",
            vec![text("").unfinished(), rest("").reserved(0x40)],
            vec![],
            Err(ReservedBits),
        ),
        ("5.2", "its first byte is enough to fail", vec![Sent::Bytes(vec![0xC1])], vec![], Err(ReservedBits)),
        ("5.2", "an unknown opcode too", vec![Sent::Bytes(vec![0x83])], vec![], Err(UnknownOpcode)),
    ]);
    hold(
        [3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF]
            .map(|opcode| {
                ("5.2", "an unknown opcode fails", vec![frame(opcode, "")], vec![], Err(UnknownOpcode))
            })
            .into(),
    );
}

#[test]
fn lengths() {
    let sent = |len: usize| vec![Sent::Bytes(Vec::new()), binary(vec![b'x'; len])];
    hold(
        [0, 1, 125, 126, 127, 128, 800]
            .map(|len| ("5.2", "any length is heard", sent(len), vec![Binary(vec![b'x'; len])], Ok(())))
            .into(),
    );
    let long = |len: usize, length| vec![text(vec![b'x'; len]).length(length)];
    hold(vec![
        ("5.2", "125 in two bytes is not minimal", long(125, Length::Two), vec![], Err(LengthEncoding)),
        ("5.2", "nor 0 in two bytes", long(0, Length::Two), vec![], Err(LengthEncoding)),
        ("5.2", "nor 0 in eight", long(0, Length::Eight), vec![], Err(LengthEncoding)),
        ("5.2", "nor 126 in eight", long(126, Length::Eight), vec![], Err(LengthEncoding)),
        ("5.2", "nor 800 in eight", long(800, Length::Eight), vec![], Err(LengthEncoding)),
    ]);

    // Section 5.2: the most significant bit must be 0. The header alone tells.
    let header = |len: u64| [&[0x82, 127], &len.to_be_bytes()[..]].concat();
    let read = |len: u64| Header::read(&header(len)).map(|read| read.map(|(header, _)| header.len));
    assert_eq!(read(0xFFFF), Err(LengthEncoding));
    assert_eq!(read(0x1_0000), Ok(Some(0x1_0000)));
    assert_eq!(read(u64::MAX >> 1), Ok(Some(u64::MAX >> 1)));
    assert_eq!(read(1 << 63), Err(LengthEncoding));
    assert_eq!(read(u64::MAX), Err(LengthEncoding));
    for len in [65_535, 65_536, 65_537, 200_000] {
        for side in [Side::Server, Side::Client] {
            let wire = wire(side, &[binary(vec![b'x'; len])]);
            assert_eq!(hear(side, &wire, 1_000, 256 * 1024), (vec![Binary(vec![b'x'; len])], Ok(())));
        }
    }
}

#[test]
fn what_is_written_is_minimal() {
    for (len, bytes) in
        [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10), (u32::MAX.into(), 10), (u64::MAX >> 1, 10)]
    {
        for opcode in
            [Opcode::Continuation, Opcode::Text, Opcode::Binary, Opcode::Close, Opcode::Ping, Opcode::Pong]
        {
            for (mask, masked) in [(None, 0), (Some([1, 2, 3, 4]), 4)] {
                for fin in [true, false] {
                    let header = Header { fin, opcode, len, mask };
                    let mut out = [0; Header::MAX];
                    let written = header.write(&mut out);
                    assert_eq!(written, bytes + masked, "5.2: {header:?}");
                    let sound = !opcode.is_control() || (fin && len <= Header::MAX_CONTROL as u64);
                    let read = Header::read(&out[..written]);
                    assert_eq!(read.ok().flatten(), sound.then_some((header, written)), "5.2: {header:?}");
                    // A header that has not wholly come is no header.
                    for short in 0..written {
                        assert!(!matches!(Header::read(&out[..short]), Ok(Some(_))), "{header:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn fragments() {
    hold(vec![
        (
            "5.4",
            "a message may come in fragments",
            vec![text("frag").unfinished(), more("men"), rest("ted")],
            vec![said("fragmented")],
            Ok(()),
        ),
        (
            "5.4",
            "of which any may be empty",
            vec![binary("").unfinished(), more(""), more("x"), more(""), rest("")],
            vec![Binary(b"x".into())],
            Ok(()),
        ),
        ("5.4", "and all", vec![text("").unfinished(), more(""), rest("")], vec![said("")], Ok(())),
        (
            "5.4",
            "control frames may stand between them, and are heard at once",
            vec![binary("a").unfinished(), ping("1"), more("b"), pong("2"), ping(""), rest("c")],
            vec![Ping(b"1".into()), Pong(b"2".into()), Ping(vec![]), Binary(b"abc".into())],
            Ok(()),
        ),
        ("5.4", "nothing can be continued at first", vec![rest("x")], vec![], Err(Continuation)),
        ("5.4", "nor in fragments", vec![more("x")], vec![], Err(Continuation)),
        ("5.4", "nor after a whole message", vec![text("x"), rest("y")], vec![said("x")], Err(Continuation)),
        (
            "5.4",
            "nor after the end of fragments",
            vec![text("x").unfinished(), rest("y"), rest("z")],
            vec![said("xy")],
            Err(Continuation),
        ),
        (
            "5.4",
            "nor after a control frame",
            vec![ping(""), rest("z")],
            vec![Ping(vec![])],
            Err(Continuation),
        ),
        (
            "5.4",
            "messages must not be interleaved",
            vec![text("x").unfinished(), text("y")],
            vec![],
            Err(Interleaved),
        ),
        (
            "5.4",
            "not even by another kind",
            vec![binary("x").unfinished(), ping(""), text("y").unfinished()],
            vec![Ping(vec![])],
            Err(Interleaved),
        ),
        (
            "5.4",
            "an unfinished message is not heard",
            vec![text("x").unfinished(), more("y")],
            vec![],
            Ok(()),
        ),
    ]);
}

#[test]
fn control_frames() {
    let full = vec![b'x'; 125];
    hold(vec![
        ("5.5.2", "a ping may carry 125 bytes", vec![ping(&full)], vec![Ping(full.clone())], Ok(())),
        (
            "5.5.3",
            "a pong too, though none was asked for",
            vec![pong(&full)],
            vec![Pong(full.clone())],
            Ok(()),
        ),
        ("5.5.2", "any bytes", vec![ping([0, 0xFF])], vec![Ping(vec![0, 0xFF])], Ok(())),
        ("5.5", "126 fail", vec![ping(vec![b'x'; 126])], vec![], Err(LongControl)),
        ("5.5", "as a pong, too", vec![pong(vec![b'x'; 126])], vec![], Err(LongControl)),
        ("5.5", "and as a close", vec![frame(CLOSE, vec![3; 126])], vec![], Err(LongControl)),
        (
            "5.5",
            "however the length is written",
            vec![ping("").length(Length::Two)],
            vec![],
            Err(LongControl),
        ),
        ("5.5", "even in eight bytes", vec![ping("").length(Length::Eight)], vec![], Err(LongControl)),
        ("5.5", "a ping must not be fragmented", vec![ping("").unfinished()], vec![], Err(FragmentedControl)),
        ("5.5", "nor a pong", vec![pong("").unfinished()], vec![], Err(FragmentedControl)),
        ("5.5", "nor a close", vec![frame(CLOSE, "").unfinished()], vec![], Err(FragmentedControl)),
        (
            "5.5",
            "a first byte is enough to fail",
            vec![Sent::Bytes(vec![PING])],
            vec![],
            Err(FragmentedControl),
        ),
        ("5.5", "a second one too", vec![Sent::Bytes(vec![0x80 | PING, 0xFE])], vec![], Err(LongControl)),
    ]);
}

#[test]
fn texts_are_utf8() {
    let sound =
        ["", "grüezi", "\0", "привет", "안녕", "🦀", "\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}", "\u{FEFF}"];
    hold(
        sound
            .map(|sound| ("8.1", "any character is heard", vec![text(sound)], vec![said(sound)], Ok(())))
            .into(),
    );
    hold(
        sound
            .map(|sound| {
                let bytes = sound.bytes().map(|byte| more([byte]));
                let sent = [text("").unfinished()].into_iter().chain(bytes).chain([rest("")]).collect();
                ("8.1", "a character may be cut by fragments", sent, vec![said(sound)], Ok(()))
            })
            .into(),
    );
    let bad: [&[u8]; 12] = [
        b"\x80",
        b"\xC0\x80",
        b"\xC3",
        b"\xE2\x82",
        b"\xED\xA0\x80",
        b"\xF4\x90\x80\x80",
        b"\xF0\x80\x80\x80",
        b"\xF8\x88\x80\x80\x80",
        b"\xFF",
        b"\xFE",
        b"good \xE0\x9F\xBF",
        b"\xC3(",
    ];
    hold(bad.map(|bad| ("8.1", "what is not UTF-8 fails", vec![text(bad)], vec![], Err(Utf8))).into());
    hold(
        bad.map(|bad| {
            let (head, tail) = bad.split_at(1);
            let sent = vec![text(head).unfinished(), ping(""), rest(tail)];
            ("8.1", "in fragments too", sent, vec![Ping(vec![])], Err(Utf8))
        })
        .into(),
    );
    hold(
        bad.map(|bad| ("5.6", "binary may be anything", vec![binary(bad)], vec![Binary(bad.into())], Ok(())))
            .into(),
    );
}

#[test]
fn sizes() {
    let inbox = 300;
    let heard = |sent: &[Sent]| {
        let [one, other] = [Side::Server, Side::Client].map(|side| {
            let wire = wire(side, sent);
            let [one, other] = [1, usize::MAX].map(|chunk| hear(side, &wire, chunk, inbox));
            assert_eq!(one.1, other.1);
            one
        });
        assert_eq!(one, other, "both ends are alike");
        one
    };
    // As long as the inbox is heard; one byte more is refused at its header, and costs nothing to refuse.
    assert_eq!(heard(&[text(vec![b'x'; inbox])]), (vec![Text("x".repeat(inbox))], Ok(())));
    assert_eq!(heard(&[text(vec![b'x'; inbox + 1])]), (vec![], Err(TooLong)), "7.4.1");
    let huge = Sent::Bytes([&[TEXT, 127], &(u64::MAX >> 1).to_be_bytes()[..]].concat());
    assert_eq!(hear(Side::Client, &wire(Side::Client, &[huge]), 1, inbox), (vec![], Err(TooLong)), "7.4.1");
    let header = |len: usize| Sent::Bytes(vec![FIN | TEXT, 126, (len >> 8) as u8, len as u8]);
    assert_eq!(hear(Side::Client, &wire(Side::Client, &[header(inbox)]), 1, inbox), (vec![], Ok(())));
    assert_eq!(
        hear(Side::Client, &wire(Side::Client, &[header(inbox + 1)]), 1, inbox),
        (vec![], Err(TooLong))
    );
    // In fragments, each of which would fit.
    let fragments = [text(vec![b'x'; 200]).unfinished(), rest(vec![b'x'; 100])];
    assert_eq!(heard(&fragments), (vec![Text("x".repeat(300))], Ok(())));
    let fragments = [text(vec![b'x'; 200]).unfinished(), more(vec![b'x'; 50]), rest(vec![b'x'; 51])];
    assert_eq!(heard(&fragments), (vec![], Err(TooLong)), "7.4.1");

    // Audio of any length comes in pieces: what is refused is only what would have to be whole.
    for side in [Side::Server, Side::Client] {
        let audio: Vec<u8> = (0..100_000_u32).map(|at| at as u8).collect();
        let sent = [
            binary(&audio[..70_000]).unfinished(),
            ping("!"),
            more(&audio[70_000..70_001]),
            rest(&audio[70_001..]),
        ];
        for chunk in [1, 100, usize::MAX] {
            let (heard, end) = hear(side, &wire(side, &sent), chunk, inbox);
            assert_eq!(end, Ok(()));
            assert_eq!(heard.iter().filter(|heard| **heard == Ping(b"!".into())).count(), 1);
            let pieces = heard
                .iter()
                .filter_map(|heard| if let Binary(piece) = heard { Some(&piece[..]) } else { None });
            assert!(pieces.clone().all(|piece| !piece.is_empty() && piece.len() <= inbox));
            assert_eq!(pieces.collect::<Vec<_>>().concat(), audio);
        }
    }
    // What ends just where a piece does ends without another.
    let (piece, sent) = (Binary(vec![7; inbox]), [binary(vec![7; 2 * inbox]).unfinished(), rest("")]);
    assert_eq!(heard(&sent), (vec![piece.clone(), piece], Ok(())));
    let header = [&[0x80 | BINARY, 127], &(u64::MAX >> 1).to_be_bytes()[..], b"beginning"].concat();
    assert_eq!(hear(Side::Client, &header, 1, inbox).1, Ok(()));
}

#[test]
fn codes() {
    // Section 7.4.1: what the peer is told.
    for violation in [
        ReservedBits,
        UnknownOpcode,
        Masking,
        LengthEncoding,
        FragmentedControl,
        LongControl,
        Continuation,
        Interleaved,
        CloseCode,
    ] {
        assert_eq!(violation.code(), 1002, "{violation}");
    }
    assert_eq!(Violation::Utf8.code(), 1007);
    assert_eq!(Violation::TooLong.code(), 1009);
}

fn said(text: &str) -> Heard {
    Text(text.into())
}
