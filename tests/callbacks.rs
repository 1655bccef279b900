//! Callbacks of Sinch: what every body of the provider-neutral fixture tells, what is tolerated, what is refused and
//! where, and what a log shows of it.

use serde_json::{Value, json};
use support::chance::Chance;
use voxwire::callback::{
    Amd, AmdReason, AmdStatus, CallInfo, CallResult, Callback, CallbackError, CallbackEvent, Dice,
    DisconnectReason, Domain, EndpointType, Ice, InputMethod, MAX_BODY, MenuResult, MenuResultKind, Money,
    Notification, Notify, Pie, Private,
};
use voxwire::{Bound, Headers, MAX_HEADERS, MAX_NESTING, Text, Timestamp, Utc, Vocabulary, Word};

const MUTATIONS: usize = 100_000;

fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/sinch/callbacks.json")).expect("the fixture is JSON")
}

/// The fixture's cases: what each is called, its body, and what it tells.
fn cases() -> Vec<(String, String, Value)> {
    let fixture = fixture();
    let cases = fixture["cases"].as_array().expect("cases").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_string();
    cases.map(|case| (text(&case["id"]), text(&case["body"]), case["expect"].clone())).collect()
}

/// The bodies that are callbacks.
fn bodies() -> Vec<String> {
    let well = cases().into_iter().filter(|(_, _, expect)| expect.get("error").is_none());
    well.map(|(_, body, _)| body).collect()
}

fn parse(body: &str) -> Result<Callback<'_>, CallbackError> {
    Callback::parse(body.as_bytes())
}

fn ice(body: &str) -> Ice<'_> {
    match parse(body) {
        Ok(Callback::Ice(ice)) => ice,
        other => panic!("{body} gave {other:?}"),
    }
}

fn pie(body: &str) -> Pie<'_> {
    match parse(body) {
        Ok(Callback::Pie(pie)) => pie,
        other => panic!("{body} gave {other:?}"),
    }
}

fn dice(body: &str) -> Dice<'_> {
    match parse(body) {
        Ok(Callback::Dice(dice)) => dice,
        other => panic!("{body} gave {other:?}"),
    }
}

fn notify(body: &str) -> Notify<'_> {
    match parse(body) {
        Ok(Callback::Notify(notify)) => notify,
        other => panic!("{body} gave {other:?}"),
    }
}

#[test]
fn every_body_tells_what_the_fixture_says() {
    for (id, body, expect) in cases() {
        match expect["error"].as_str() {
            None => {
                let callback = parse(&body).unwrap_or_else(|error| panic!("{id}: {error}"));
                for (name, value) in expect.as_object().expect("members") {
                    assert_eq!(told(&callback, name), *value, "{name} of {id}");
                }
            }
            Some("unknown_event") => {
                assert!(matches!(parse(&body), Err(CallbackError::UnknownEvent { .. })), "{id}");
            }
            Some(_) => assert!(matches!(parse(&body), Err(CallbackError::Malformed { .. })), "{id}"),
        }
    }
}

