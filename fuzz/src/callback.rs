//! The body of a callback: any bytes, against `serde_json` and a table of what each callback may hold.

use std::fmt::Write;

use serde_json::{Map, Value};
use voxwire::callback::{Amount, Callback, CallbackError, CallbackEvent, MAX_BODY};
use voxwire::{Bound, MAX_HEADERS, MAX_NESTING, Utc, Vocabulary};

use crate::json::{Tree, most_levels, oracle};

mod table;

use table::{AMD, CALL, IDENTITY, Kind, MENU, MONEY, Member, members};

/// Reads `data` as the body of a callback.
///
/// # Panics
/// Where it is read as something else than it says, or refused without a reason.
pub fn callback(data: &[u8]) {
    let tree = str::from_utf8(data).ok().and_then(|text| oracle(text, 0));
    let callback = match Callback::parse(data) {
        Ok(callback) => callback,
        Err(error) => {
            assert!(is_right(error, data, tree.as_ref()), "{error}: {}", data.escape_ascii());
            return;
        }
    };
    let Some(Tree::Object(object)) = &tree else { panic!("taken, though it is no object: {callback:?}") };
    let named = text(object, "event").expect("an event");
    assert!(named.eq_ignore_ascii_case(callback.event().as_str()));
    assert!(data.len() <= MAX_BODY);

    read_out(&callback);
    // A header that is an object or an array is kept as it was spelled, and that the tree has forgotten.
    if headers(object).flat_map(leaves).any(|value| matches!(value, Tree::Object(_) | Tree::List(_))) {
        return;
    }
    let logged = serde_json::to_value(callback).expect("a callback can be logged");
    let mut expected = Map::new();
    expected.insert("event".into(), callback.event().as_str().into());
    let mut call = Map::new();
    log(object, CALL, &mut call);
    expected.insert("call".into(), call.into());
    log(object, members(callback.event()), &mut expected);
    assert_eq!(logged, Value::from(expected));

    let respelled = respell(str::from_utf8(data).expect("it was read as text"));
    if respelled.len() <= MAX_BODY {
        assert_eq!(Callback::parse(respelled.as_bytes()), Ok(callback), "{respelled}");
    }
}

/// Whether there is reason to refuse it so.
fn is_right(error: CallbackError, data: &[u8], tree: Option<&Tree<'_>>) -> bool {
    let _ = error.to_string();
    let object = if let Some(Tree::Object(object)) = tree { Some(object) } else { None };
    match error {
        CallbackError::Malformed { at, .. } => at <= data.len() && object.is_none(),
        CallbackError::Limit { bound: Bound::Body, at } => at == MAX_BODY && data.len() > MAX_BODY,
        CallbackError::Limit { bound: Bound::Nesting, at } => most_levels(&data[..at]) >= MAX_NESTING,
        CallbackError::Limit { bound: Bound::Headers, .. } => {
            object.is_some_and(|object| headers(object).any(too_many))
        }
        CallbackError::UnknownEvent { at } => {
            let known = |event: &str| {
                CallbackEvent::KNOWN.iter().any(|known| event.eq_ignore_ascii_case(known.as_str()))
            };
            at <= data.len() && object.is_some_and(|object| !text(object, "event").is_some_and(known))
        }
        _ => false,
    }
}

type Object<'j> = [(String, Tree<'j>)];

