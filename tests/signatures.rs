//! Requests signed and verified: the vectors of the provider-neutral fixture, and whatever else may come.

use core::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};
use proptest::sample::{Index, select};
use serde_json::Value;
use support::cases;
use support::samples::string;
use voxwire::Utc;
use voxwire::signature::{
    ContentMd5, Credentials, CredentialsError, MAX_KEY, MAX_SECRET, Protection, Received, Refusal, Request,
    Scheme, Verifier,
};

const KEY: &str = "0d5c2f0e-6a7b-4c11-9a55-0b6f4c1de001";
const SECRET: &str = "EBESExQVFhcYGRobHB0eHw==";
const NOW: Utc = Utc::new(1_770_106_530, 0);
const BODY: &[u8] = br#"{"event":"ice","callid":"c1"}"#;
const REQUEST: Request<'static> = Request {
    method: "POST",
    path: "/voice/ice",
    content_type: "application/json; charset=utf-8",
    timestamp: "2026-02-03T08:15:30.5550001Z",
    body: BODY,
};

fn credentials() -> Credentials {
    Credentials::new(KEY, SECRET).expect("key and secret are proper")
}

/// A verifier that asks for no time.
fn timeless() -> Verifier {
    Verifier::new(credentials()).window(None)
}

/// The request as the other side receives it.
fn received<'r>(request: Request<'r>, authorization: &'r str) -> Received<'r> {
    Received {
        method: request.method,
        path: request.path,
        authorization: Some(authorization),
        content_type: Some(request.content_type),
        timestamp: Some(request.timestamp),
        body: request.body,
    }
}

/// What is said of a request that came with another `Authorization` header than it should.
fn judged(authorization: &str) -> Result<(), Refusal> {
    timeless().verify(NOW, &received(REQUEST, authorization))
}

fn authorization() -> String {
    credentials().authorization(&REQUEST).to_string()
}

/// `text` with one byte changed into each other ASCII byte in turn, everywhere.
fn changed(text: &str) -> impl Iterator<Item = String> {
    (0..text.len()).flat_map(move |at| {
        (0..0x80_u8).filter(move |byte| *byte != text.as_bytes()[at]).map(move |byte| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = byte;
            String::from_utf8(bytes).expect("it was ASCII and is")
        })
    })
}

// The vectors.

fn fixture() -> Value {
    let text = include_str!("fixtures/sinch/signature-vectors.json");
    serde_json::from_str(text).expect("the fixture is JSON")
}

fn entries(name: &str) -> Vec<Value> {
    fixture()[name].as_array().unwrap_or_else(|| panic!("{name} is an array")).clone()
}

fn credentials_of(vector: &Value) -> Credentials {
    Credentials::new(string(&vector["key"]), string(&vector["secret_base64"])).expect("both are proper")
}

fn received_of(vector: &Value) -> Received<'_> {
    Received {
        method: string(&vector["method"]),
        path: string(&vector["path"]),
        authorization: vector["authorization"].as_str(),
        content_type: vector["content_type"].as_str(),
        timestamp: vector["x_timestamp"].as_str(),
        body: string(&vector["body"]).as_bytes(),
    }
}

#[test]
fn every_valid_vector_is_signed_and_verified() {
    for vector in entries("valid") {
        let credentials = credentials_of(&vector);
        let received = received_of(&vector);
        let request = Request {
            method: received.method,
            path: received.path,
            content_type: string(&vector["content_type"]),
            timestamp: string(&vector["x_timestamp"]),
            body: received.body,
        };
        assert_eq!(request.content_md5().as_str(), string(&vector["content_md5"]), "{vector}");
        assert_eq!(credentials.sign(&request).as_str(), string(&vector["signature"]), "{vector}");
        assert_eq!(credentials.authorization(&request).to_string(), string(&vector["authorization"]));

        let verifier = Verifier::new(credentials);
        let signed = Utc::parse(request.timestamp).expect("the vectors have proper times");
        assert_eq!(verifier.verify(signed, &received), Ok(()), "{vector}");
        assert_eq!(verifier.window(None).verify(Utc::default(), &received), Ok(()), "{vector}");
    }
}