/// What the callback tells by the fixture's name for it.
fn told(callback: &Callback<'_>, name: &str) -> Value {
    if let Some(name) = name.strip_suffix("_ci") {
        return json!(told(callback, name).as_str().expect("a word").to_lowercase());
    }
    let amount = |money: Option<Money<'_>>| {
        let amount = money.and_then(|money| money.amount);
        amount.map_or(Value::Null, |amount| serde_json::from_str(amount.as_str()).expect("a number"))
    };
    let call = callback.call();
    match (name, callback) {
        ("event", _) => json!(callback.event().as_str()),
        ("reply", _) => json!(if callback.wants_svaml() { "svaml" } else { "none" }),
        ("callid", _) => json!(call.call_id),
        ("timestamp", _) => json!(call.timestamp),
        ("version", _) => json!(call.version),
        ("custom", _) => json!(call.custom.map(|custom| custom.text())),
        ("cli", Callback::Ice(ice)) => json!(ice.cli),
        ("rdnis", Callback::Ice(ice)) => json!(ice.rdnis),
        ("domain", Callback::Ice(ice)) => json!(ice.domain),
        ("origination", Callback::Ice(ice)) => json!(ice.origination_type),
        ("to_type", Callback::Ice(ice)) => json!(ice.to.and_then(|to| to.kind)),
        ("to_endpoint", Callback::Ice(Ice { to, .. }) | Callback::Dice(Dice { to, .. })) => {
            json!(to.and_then(|to| to.endpoint))
        }
        ("rate_currency", Callback::Ice(ice)) => json!(ice.user_rate.and_then(|rate| rate.currency)),
        ("rate_amount", Callback::Ice(ice)) => amount(ice.user_rate),
        ("call_headers", Callback::Ice(ice)) => {
            json!(pairs(ice.call_headers.expect("headers")))
        }
        ("amd", Callback::Ace(ace)) => json!(ace.amd),
        ("menu_id", Callback::Pie(pie)) => json!(pie.menu_result.and_then(|result| result.menu_id)),
        ("type", Callback::Pie(pie)) => json!(pie.menu_result.and_then(|result| result.kind)),
        ("input_method", Callback::Pie(pie)) => json!(pie.menu_result.and_then(|result| result.input_method)),
        ("value", Callback::Pie(pie)) => {
            json!(pie.menu_result.and_then(|result| result.value).map(|value| value.text()))
        }
        ("reason", Callback::Dice(dice)) => json!(dice.reason),
        ("result", Callback::Dice(dice)) => json!(dice.result),
        ("duration", Callback::Dice(dice)) => json!(dice.duration),
        ("from", Callback::Dice(dice)) => json!(dice.from),
        ("debit_amount", Callback::Dice(dice)) => amount(dice.debit),
        ("type", Callback::Notify(notify)) => json!(notify.kind),
        ("destination", Callback::Notify(notify)) => json!(notify.destination.map(|url| url.text())),
        _ => panic!("{name} is nothing that a {} tells", callback.event()),
    }
}

fn pairs(headers: Headers<'_>) -> Vec<[String; 2]> {
    headers.iter().map(|header| [header.name.to_string(), header.value.to_string()]).collect()
}

#[test]
fn every_word_that_a_source_names_is_known_in_any_case() {
    let fixture = fixture();
    let listed = |names: &[&str]| -> Vec<String> {
        let lists = names.iter().map(|name| fixture["enums"][name].as_array().expect("a list"));
        lists.flatten().map(|word| word.as_str().expect("a word").to_string()).collect()
    };
    all_known::<CallbackEvent>(&listed(&["event"]));
    all_known::<DisconnectReason>(&listed(&["dice.reason.seed", "dice.reason.other_sources"]));
    all_known::<CallResult>(&listed(&["dice.result"]));
    all_known::<MenuResultKind>(&listed(&["menuResult.type"]));
    all_known::<InputMethod>(&listed(&["menuResult.inputMethod"]));
    all_known::<AmdStatus>(&listed(&["amd.status"]));
    all_known::<AmdReason>(&listed(&["amd.reason"]));
    all_known::<Notification>(&listed(&["notify.type"]));
    // These two stand in the fact sheet, 2.3.
    all_known::<EndpointType>(&["number", "username", "sip", "did", "conference"].map(str::to_string));
    all_known::<Domain>(&["pstn", "mxp", "sip", "conference", "server"].map(str::to_string));
}

/// The vocabulary has these words, in this spelling, and no others.
fn all_known<V: Vocabulary + core::fmt::Debug>(words: &[String]) {
    assert_eq!(V::KNOWN.len(), words.len(), "{:?}", V::KNOWN);
    for word in words {
        for spelled in [word.clone(), word.to_lowercase(), word.to_uppercase()] {
            let known = Word::<V>::new(Text::new(&spelled)).known();
            assert_eq!(known.map(V::as_str), Some(word.as_str()), "{spelled}");
        }
    }
}

