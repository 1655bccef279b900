//! The JSON reader against serde_json: what one accepts the other accepts, and reads the same.
//!
//! They differ on purpose in two points: ours bounds nesting at [`MAX_NESTING`], and takes numbers of any size, for
//! it leaves them as they are written.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;
use serde_json::{Map, Value};
use support::{cases, vocabulary};
use voxwire::_codec::json::{self, Reader};
use voxwire::_codec::writer::Writer;
use voxwire::{Bound, Dialect, Event, MAX_NESTING, Message, ReceiveError, Text};

/// Reads a document from the outside in, as a dialect does.
fn walked(text: &str) -> Result<Value, ReceiveError> {
    let mut reader = Reader::new(text);
    let value = walk(&mut reader);
    reader.finish()?;
    Ok(value)
}

fn walk(reader: &mut Reader<'_>) -> Value {
    match reader.peek() {
        Some(b'{') => {
            let mut members = Map::new();
            reader.open_object();
            while let Some(key) = reader.key() {
                members.insert(key.to_string(), walk(reader));
            }
            Value::Object(members)
        }
        Some(b'[') => {
            let mut elements = Vec::new();
            reader.open_array();
            while reader.element() {
                elements.push(walk(reader));
            }
            Value::Array(elements)
        }
        _ => match reader.value() {
            json::Value::String(text) => Value::String(text.to_string()),
            json::Value::Number(digits) => digits.parse().map_or(Value::Null, Value::Number),
            json::Value::Bool(bool) => Value::Bool(bool),
            json::Value::Null => Value::Null,
            json::Value::Object(_) | json::Value::Array(_) => unreachable!("it was peeked at"),
        },
    }
}

/// Steps over a document whole, as a dialect does with what it does not know.
fn stepped_over(text: &str) -> Result<(), ReceiveError> {
    let mut reader = Reader::new(text);
    reader.value();
    reader.finish()
}

/// Both readers on one document.
fn compare(text: &str) {
    let theirs = serde_json::from_str::<Value>(text);
    let ours = walked(text);
    assert_eq!(ours.as_ref().map(drop), stepped_over(text).as_ref().map(drop), "{text:?}");
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{text:?}"),
        (Err(ReceiveError::Limit { bound: Bound::Nesting, .. }), _) => {
            assert!(text.matches(['[', '{']).count() > MAX_NESTING, "{text:?}");
        }
        (Err(ReceiveError::Malformed { at, .. }), Err(_)) => assert!(at <= text.len(), "{text:?}"),
        (Ok(_), Err(error)) if error.to_string().starts_with("number out of range") => {}
        (ours, theirs) => panic!("{text:?}: {ours:?}, but serde_json {theirs:?}"),
    }
}