#[test]
fn every_invalid_vector_is_refused_for_its_own_reason() {
    for vector in entries("invalid") {
        let verifier = Verifier::new(credentials_of(&vector)).window(None);
        let reason = match string(&vector["id"]) {
            "neg-missing-auth" => Refusal::NoAuthorization,
            "neg-other-key" => Refusal::OtherKey,
            "neg-no-colon" => Refusal::MalformedAuthorization,
            _ => Refusal::WrongSignature,
        };
        assert_eq!(verifier.verify(NOW, &received_of(&vector)), Err(reason), "{vector}");
    }
}

#[test]
fn freshness_is_what_the_fixture_says() {
    for case in entries("freshness") {
        let now = Utc::parse(string(&case["now"])).expect("a time");
        let window = case["window_s"].as_u64().map(Duration::from_secs);
        let request = Request { timestamp: string(&case["x_timestamp"]), ..REQUEST };
        let authorization = credentials().authorization(&request).to_string();
        let verifier = Verifier::new(credentials()).window(window);
        let judged = verifier.verify(now, &received(request, &authorization));
        assert_eq!(judged.is_ok(), case["accept"] == true, "{case} gave {judged:?}");
    }
}

#[test]
fn protection_is_what_the_fixture_says() {
    for case in entries("webhook_protection") {
        let protection = Protection::find(|name| {
            case["mode"].as_str().filter(|_| name == Protection::NAMES[0]).map(str::to_string)
        });
        let production = case["production"] == true;
        assert_eq!(protection.verifies(production), case["verify"] == true, "{case}");
    }
}

#[test]
fn the_new_name_of_the_setting_wins_over_the_old_as_the_fixture_says() {
    for case in entries("webhook_protection_names") {
        let protection = Protection::find(|name| case[name].as_str());
        assert_eq!(protection.as_str(), string(&case["effective"]), "{case}");
    }
}

// Signing.

#[test]
fn the_method_is_signed_in_upper_case() {
    let signature = credentials().sign(&REQUEST);
    for method in ["post", "Post"] {
        assert_eq!(credentials().sign(&Request { method, ..REQUEST }), signature);
    }
}

#[test]
fn the_path_is_signed_without_what_stands_around_it() {
    let sign = |path| credentials().sign(&Request { path, ..REQUEST });
    for path in [
        "/voice/ice?",
        "/voice/ice?a=b&c=https://elsewhere/d",
        "/voice/ice#part",
        "/voice/ice#a?b",
        "https://app.example/voice/ice",
        "HTTP://127.0.0.1:8080/voice/ice?x",
    ] {
        assert_eq!(sign(path), sign("/voice/ice"), "{path}");
    }
    for host in ["https://app.example", "https://app.example?query", "https://"] {
        assert_eq!(sign(host), sign("/"), "{host}");
    }
    for other in [
        "/voice/%69ce",
        "/voice/ice/",
        "//voice/ice",
        "/VOICE/ice",
        "/x://app.example/voice/ice",
        "x/://app.example/voice/ice",
        "",
    ] {
        assert_ne!(sign(other), sign("/voice/ice"), "{other}");
    }
}

#[test]
fn an_empty_body_has_no_digest() {
    assert_eq!(ContentMd5::of(b"").as_str(), "");
    assert_eq!(ContentMd5::of(b"\0").to_string().len(), 24);
}

#[test]
fn voice_2_signs_the_same_under_another_word() {
    let service = credentials().scheme(Scheme::Service);
    assert_eq!(service.sign(&REQUEST), credentials().sign(&REQUEST));
    let written = service.authorization(&REQUEST).to_string();
    assert_eq!(written, authorization().replacen("application", "service", 1));

    let verifier = Verifier::new(service).window(None);
    assert_eq!(verifier.verify(NOW, &received(REQUEST, &written)), Ok(()));
    assert_eq!(verifier.verify(NOW, &received(REQUEST, &authorization())), Err(Refusal::OtherScheme));
    assert_eq!(judged(&written), Err(Refusal::OtherScheme));
}

