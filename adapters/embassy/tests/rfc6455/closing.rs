//! Sections 5.5.1 and 7: closing.

use voxwire_embassy::Inbox;
use voxwire_embassy::websocket::Side;
use voxwire_embassy::websocket::Violation::{CloseCode, LongControl, Utf8};

use crate::frame::CLOSE;
use crate::ours::Heard::{Close, Ping};
use crate::rule::{binary, close, frame, hear, hold, ping, rest, text, wire};

#[test]
fn payloads() {
    let longest = "x".repeat(123);
    hold(vec![
        ("5.5.1", "a close may be bare", vec![frame(CLOSE, "")], vec![Close(None, String::new())], Ok(())),
        ("5.5.1", "or carry a code", vec![close(1000, "")], vec![Close(Some(1000), String::new())], Ok(())),
        (
            "5.5.1",
            "and a reason",
            vec![close(1001, "tschüss")],
            vec![Close(Some(1001), "tschüss".into())],
            Ok(()),
        ),
        (
            "5.5",
            "of 123 bytes",
            vec![close(1001, &longest)],
            vec![Close(Some(1001), longest.clone())],
            Ok(()),
        ),
        ("5.5", "not more", vec![close(1001, "x".repeat(124))], vec![], Err(LongControl)),
        ("5.5.1", "half a code fails", vec![frame(CLOSE, [3])], vec![], Err(CloseCode)),
        ("5.5.1", "a reason that is not UTF-8 fails", vec![close(1000, b"\xC3")], vec![], Err(Utf8)),
        ("5.5.1", "even behind a good one", vec![close(1000, b"good \xED\xA0\x80")], vec![], Err(Utf8)),
        (
            "5.4",
            "a close may cut a message",
            vec![text("unfin").unfinished(), close(1000, "")],
            vec![Close(Some(1000), String::new())],
            Ok(()),
        ),
    ]);
}

#[test]
fn every_code() {
    let (mut may, mut may_not) = (Vec::new(), Vec::new());
    for code in 0..=u16::MAX {
        let travels = match code {
            // 7.4.1, and those registered with IANA since (7.4.2, section 11.7).
            1000..=1003 | 1007..=1011 | 1012..=1014 => true,
            // 7.4.1: reserved, or never to be sent.
            1004 | 1005 | 1006 | 1015 => false,
            // 7.4.2: not used; reserved for the protocol; for libraries and applications; beyond.
            0..=999 | 1016..=2999 | 5000.. => false,
            3000..=4999 => true,
        };
        if travels {
            let heard = vec![Close(Some(code), "why".into())];
            may.push(("7.4", "a code that may travel", vec![close(code, "why")], heard, Ok(())));
        } else {
            may_not.push((
                "7.4",
                "a code that may not travel",
                vec![close(code, "")],
                vec![],
                Err(CloseCode),
            ));
        }
    }
    assert_eq!((may.len(), may_not.len()), (2012, 65_536 - 2012));
    hold(may);
    // All are looked at alike: every one of the lower, and some of the upper.
    hold(
        may_not
            .into_iter()
            .enumerate()
            .filter(|(at, _)| *at < 4_000 || at % 97 == 0)
            .map(|(_, rule)| rule)
            .collect(),
    );
}

#[test]
fn nothing_counts_after_it() {
    let bye = || Close(Some(1000), "bye".into());
    hold(vec![
        (
            "5.5.1",
            "nothing is heard after a close",
            vec![ping("1"), close(1000, "bye"), text("late"), ping("2"), close(1001, "")],
            vec![Ping(b"1".into()), bye()],
            Ok(()),
        ),
        (
            "1.4",
            "what comes then is thrown away, whatever it is",
            vec![close(1000, "bye"), rest("").reserved(0x70), text("").mismasked()],
            vec![bye()],
            Ok(()),
        ),
    ]);

    // However much it is: there is always room for it, as the driver asserts.
    for side in [Side::Server, Side::Client] {
        let wire = wire(side, &[close(1000, "bye"), binary(vec![0; 5_000])]);
        for chunk in [1, 100, usize::MAX] {
            assert_eq!(hear(side, &wire, chunk, Inbox::MIN), (vec![bye()], Ok(())), "1.4");
        }
    }
}