#[test]
fn tricky_documents_are_read_as_serde_json_reads_them() {
    for text in [
        "",
        " ",
        "null",
        " null ",
        "nul",
        "nulll",
        "null null",
        "true",
        "false",
        "True",
        "tru",
        "\u{feff}null",
        "0",
        "-0",
        "00",
        "01",
        "-",
        "-1",
        "+1",
        "1.",
        ".5",
        "1.5",
        "1.5.5",
        "1e5",
        "1E+5",
        "1e-5",
        "1e",
        "1e+",
        "0e0",
        "-0.0",
        "0x1",
        "1_000",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "1e400",
        "NaN",
        "Infinity",
        r#""""#,
        r#"""#,
        r#""a"#,
        r#"'a'"#,
        r#""\""#,
        r#""\\""#,
        r#""\/""#,
        r#""/""#,
        r#""\b\f\n\r\t""#,
        r#""\a""#,
        r#""\'""#,
        r#""\u0041""#,
        r#""\u004""#,
        r#""\u004g""#,
        r#""\U0041""#,
        r#""\u0000""#,
        r#""\ud83d\ude00""#,
        r#""\uD83D\uDE00""#,
        r#""\ud83d""#,
        r#""\ude00""#,
        r#""\ud83dx""#,
        r#""\ud83d\n""#,
        r#""\ud83d\u0041""#,
        r#""\ud83d\ud83d""#,
        r#""\u+041""#,
        "\"\u{1f}\"",
        "\"\u{7f}\"",
        "\"\u{2028}\"",
        "\"\t\"",
        "\"é😀\"",
        "\"a\nb\"",
        "[]",
        "[ ]",
        "[,]",
        "[1]",
        "[1,]",
        "[,1]",
        "[1,,2]",
        "[1 2]",
        "[1",
        "]",
        "[]]",
        "[[]",
        "[1]x",
        "[\"a\":1]",
        "{}",
        "{ }",
        "{,}",
        r#"{"a":1}"#,
        r#"{"a":1,}"#,
        r#"{,"a":1}"#,
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a" 1}"#,
        r#"{a:1}"#,
        r#"{1:1}"#,
        r#"{"a":1 "b":2}"#,
        r#"{"a":1,"b":2}"#,
        r#"{"a":1"#,
        r#"{"a":{"b":[{}]}}"#,
        r#"{"a":[}"#,
        r#"{"a":1]"#,
        r#"[1}"#,
        r#"{"":""}"#,
        r#"{"\u0061":"\u0062"}"#,
        "{\"a\"\n:\t1\r,\"b\" : 2 }",
        "\u{a0}1",
        "1\u{a0}",
        "//1",
        "1/**/",
        "[1]\0",
        "\0",
        "\u{b}1",
        "\u{c}1",
        "{}{}",
        "{} []",
    ] {
        compare(text);
    }
}