// Verifying.

#[test]
fn a_header_that_did_not_come_is_named() {
    let authorization = authorization();
    let whole = received(REQUEST, &authorization);
    for (without, refusal) in [
        (Received { authorization: None, ..whole }, Refusal::NoAuthorization),
        (Received { content_type: None, ..whole }, Refusal::NoContentType),
        (Received { timestamp: None, ..whole }, Refusal::NoTimestamp),
    ] {
        assert_eq!(timeless().verify(NOW, &without), Err(refusal));
    }
}

#[test]
fn every_byte_of_the_request_is_signed() {
    let authorization = authorization();
    let whole = received(REQUEST, &authorization);
    let refused = |changed: Received<'_>| {
        assert_eq!(timeless().verify(NOW, &changed), Err(Refusal::WrongSignature), "{changed:?}");
    };
    for method in changed(REQUEST.method).filter(|method| !method.eq_ignore_ascii_case(REQUEST.method)) {
        refused(Received { method: &method, ..whole });
    }
    changed(REQUEST.path).for_each(|path| refused(Received { path: &path, ..whole }));
    for content_type in changed(REQUEST.content_type) {
        refused(Received { content_type: Some(&content_type), ..whole });
    }
    for timestamp in changed(REQUEST.timestamp) {
        refused(Received { timestamp: Some(&timestamp), ..whole });
    }
    let body = core::str::from_utf8(BODY).expect("it is ASCII");
    changed(body).for_each(|body| refused(Received { body: body.as_bytes(), ..whole }));
    for bit in 0..8 * BODY.len() {
        let mut body = BODY.to_vec();
        body[bit / 8] ^= 1 << (bit % 8);
        refused(Received { body: &body, ..whole });
    }
    for length in 0..BODY.len() {
        refused(Received { body: &BODY[..length], ..whole });
    }
}

#[test]
fn what_is_signed_cannot_move_from_line_to_line() {
    let authorization = authorization();
    let whole = received(REQUEST, &authorization);
    for moved in [
        Received { content_type: Some(""), ..whole },
        Received { timestamp: Some(""), ..whole },
        Received { content_type: whole.timestamp, timestamp: whole.content_type, ..whole },
        Received { method: "POST\n", ..whole },
        Received { timestamp: Some("2026-02-03T08:15:30.5550001Z\n/voice/ice"), path: "", ..whole },
        Received { timestamp: Some("2026-02-03T08:15:30.5550001Z "), ..whole },
        Received { path: "/voice/ice\n", ..whole },
    ] {
        assert_eq!(timeless().verify(NOW, &moved), Err(Refusal::WrongSignature), "{moved:?}");
    }
}

#[test]
fn every_byte_of_the_authorization_counts() {
    let authorization = authorization();
    let (scheme, rest) = authorization.split_once(' ').expect("there is one");
    let (key, signature) = rest.split_once(':').expect("there is one");

    for scheme in changed(scheme) {
        let expected = match scheme.to_ascii_lowercase().as_str() {
            "application" => Ok(()),
            other if other.contains(' ') => Err(Refusal::MalformedAuthorization),
            _ => Err(Refusal::OtherScheme),
        };
        assert_eq!(judged(&format!("{scheme} {rest}")), expected, "{scheme:?}");
    }
    for blank in changed(" ") {
        assert_eq!(judged(&format!("{scheme}{blank}{rest}")), Err(Refusal::MalformedAuthorization));
    }
    for key in changed(key) {
        let expected = if key.contains(' ') { Refusal::MalformedAuthorization } else { Refusal::OtherKey };
        assert_eq!(judged(&format!("{scheme} {key}:{signature}")), Err(expected), "{key:?}");
    }
    for colon in changed(":") {
        assert_eq!(
            judged(&format!("{scheme} {key}{colon}{signature}")),
            Err(Refusal::MalformedAuthorization)
        );
    }
    for signature in changed(signature) {
        let expected = if signature.contains(' ') {
            Refusal::MalformedAuthorization
        } else if spells_32_bytes(&signature) {
            Refusal::WrongSignature
        } else {
            Refusal::MalformedSignature
        };
        assert_eq!(judged(&format!("{scheme} {key}:{signature}")), Err(expected), "{signature:?}");
    }
    for length in 0..authorization.len() {
        assert!(judged(&authorization[..length]).is_err(), "{length} bytes of it");
    }
}