/// The last member of this name.
fn find<'t, 'j>(object: &'t Object<'j>, name: &str) -> Option<&'t Tree<'j>> {
    object.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn text<'t>(object: &'t Object<'_>, name: &str) -> Option<&'t str> {
    match find(object, name)? {
        Tree::Text(text) => Some(text),
        _ => None,
    }
}

/// Writes down what a log must show of these members.
fn log(object: &Object<'_>, members: &[Member], log: &mut Map<String, Value>) {
    for Member { wire, logged, kind } in members {
        let shown = find(object, wire).and_then(|value| show(value, *kind));
        if let Some(shown) = shown {
            log.insert((*logged).into(), shown);
        }
    }
}

fn show(value: &Tree<'_>, kind: Kind) -> Option<Value> {
    let record = |members| {
        let Tree::Object(object) = value else { return None };
        let mut shown = Map::new();
        log(object, members, &mut shown);
        Some(shown.into())
    };
    match kind {
        Kind::Text => {
            if let Tree::Text(text) = value {
                Some(text.as_str().into())
            } else {
                None
            }
        }
        Kind::Private => {
            let Tree::Text(text) = value else { return None };
            Some(Map::from_iter([("bytes".into(), text.len().into())]).into())
        }
        Kind::Number => {
            let digits = match value {
                Tree::Text(text) => text,
                Tree::Literal(literal) => *literal,
                _ => return None,
            };
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse::<u64>().ok().filter(|_| plain).map(Value::from)
        }
        Kind::Truth => match value {
            Tree::Literal("true") => Some(true.into()),
            Tree::Literal("false") => Some(false.into()),
            _ => None,
        },
        Kind::Amount => match value {
            Tree::Literal(literal) if !matches!(*literal, "true" | "false" | "null") => {
                Some((*literal).into())
            }
            _ => None,
        },
        Kind::Headers => match value {
            Tree::Object(object) => Some(object.iter().map(|(key, _)| Value::from(key.as_str())).collect()),
            Tree::List(list) => Some(list.iter().filter_map(pair).collect()),
            _ => None,
        },
        Kind::Money => record(MONEY),
        Kind::Identity => record(IDENTITY),
        Kind::Amd => record(AMD),
        Kind::Menu => record(MENU),
    }
}

/// The name of a header in a list.
fn pair(element: &Tree<'_>) -> Option<Value> {
    let Tree::Object(object) = element else { return None };
    match find(object, "key")? {
        Tree::Text(name) => Some(name.as_str().into()),
        Tree::Literal("null") => None,
        Tree::Literal(literal) => Some((*literal).into()),
        nested => panic!("a header that was to be passed over: {nested:?}"),
    }
}

const HEADERS: [&str; 2] = ["callHeaders", "cookies"];

/// Everything that is given as headers.
fn headers<'t, 'j>(object: &'t Object<'j>) -> impl Iterator<Item = &'t Tree<'j>> {
    let members = object.iter().filter(|(key, _)| HEADERS.iter().any(|name| key.eq_ignore_ascii_case(name)));
    members.map(|(_, value)| value)
}

fn too_many(headers: &Tree<'_>) -> bool {
    match headers {
        Tree::Object(object) => object.len() > MAX_HEADERS,
        Tree::List(list) => list.len() > MAX_HEADERS,
        _ => false,
    }
}

/// The values of headers, and of pairs in a list of them the names too.
fn leaves<'t, 'j>(headers: &'t Tree<'j>) -> Vec<&'t Tree<'j>> {
    let values = |tree: &'t Tree<'j>| match tree {
        Tree::Object(object) => object.iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    };
    match headers {
        Tree::List(list) => list.iter().flat_map(values).collect(),
        headers => values(headers),
    }
}

/// The same JSON, but every character of its strings that stands for itself is written as an escape, and there is white
/// space around it.
fn respell(json: &str) -> String {
    let (mut respelled, mut within) = (String::from(" \r\n"), false);
    let mut chars = json.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => within = !within,
            '\\' => {
                respelled.push(c);
                let kind = chars.next();
                respelled.extend(kind);
                respelled.extend(chars.by_ref().take(if kind == Some('u') { 4 } else { 0 }));
                continue;
            }
            _ if within => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    write!(respelled, "\\u{unit:04X}").expect("a string has room");
                }
                continue;
            }
            _ => {}
        }
        respelled.push(c);
    }
    respelled + "\t"
}

/// Reads what a log does not show.
fn read_out(callback: &Callback<'_>) {
    let _ = format!("{callback:?}");
    let call = callback.call();
    if let Some(timestamp) = call.timestamp {
        let whole = timestamp.to_string();
        assert_eq!(timestamp.text(), whole.as_str());
        // An escaped one is read from as many bytes as any timestamp takes.
        assert!(timestamp.utc() == Utc::parse(&whole) || whole.len() > 64);
        if let Some(utc) = timestamp.utc() {
            assert_eq!(Utc::parse(&utc.to_string()), Some(utc));
        }
    }
    let money = match callback {
        Callback::Ice(ice) => vec![ice.user_rate],
        Callback::Dice(dice) => vec![dice.debit, dice.user_rate],
        _ => Vec::new(),
    };
    money.into_iter().flatten().filter_map(|money| money.amount).for_each(scale);
    let headers = match callback {
        Callback::Ice(ice) => ice.call_headers,
        Callback::Dice(dice) => dice.call_headers,
        _ => call.cookies,
    };
    for header in headers.into_iter().flatten() {
        let name = header.name.to_string();
        assert!(headers.is_some_and(|headers| headers.find(&name.to_ascii_uppercase()).is_some()));
        assert_eq!(header.value.to_string().len(), header.value.len());
    }
}

/// An amount is exact or it is none: with one decimal more it is ten times as much.
fn scale(amount: Amount<'_>) {
    let written: f64 = amount.as_str().parse().expect("a number");
    for decimals in [0, 1, 4, 9, 18, u32::MAX - 1] {
        let scaled = amount.scaled(decimals);
        let more = amount.scaled(decimals + 1);
        if let (Some(scaled), Some(more)) = (scaled, more) {
            assert_eq!(more, scaled * 10);
        }
        let Some(scaled) = scaled else { continue };
        if scaled != 0 && decimals < 20 && written.is_normal() {
            let value = scaled as f64 / 10_f64.powi(decimals as i32);
            assert!((value / written - 1.0).abs() < 1e-9, "{amount} is {scaled} with {decimals} decimals");
        }
    }
}