#[test]
fn a_word_that_is_not_known_is_kept_as_it_came() {
    fn kept<V: Vocabulary>(word: Option<Word<'_, V>>) {
        let word = word.expect("it is there");
        assert!(word.known().is_none());
        assert_eq!(word.text(), "Solar/Flare");
    }
    let call = dice(r#"{"event":"dice","reason":"Solar\/Flare","result":"Solar/Flare"}"#);
    kept(call.reason);
    kept(call.result);
    let call = ice(
        r#"{"event":"ice","domain":"Solar/Flare","originationType":"Solar/Flare","to":{"type":"Solar/Flare"}}"#,
    );
    kept(call.domain);
    kept(call.origination_type);
    kept(call.to.unwrap().kind);
    let call = notify(
        r#"{"event":"notify","type":"Solar/Flare","amd":{"status":"Solar/Flare","reason":"Solar/Flare"}}"#,
    );
    kept(call.kind);
    kept(call.amd.unwrap().status);
    kept(call.amd.unwrap().reason);
    let call = pie(r#"{"event":"pie","menuResult":{"type":"Solar/Flare","inputMethod":"Solar/Flare"}}"#);
    kept(call.menu_result.unwrap().kind);
    kept(call.menu_result.unwrap().input_method);
}

#[test]
fn keys_and_words_are_read_in_any_case() {
    for key in ["callid", "callId", "CALLID", r"call\u0049d"] {
        let body = format!(r#"{{"event":"dice","{key}":"c1"}}"#);
        assert_eq!(dice(&body).call.call_id.unwrap(), "c1");
    }
    for (body, kind, from, to) in [
        (
            r#"{"event":"ice","to":{"type":"Number"},"originationType":"pstn","domain":"PSTN"}"#,
            EndpointType::Number,
            Domain::Pstn,
            Domain::Pstn,
        ),
        (
            r#"{"EVENT":"ICE","To":{"Type":"did"},"OriginationType":"MXP","DOMAIN":"Sip"}"#,
            EndpointType::Did,
            Domain::Mxp,
            Domain::Sip,
        ),
    ] {
        let ice = ice(body);
        assert_eq!(ice.to.unwrap().kind.unwrap(), kind);
        assert_eq!((ice.origination_type.unwrap(), ice.domain.unwrap()), (from.into(), to.into()));
    }
}

#[test]
fn money_is_kept_to_the_last_digit() {
    for (written, micros) in [("0", 0), ("0.0", 0), ("0.0095", 9_500), ("1.5e-3", 1_500), ("-2", -2_000_000)]
    {
        let body = format!(r#"{{"event":"dice","debit":{{"currencyId":null,"amount":{written}}}}}"#);
        let debit = dice(&body).debit.unwrap();
        assert_eq!(debit.currency, None);
        let amount = debit.amount.unwrap();
        assert_eq!((amount.as_str(), amount.scaled(6)), (written, Some(micros)));
        assert_eq!(amount.to_string(), written);
    }
    let digits = "7".repeat(1_000);
    let body = format!(
        r#"{{"event":"dice","debit":{{"amount":{digits}.{digits}}},"duration":{digits},"version":{digits}}}"#
    );
    let call = dice(&body);
    let amount = call.debit.unwrap().amount.unwrap();
    assert_eq!(amount.as_str(), format!("{digits}.{digits}"));
    assert_eq!((amount.scaled(1_000), call.duration, call.call.version), (None, None, None));
    assert_ne!(
        dice(r#"{"event":"dice","debit":{"amount":0}}"#).debit,
        dice(r#"{"event":"dice","debit":{"amount":0.0}}"#).debit
    );
}

#[test]
fn timestamps_of_any_precision_are_read_and_kept() {
    for (written, nanos) in [
        ("2026-02-03T08:15:30Z", 0),
        ("2026-02-03T08:15:30", 0),
        ("2026-02-03T08:15:30.125Z", 125_000_000),
        ("2026-02-03T08:15:30.1234567Z", 123_456_700),
    ] {
        let body = format!(r#"{{"event":"pie","timestamp":"{written}"}}"#);
        let timestamp = pie(&body).call.timestamp.unwrap();
        assert_eq!(timestamp, Timestamp::new(Text::new(written)));
        assert_eq!(timestamp.utc(), Some(Utc::new(1_770_106_530, nanos)));
    }
    let call = pie(r#"{"event":"pie","timestamp":"soon"}"#).call;
    assert_eq!(call.timestamp.map(|timestamp| timestamp.utc()), Some(None));
}

#[test]
fn members_of_any_type_that_are_not_known_are_skipped() {
    let call = pie(
        r#"{"a":null,"b":[1,[2,{"event":"ice"}],[]],"event":"pie","c":{"d":{"callid":"no"}},"e":-1.5e3,"f":true,
            "menuResult":{"addToContext":[{"menuId":"no"},["type"]],"menuId":"main","x":{"value":"no"}},"g":"\ud83d\ude00"}"#,
    );
    assert_eq!(call.call, CallInfo::default());
    let result = call.menu_result.unwrap();
    assert_eq!(result.menu_id.unwrap(), "main");
    assert_eq!((result.kind, result.value, result.input_method), (None, None, None));
}

#[test]
fn a_member_that_is_missing_null_or_of_another_type_is_none() {
    for event in CallbackEvent::KNOWN {
        let bare = parse(&format!(r#"{{"event":"{event}"}}"#)).unwrap().event();
        assert_eq!(bare, *event);
    }
    for odd in ["null", "[]", "{}", "true", "-1", r#""x""#] {
        let none = ice(r#"{"event":"ice"}"#);
        for key in ["callId", "to", "userRate", "callHeaders", "cookies", "duration", "delayed", "timestamp"]
        {
            let body = format!(r#"{{"event":"ice","{key}":{odd}}}"#);
            let text = odd.starts_with('"') && matches!(key, "callId" | "timestamp");
            let object = odd == "{}" && matches!(key, "to" | "userRate" | "callHeaders" | "cookies");
            let list = odd == "[]" && matches!(key, "callHeaders" | "cookies");
            let truth = odd == "true" && key == "delayed";
            assert_eq!(ice(&body) != none, text || object || list || truth, "{body}");
        }
    }
    let call = ice(r#"{"event":"ice","to":{"endpoint":46,"verified":"yes","type":[]},"version":"1"}"#);
    assert_eq!(call.to, Some(Default::default()));
    assert_eq!(call.call.version, Some(1));
}

#[test]
fn a_member_that_comes_twice_is_what_it_was_last() {
    let call = dice(
        r#"{"event":"ice","callid":"c1","to":{"endpoint":"a","verified":true},"duration":1,
            "Event":"dice","CallId":"c2","TO":{"endpoint":"b"},"duration":"none"}"#,
    );
    assert_eq!(call.call.call_id.unwrap(), "c2");
    assert_eq!(call.to.unwrap().endpoint.unwrap(), "b");
    assert_eq!((call.to.unwrap().verified, call.duration), (None, None));
    assert_eq!(parse(r#"{"event":"ice","event":null}"#), Err(CallbackError::UnknownEvent { at: 23 }));
}

#[test]
fn every_member_that_a_source_names_is_read() {
    let call = r#""callid":"c1","timestamp":"2026-02-03T08:15:30Z","version":1,"custom":"","applicationKey":"a1",
        "conferenceId":"room","cookies":[],"reference":"r1","user":"ada","delayed":false"#;
    let to = r#""to":{"type":"number","endpoint":"+46850111222","verified":null,"verified":true}"#;
    let rate = r#""userRate":{"currencyId":"EUR","amount":0.0041},"callHeaders":[]"#;
    let amd = r#""amd":{"status":"human","reason":"greeting","duration":3}"#;
    for own in [
        &format!(
            r#""event":"ice","callResourceUrl":"https://a.example/c1",{to},{rate},"cli":"private","domain":"pstn",
                "originationType":"PSTN","duration":0,"rdnis":"""#
        ),
        &format!(r#""event":"ace","callResourceUrl":"https://a.example/c1",{amd}"#),
        r#""event":"pie","menuResult":{"menuId":"main","type":"return","value":"","inputMethod":"voice"}"#,
        &format!(
            r#""event":"dice",{to},{rate},"reason":"N/A","result":"N/A","duration":0,"from":"private",
                "debit":{{"currencyId":"EUR","amount":0}}"#
        ),
        &format!(
            r#""event":"notify",{amd},"type":"callingerror","destination":"s3://b/n1","errorCode":50000,"errorMsg":"""#
        ),
    ] {
        let body = format!("{{{call},{own}}}");
        let callback = parse(&body).unwrap();
        let debug = format!("{callback:?}");
        assert!(!debug.contains("None"), "{debug}");
    }
}

#[test]
fn what_older_sources_have_is_read_too() {
    let call = ice(
        r#"{"user":"ada","reference":"r1","delayed":true,"conferenceId":"room","callHeaders":{"a":"1","b":2},
            "cookies":[{"key":"k","value":"v"}],"to":{"verified":false},"duration":0,"event":"ice"}"#,
    );
    assert_eq!(call.call.user.unwrap(), "ada");
    assert_eq!(call.call.reference.unwrap(), "r1");
    assert_eq!(call.call.conference_id.unwrap(), "room");
    assert_eq!(call.call.delayed, Some(true));
    assert_eq!(call.to.unwrap().verified, Some(false));
    assert_eq!(call.duration, Some(0));
    assert_eq!(pairs(call.call_headers.unwrap()), [["a", "1"], ["b", "2"]]);
    assert_eq!(call.call.cookies.unwrap().find("K").unwrap(), "v");
    let call = notify(
        r#"{"event":"notify","type":"callingerror","errorCode":40001,"errorMsg":"illegal SVAML","amd":{"duration":4}}"#,
    );
    assert_eq!(call.kind.unwrap(), Notification::CallingError);
    assert_eq!((call.error_code, call.error_msg), (Some(40_001), Some(Text::new("illegal SVAML"))));
    assert_eq!(call.amd.and_then(|amd| amd.duration), Some(4));
}

#[test]
fn an_event_that_is_missing_or_not_known_is_told_where_it_stands() {
    for (body, at) in [
        (r#"{"event":"ring"}"#, 9),
        (r#"{"event": ["ice"]}"#, 10),
        (r#"{"event":null }"#, 9),
        (r#"{"event":1}"#, 9),
        (r#"{"event":"ices"}"#, 9),
        (r#"{"events":"ice"}"#, 16),
        (r#" {"call":{"event":"ice"}} "#, 25),
        ("{}", 2),
    ] {
        assert_eq!(parse(body), Err(CallbackError::UnknownEvent { at }), "{body}");
    }
}

#[test]
fn what_is_no_json_object_is_refused_where_it_breaks() {
    for (body, at) in [
        ("", 0),
        ("  ", 2),
        ("null", 0),
        ("[]", 0),
        (r#""ice""#, 0),
        ("event=ice", 0),
        ("\u{feff}{\"event\":\"ice\"}", 0),
        ("\0{\"event\":\"ice\"}", 0),
        ("{\"event\":\"ice\"}\0", 15),
        ("{\"event\":\"ice\"} {}", 16),
        ("{\"event\":\"ice\",\"custom\":\"a\0b\"}", 26),
        (r#"{"event":"ice","callid":}"#, 24),
        (r#"{"event":"ice","custom":"\ud800"}"#, 31),
        (r#"{"event":"ice","custom":"\ude00"}"#, 31),
        (r#"{"event":"ice","custom":"\ud83d\u0041"}"#, 37),
        (r#"{"event":"ice","\ud83d":1}"#, 22),
        (r#"{"event":"ring","x":[1,]}"#, 23),
    ] {
        let found = parse(body);
        assert!(
            matches!(found, Err(CallbackError::Malformed { at: found, .. }) if found == at),
            "{body:?} gave {found:?}"
        );
    }
    let broken = b"{\"event\":\"ice\",\"cli\":\"\xff\"}";
    assert_eq!(Callback::parse(broken), Err(CallbackError::Malformed { what: "not UTF-8", at: 22 }));
    let custom = ice(r#"{"event":"ice","custom":"a\u0000\ud83d\ude00"}"#).call.custom.unwrap();
    assert_eq!(custom.text(), "a\0😀");
}

#[test]
fn every_beginning_of_a_body_is_refused() {
    for body in bodies() {
        for length in 0..body.len() {
            let beginning = &body.as_bytes()[..length];
            assert!(
                matches!(Callback::parse(beginning), Err(CallbackError::Malformed { at, .. }) if at <= length),
                "{length} bytes of {body}"
            );
        }
    }
}

#[test]
fn every_bound_is_told() {
    let body = |length: usize| {
        let head = r#"{"event":"ice","custom":""#;
        format!(r#"{head}{}"}}"#, "x".repeat(length - head.len() - 2))
    };
    assert!(parse(&body(MAX_BODY)).is_ok());
    let too_long = Err(CallbackError::Limit { bound: Bound::Body, at: MAX_BODY });
    assert_eq!(parse(&body(MAX_BODY + 1)), too_long);
    // Before anything is read.
    assert_eq!(Callback::parse(&vec![0xff; 10_000_000]), too_long);

    let nested =
        |depth: usize| format!(r#"{{"event":"ice","x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&nested(MAX_NESTING - 1)).is_ok());
    for depth in [MAX_NESTING, 10_000] {
        let at = r#"{"event":"ice","x":"#.len() + MAX_NESTING - 1;
        assert_eq!(parse(&nested(depth)), Err(CallbackError::Limit { bound: Bound::Nesting, at }));
    }

    for key in ["callHeaders", "cookies"] {
        let list = |count: usize| {
            let pairs = vec![r#"{"key":"k","value":"v"}"#; count].join(",");
            format!(r#"{{"event":"ice","{key}":[{pairs}]}}"#)
        };
        assert!(parse(&list(MAX_HEADERS)).is_ok());
        let body = list(MAX_HEADERS + 1);
        let at = body.rfind('{').unwrap();
        assert_eq!(parse(&body), Err(CallbackError::Limit { bound: Bound::Headers, at }));
    }
}

#[test]
fn a_log_shows_who_called_whom_and_nothing_that_was_confided() {
    let secrets = ["s3cr3t", "4571", "sig="];
    for (body, line) in [
        (
            r#"{"event":"ice","callid":"c1","custom":"s3cr3t","cli":"+46701740605","to":{"type":"number","endpoint":"+46850111222"},
                "callHeaders":[{"key":"token","value":"s3cr3t"}],"cookies":{"pin":"4571"},"userRate":{"amount":0.0041}}"#,
            json!({
                "event": "ice",
                "call": {"call_id": "c1", "custom": {"bytes": 6}, "cookies": ["pin"]},
                "user_rate": {"amount": "0.0041"},
                "cli": "+46701740605",
                "to": {"type": "number", "endpoint": "+46850111222"},
                "call_headers": ["token"],
            }),
        ),
        (
            r#"{"event":"pie","menuResult":{"menuId":"main","type":"sequence","value":"4571","inputMethod":"dtmf"}}"#,
            json!({
                "event": "pie",
                "call": {},
                "menu_result": {
                    "menu_id": "main", "type": "sequence", "value": {"bytes": 4}, "input_method": "dtmf",
                },
            }),
        ),
        (
            r#"{"event":"notify","type":"recording_available","destination":"https://a.example/n1.mp3?sig=4571"}"#,
            json!({
                "event": "notify",
                "call": {},
                "type": "recording_available",
                "destination": {"bytes": 33},
            }),
        ),
        (
            r#"{"event":"dice","timestamp":"2026-02-03T08:20:00Z","reason":"TIMEOUT","from":"private","duration":0}"#,
            json!({
                "event": "dice",
                "call": {"timestamp": "2026-02-03T08:20:00Z"},
                "reason": "TIMEOUT",
                "duration": 0,
                "from": "private",
            }),
        ),
    ] {
        let callback = parse(body).unwrap();
        assert_eq!(logged(&callback), line);
        let debug = format!("{callback:?}");
        for shown in [debug, line.to_string()] {
            assert!(!secrets.iter().any(|secret| shown.contains(secret)), "{shown}");
        }
    }
}

/// The JSON of a callback in a log, on which both writers must agree.
fn logged(callback: &Callback<'_>) -> Value {
    let mut buf = [0; 8192];
    let len = serde_json_core::to_slice(callback, &mut buf).expect("8 KiB hold any of these");
    let line: Value = serde_json::from_slice(&buf[..len]).expect("what is written is JSON");
    assert_eq!(serde_json::to_value(callback).ok(), Some(line.clone()));
    line
}

#[test]
fn a_hundred_thousand_mutations_are_survived() {
    let bodies = bodies();
    let mut chance = Chance::new(1);
    let (mut read, mut mutant) = (0, Vec::new());
    for turn in 0..MUTATIONS {
        chance.mutate(&bodies[turn % bodies.len()], &bodies, &mut mutant);
        match Callback::parse(&mutant) {
            Ok(callback) => {
                read += 1;
                look_at_everything(&callback);
            }
            Err(
                CallbackError::Malformed { at, .. }
                | CallbackError::Limit { at, .. }
                | CallbackError::UnknownEvent { at },
            ) => assert!(at <= mutant.len()),
            Err(other) => panic!("{other} is not expected"),
        }
    }
    assert!(read > MUTATIONS / 20, "only {read} of the mutants could be read, so little was tried");
}

fn look_at_everything(callback: &Callback<'_>) {
    assert!(!format!("{callback:?}").is_empty());
    logged(callback);
    let call = callback.call();
    call.cookies.into_iter().for_each(|cookies| drop(pairs(cookies)));
    call.timestamp.and_then(|timestamp| timestamp.utc());
    call.custom.map(|custom| custom.text().to_string());
    let money = |money: Option<Money<'_>>| {
        let amount = money.and_then(|money| money.amount);
        amount.map(|amount| (0..40).filter_map(|decimals| amount.scaled(decimals)).count())
    };
    let detected = |amd: Option<Amd<'_>>| {
        amd.map(|amd| (amd.status.map(|word| word.known()), amd.reason.map(|word| word.known())))
    };
    match callback {
        Callback::Ice(ice) => {
            ice.call_headers.into_iter().for_each(|headers| drop(pairs(headers)));
            ice.domain.map(|word| word.known());
            ice.origination_type.map(|word| word.known());
            ice.to.and_then(|to| to.kind).map(|word| word.known());
            money(ice.user_rate);
        }
        Callback::Ace(ace) => drop(detected(ace.amd)),
        Callback::Pie(Pie { menu_result: Some(MenuResult { kind, value, input_method, .. }), .. }) => {
            kind.map(|word| word.known());
            input_method.map(|word| word.known());
            value.map(|value: Private<'_>| value.text().len());
        }
        Callback::Dice(dice) => {
            dice.call_headers.into_iter().for_each(|headers| drop(pairs(headers)));
            dice.reason.map(|word| word.known());
            dice.result.map(|word| word.known());
            money(dice.debit);
            money(dice.user_rate);
        }
        Callback::Notify(notify) => {
            notify.kind.map(|word| word.known());
            detected(notify.amd);
        }
        _ => {}
    }
}