/// Whether this is how 32 bytes are spelled: 43 characters, of whose last but four bits count, and a padding.
fn spells_32_bytes(text: &str) -> bool {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let Some(characters) = text.strip_suffix('=').filter(|rest| rest.len() == 43) else { return false };
    let last = characters.chars().last().and_then(|last| alphabet.find(last));
    characters.chars().all(|character| alphabet.contains(character)) && last.is_some_and(|at| at % 4 == 0)
}

#[test]
fn a_signature_has_one_spelling() {
    let authorization = authorization();
    let unpadded = authorization.trim_end_matches('=');
    for other in [
        unpadded.to_string(),
        format!("{unpadded}=="),
        format!("{unpadded}A"),
        format!("{unpadded}A="),
        format!("{unpadded}%3D"),
        authorization.replace(['+', '/'], "-"),
        authorization.replace(':', ":="),
        authorization.replace(KEY, &format!("{KEY}:")),
    ] {
        assert_eq!(judged(&other), Err(Refusal::MalformedSignature), "{other}");
    }
}

#[test]
fn the_authorization_has_one_space_and_no_blanks_around_it() {
    let authorization = authorization();
    let (scheme, rest) = authorization.split_once(' ').expect("there is one");
    for other in [
        format!("{scheme}  {rest}"),
        format!("{scheme}\t{rest}"),
        format!("{scheme}{rest}"),
        format!(" {authorization}"),
        format!("{authorization} "),
        format!("{scheme} {} ", rest.replace(':', ": ")),
        format!("{authorization}, {authorization}"),
        format!(" {rest}"),
        String::new(),
        " ".into(),
        ":".into(),
        scheme.into(),
    ] {
        assert_eq!(judged(&other), Err(Refusal::MalformedAuthorization), "{other:?}");
    }
    for basic in ["Basic dXNlcjpwYXNz".into(), format!("Basic {KEY}:{SECRET}"), format!("Bearer {rest}")] {
        assert_eq!(judged(&basic), Err(Refusal::OtherScheme), "{basic:?}");
    }
    assert_eq!(judged(&format!("APPLICATION {rest}")), Ok(()));
    assert_eq!(judged(&format!("Application {rest}")), Ok(()));
}

#[test]
fn a_key_may_be_of_any_case_if_so_wished() {
    let authorization = authorization();
    let upper = authorization.replace(KEY, &KEY.to_uppercase());
    let any_case = timeless().any_case_key(true);
    assert_eq!(judged(&upper), Err(Refusal::OtherKey));
    for written in [&authorization, &upper] {
        assert_eq!(any_case.verify(NOW, &received(REQUEST, written)), Ok(()));
    }
    let other = authorization.replace(KEY, &KEY.replace('0', "1"));
    assert_eq!(any_case.verify(NOW, &received(REQUEST, &other)), Err(Refusal::OtherKey));
}

#[test]
fn another_secret_does_not_verify() {
    for secret in ["EBESExQVFhcYGRobHB0eHg==", "EBESExQVFhcYGRobHB0e", "EBESExQVFhcYGRobHB0eHx8="] {
        let other = Credentials::new(KEY, secret).expect("it is base64");
        let forged = other.authorization(&REQUEST).to_string();
        assert_eq!(judged(&forged), Err(Refusal::WrongSignature), "{secret}");
    }
}