#[test]
fn nesting_is_bounded_and_serde_json_agrees_below_the_bound() {
    for depth in [1, MAX_NESTING, MAX_NESTING + 1, 100] {
        let text = ["[".repeat(depth), "]".repeat(depth)].concat();
        compare(&text);
        assert_eq!(walked(&text).is_ok(), depth <= MAX_NESTING);
        let text = [r#"{"a":"#.repeat(depth), "0".into(), "}".repeat(depth)].concat();
        compare(&text);
        assert_eq!(walked(&text).is_ok(), depth <= MAX_NESTING);
    }
}

#[test]
fn every_prefix_of_every_sample_is_read_as_serde_json_reads_it() {
    for dialect in [Dialect::Sinch, Dialect::Wavix] {
        for sample in support::samples::all(dialect) {
            let support::samples::Sample::Text(text) = sample else { continue };
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.for_each(|end| compare(&text[..end]));
        }
    }
}

/// A document with all kinds of values, nested.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e300_f64..1e300).prop_map(Value::from),
        vocabulary::text(12).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((vocabulary::text(8), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn documents_that_serde_json_wrote_are_read_as_it_reads_them(document in document()) {
        for text in [document.to_string(), format!("{document:#}")] {
            prop_assert_eq!(walked(&text).ok(), serde_json::from_str(&text).ok());
            prop_assert_eq!(stepped_over(&text), Ok(()));
        }
    }

    #[test]
    fn what_looks_almost_like_json_is_judged_as_serde_json_judges_it(
        pieces in vec(
            select(vec![
                "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u", "00", "d83d", "\\ude00", "-", "1", ".5", "e9", "E+", "true",
                "null", "false", " ", "\n", "a", "é", "\"k\":", "\"v\"", "\u{0}",
            ]),
            0..14,
        ),
    ) {
        compare(&pieces.concat());
    }

    #[test]
    fn strings_are_written_so_that_everyone_reads_them(text in vocabulary::text(40)) {
        let mut buf = vec![0; 6 * text.len() + 2];
        let mut writer = Writer::new(&mut buf);
        writer.string(Text::new(&text));
        let len = writer.finish().unwrap();
        let written = str::from_utf8(&buf[..len]).unwrap();
        prop_assert_eq!(walked(written), Ok(Value::from(text.clone())));
        prop_assert_eq!(serde_json::from_str::<String>(written).ok(), Some(text));
    }
}

/// Audio as it is usually spelled is read on a path of its own, which white space leads past.
#[test]
fn what_is_spelled_as_usual_is_read_as_all_else_is() {
    let mut texts = 0;
    for [one, other] in two_oddities() {
        let odd = |slot: usize| match slot {
            _ if slot == one.0 => ODDITIES[slot][one.1],
            _ if slot == other.0 => ODDITIES[slot][other.1],
            _ => ODDITIES[slot][0],
        };
        let text: String = (0..ODDITIES.len()).map(odd).collect();
        let spaced = format!(" {text}");
        let read = Dialect::Wavix.decode_event(Message::Text(&text));
        let read_too = Dialect::Wavix.decode_event(Message::Text(&spaced));
        match (read, read_too) {
            (Ok(Event::Other(_)), Ok(Event::Other(_))) | (Err(_), Err(_)) => {}
            (Ok(read), Ok(read_too)) => assert_eq!(read, read_too, "{text}"),
            (read, read_too) => panic!("{text}: {read:?} but {read_too:?}"),
        }
        let said = Dialect::Wavix.decode_command(Message::Text(&text));
        assert_eq!(said.is_ok(), read.is_ok(), "{text}");
        texts += 1;
    }
    assert!(texts > 1_500, "{texts}");
}

/// The parts of a message of audio: first as usual, then as they may come or may not.
const ODDITIES: [&[&str]; 10] = [
    &[r#"{"event":"media""#, r#"{"event":"mark""#, r#"{"event":"media2""#, r#"{"Event":"media""#, "{", ""],
    &[r#","event_time":"2024-01-15T10:30:01Z""#, "", r#","event_time":null"#, r#","event_time":"a\"b""#],
    &[r#","call_id":"abc-123""#, "", r#","call_id":"\u0061""#, ",\"call_id\":\"\t\"", r#","call_id":"a"#],
    &[r#","stream_id":"str-456""#, "", r#", "stream_id":"str-456""#, r#","stream_id":"s","stream_id":"t""#],
    &[
        r#","sequence_number":2"#,
        "",
        r#","sequence_number":02"#,
        r#","sequence_number":"2""#,
        r#","sequence_number":"#,
    ],
    &[
        r#","media":{"payload":"AAEC/f7+""#,
        "",
        r#","media":{"payload":"AAEC\/f7+""#,
        r#","media":{"payload":"%""#,
        ",\"media\":{\"payload\":\"AAECAAECAAECAAECAAECAAECAAECAAECAAECAAEC\u{1}\"",
        r#","media":{"payload":"""#,
        r#","media":{"payload":7"#,
        r#","media":{"PAYLOAD":"AAEC""#,
    ],
    &[r#","track":"inbound""#, "", r#","track":"OUTBOUND""#, r#","track":"é""#, r#","track":{}"#],
    &[
        r#","timestamp":160"#,
        "",
        r#","timestamp":-1"#,
        r#","timestamp":0"#,
        r#","timestamp":18446744073709551615"#,
        r#","timestamp":18446744073709551616"#,
        r#","timestamp":1.5"#,
        r#","timestamp":1e2"#,
        r#","timestamp":00"#,
        r#","timestamp":"160""#,
    ],
    &[r#","chunk":1"#, "", r#","chunk":1,"chunk":2"#, r#","chunk":true"#, r#","chunk": 1"#, r#","chunk":1x"#],
    &["}}", "}", "}} ", "}}}", r#"},"media":{"payload":"AAEC"}}"#, r#","payload":"AAEC"}}"#, ""],
];

/// Every two parts in every spelling.
fn two_oddities() -> impl Iterator<Item = [(usize, usize); 2]> {
    let all = || (0..ODDITIES.len()).flat_map(|slot| (0..ODDITIES[slot].len()).map(move |odd| (slot, odd)));
    all().flat_map(move |one| all().filter(move |other| other.0 > one.0).map(move |other| [one, other]))
}