#[test]
fn the_window_reaches_as_far_back_as_forward_and_includes_its_ends() {
    let at = |now: Utc, verifier: &Verifier| {
        let request = Request { timestamp: "2026-02-03T08:15:30Z", ..REQUEST };
        let authorization = credentials().authorization(&request).to_string();
        verifier.verify(now, &received(request, &authorization))
    };
    let usual = Verifier::new(credentials());
    let seconds = NOW.seconds();
    for (now, expected) in [
        (Utc::new(seconds + 300, 0), Ok(())),
        (Utc::new(seconds + 300, 1), Err(Refusal::TooOld)),
        (Utc::new(seconds - 300, 0), Ok(())),
        (Utc::new(seconds - 301, 999_999_999), Err(Refusal::TooNew)),
        (Utc::new(u64::MAX, 999_999_999), Err(Refusal::TooOld)),
        (Utc::default(), Err(Refusal::TooNew)),
    ] {
        assert_eq!(at(now, &usual), expected, "{now}");
    }
    let now_or_never = usual.clone().window(Some(Duration::ZERO));
    assert_eq!(at(NOW, &now_or_never), Ok(()));
    assert_eq!(at(Utc::new(seconds, 1), &now_or_never), Err(Refusal::TooOld));
    for forever in [usual.clone().window(Some(Duration::MAX)), usual.window(None)] {
        assert_eq!(at(Utc::new(u64::MAX, 0), &forever), Ok(()));
    }
}

#[test]
fn a_timestamp_that_is_no_time_passes_only_where_nobody_asks() {
    for timestamp in
        ["", "yesterday", "2026-02-03", "1770106530", "2026-02-03T08:15:30Z ", "1969-12-31T23:59:59Z"]
    {
        let request = Request { timestamp, ..REQUEST };
        let authorization = credentials().authorization(&request).to_string();
        let received = received(request, &authorization);
        assert_eq!(timeless().verify(NOW, &received), Ok(()), "{timestamp}");
        for window in [Verifier::WINDOW, Duration::MAX] {
            let verifier = Verifier::new(credentials()).window(Some(window));
            assert_eq!(verifier.verify(NOW, &received), Err(Refusal::MalformedTimestamp), "{timestamp}");
        }
    }
}

#[test]
fn every_refusal_has_its_own_words_and_none_tells_the_signature() {
    let refusals = [
        Refusal::NoAuthorization,
        Refusal::NoContentType,
        Refusal::NoTimestamp,
        Refusal::MalformedAuthorization,
        Refusal::OtherScheme,
        Refusal::OtherKey,
        Refusal::MalformedSignature,
        Refusal::MalformedTimestamp,
        Refusal::TooOld,
        Refusal::TooNew,
        Refusal::WrongSignature,
    ];
    let mut sentences: Vec<_> = refusals.iter().map(ToString::to_string).collect();
    sentences.sort();
    sentences.dedup();
    assert_eq!(sentences.len(), refusals.len());
    assert_eq!(Refusal::STATUS, 401);
}

// Credentials.

#[test]
fn a_secret_is_read_strictly_unless_asked_otherwise() {
    let signature = Credentials::new(KEY, "+/8=").expect("it is base64").sign(&REQUEST);
    for (secret, at) in
        [("-_8=", 0), ("+_8=", 1), ("+/8", 3), ("-_8", 3), (" +/8", 0), ("+/8=\n", 5), ("+/9=", 2)]
    {
        assert_eq!(
            Credentials::new(KEY, secret).err(),
            Some(CredentialsError::BadSecret { at }),
            "{secret:?}"
        );
    }
    for secret in ["+/8=", "-_8=", "+_8=", "+/8", "-_8"] {
        let lenient = Credentials::lenient(KEY, secret).expect("it is base64 of some kind");
        assert_eq!(lenient.sign(&REQUEST), signature, "{secret:?}");
    }
    for secret in ["+/8==", "+/9", "+", "+/8=\n", "é", "\0"] {
        let refused = Credentials::lenient(KEY, secret).err();
        assert!(matches!(refused, Some(CredentialsError::BadSecret { .. })), "{secret:?} gave {refused:?}");
    }
}

#[test]
fn a_secret_is_neither_empty_nor_endless() {
    let of = |bytes: usize| format!("{}{}", "A".repeat((8 * bytes).div_ceil(6)), ["", "==", "="][bytes % 3]);
    for read in [Credentials::new, Credentials::lenient] {
        assert_eq!(read(KEY, "").err(), Some(CredentialsError::EmptySecret));
        assert!(read(KEY, &of(1)).is_ok());
        assert!(read(KEY, &of(MAX_SECRET)).is_ok());
        for bytes in [MAX_SECRET + 1, MAX_SECRET + 2, 1 << 20] {
            assert_eq!(read(KEY, &of(bytes)).err(), Some(CredentialsError::SecretTooLong));
        }
    }
}

#[test]
fn a_key_is_what_a_header_can_carry() {
    let read = |key: &str| Credentials::new(key, SECRET).err();
    assert_eq!(read(""), Some(CredentialsError::EmptyKey));
    assert_eq!(read(&"k".repeat(MAX_KEY)), None);
    assert_eq!(read(&"k".repeat(MAX_KEY + 1)), Some(CredentialsError::KeyTooLong));
    for key in ["a:b", "a b", "a\tb", "a\nb", "a\0b", "a\u{7f}b", "aéb"] {
        assert_eq!(read(key), Some(CredentialsError::BadKey { at: 1 }), "{key:?}");
    }
}

#[test]
fn nothing_shows_the_secret_or_what_is_signed_with_it() {
    let credentials = credentials();
    let authorization = authorization();
    let private = Request { path: "/voice/ice?token=q7", body: b"{\"custom\":\"q7\"}", ..REQUEST };
    let shown = [
        format!("{credentials:?}"),
        format!("{:?}", Verifier::new(credentials.clone())),
        format!("{:?}", credentials.sign(&REQUEST)),
        format!("{:?}", credentials.authorization(&REQUEST)),
        format!("{private:?}"),
        format!("{:?}", received(private, &authorization)),
        format!("{:?}", Credentials::new(KEY, &SECRET[1..]).err()),
        Credentials::new(KEY, &SECRET[1..]).err().map(|error| error.to_string()).unwrap_or_default(),
    ];
    let signature = credentials.sign(&REQUEST);
    for shown in shown {
        for secret in ["EBES", "Hw==", "16, 17, 18", "101112", &signature.as_str()[..8], "q7", "charset"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

// Protection.

#[test]
fn protection_is_read_in_any_case_and_fails_closed() {
    for (text, mode) in
        [("never", Protection::Never), ("deploy", Protection::Deploy), ("always", Protection::Always)]
    {
        for spelled in [text.to_string(), text.to_uppercase(), format!("  {text}\r\n"), format!("\t{text}")] {
            assert_eq!(Protection::parse(&spelled), mode, "{spelled:?}");
        }
        assert_eq!(mode.to_string(), text);
    }
    for unknown in ["", " ", "no", "false", "0", "never!", "nevér", "n ever", "never\0", "none", "deployed"]
    {
        assert_eq!(Protection::parse(unknown), Protection::Always, "{unknown:?}");
    }
}

#[test]
fn every_name_of_the_setting_is_known_and_the_first_that_is_set_counts() {
    let names = [Protection::NAMES, Protection::LEGACY_NAMES].concat();
    for (at, set) in names.iter().enumerate() {
        let found = Protection::find(|name| {
            let place = names.iter().position(|known| *known == name).expect("no other name is asked for");
            (place >= at).then_some(if name == *set { "never" } else { "always" })
        });
        assert_eq!(found, Protection::Never, "{set}");
    }
    let misspelled = Protection::find(|name| Some(if name == names[0] { "nevr" } else { "never" }));
    assert_eq!(misspelled, Protection::Always);
}

// Whatever else may come.

#[test]
fn any_length_and_any_character_is_survived() {
    let long = "0".repeat(1 << 20);
    let authorization = authorization();
    let whole = received(REQUEST, &authorization);
    let verifier = Verifier::new(credentials());
    for text in [long.as_str(), "\0", "é😀\u{2028}", "://", "?", "#", "\n\n\n\n", "a://\u{e9}?#"] {
        for odd in [
            Received { method: text, ..whole },
            Received { path: text, ..whole },
            Received { content_type: Some(text), ..whole },
            Received { timestamp: Some(text), ..whole },
            Received { body: text.as_bytes(), ..whole },
            Received { authorization: Some(text), ..whole },
        ] {
            assert!(verifier.verify(NOW, &odd).is_err(), "{odd:?}");
        }
        for odd in [
            format!("application {text}"),
            format!("application {KEY}:{text}"),
            format!("{text} {KEY}:{text}"),
        ] {
            assert!(judged(&odd).is_err());
        }
        let request =
            Request { method: text, path: text, content_type: text, timestamp: text, body: text.as_bytes() };
        let signed = credentials().authorization(&request).to_string();
        assert_eq!(timeless().verify(NOW, &received(request, &signed)), Ok(()));
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn what_is_signed_verifies_and_what_is_changed_does_not(
        body in vec(any::<u8>(), 0..300),
        path in "/[ -~]{0,40}",
        content_type in "[ -~]{0,40}",
        secret in "[A-Za-z0-9+/]{4}",
        changed in any::<Index>(),
        bit in 0..8_u32,
    ) {
        let credentials = Credentials::new(KEY, &secret).expect("three bytes of base64");
        let request = Request { path: &path, content_type: &content_type, body: &body, ..REQUEST };
        let authorization = credentials.authorization(&request).to_string();
        let received = received(request, &authorization);
        let verifier = Verifier::new(credentials);
        prop_assert_eq!(verifier.verify(NOW, &received), Ok(()));

        let mut other = body.clone();
        match other.len() {
            0 => other.push(0),
            length => other[changed.index(length)] ^= 1 << bit,
        }
        let forged = Received { body: &other, ..received };
        prop_assert_eq!(verifier.verify(NOW, &forged), Err(Refusal::WrongSignature));
    }
}

/// Something that goes wrong with a header.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    Replace,
    Insert,
    Remove,
    Swap,
    Cut,
    Double,
}

proptest! {
    #![proptest_config(cases(100_000))]

    #[test]
    fn no_mutation_of_the_authorization_verifies(
        mishaps in vec(
            (
                select(&[
                    Mishap::Replace, Mishap::Insert, Mishap::Remove, Mishap::Swap, Mishap::Cut, Mishap::Double,
                ][..]),
                any::<Index>(),
                any::<Index>(),
                select("aAzZ09+/-_=: ,\t\0é".chars().collect::<Vec<_>>()),
            ),
            1..4,
        ),
    ) {
        let authorization = authorization();
        let mut mutant: Vec<char> = authorization.chars().collect();
        for (mishap, at, other, character) in mishaps {
            if mutant.is_empty() {
                break;
            }
            let (at, other) = (at.index(mutant.len()), other.index(mutant.len()));
            match mishap {
                Mishap::Replace => mutant[at] = character,
                Mishap::Insert => mutant.insert(at, character),
                Mishap::Remove => {
                    mutant.remove(at);
                }
                Mishap::Swap => mutant.swap(at, other),
                Mishap::Cut => mutant.truncate(at),
                Mishap::Double => mutant.extend_from_within(at..),
            }
        }
        let mutant = String::from_iter(mutant);
        // The scheme may be of any case; else nothing may differ.
        let (scheme, rest) = authorization.split_at("application".len());
        let same = mutant.strip_suffix(rest).is_some_and(|word| word.eq_ignore_ascii_case(scheme));
        prop_assert_eq!(judged(&mutant).is_ok(), same, "{}", mutant);
    }
}
