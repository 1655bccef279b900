//! Signatures of requests: any request, signed and changed, against HMAC, SHA-256 and MD5 as the crates compute them.
//!
//! The input is nine lines, then the body as it stands:
//!
//! | line | |
//! |---|---|
//! | 1 | a change: where (a number), by which letter, and how: `-` takes one out, `+` puts it in, otherwise it stands there instead |
//! | 2 | how many seconds after the timestamp it is when the request is verified |
//! | 3, 4 | key, secret in base64 |
//! | 5 to 8 | method, path, content type, timestamp |
//! | 9 | an `Authorization` header that a stranger sends |

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use sha2::Sha256;
use voxwire::Utc;
use voxwire::signature::{
    Credentials, CredentialsError, MAX_KEY, MAX_SECRET, Received, Refusal, Request, Verifier,
};

use crate::script;

/// Signs and verifies.
///
/// # Panics
/// Where a signature is not the one that it must be, or where anything else than what was signed passes.
pub fn signature(data: &[u8]) {
    let mut parts =
        data.splitn(10, |byte| *byte == b'\n').map(|line| str::from_utf8(line).unwrap_or_default());
    let mut line = || parts.next().unwrap_or_default();
    let (change, late) = (Change::read(line()), script::number(line().as_bytes()));
    let (key, secret) = (line(), line());
    let (method, path, content_type, timestamp) = (line(), line(), line(), line());
    let stranger = line();
    let taken: usize = data.split(|byte| *byte == b'\n').take(9).map(|line| line.len() + 1).sum();
    let body = data.get(taken..).unwrap_or_default();

    let request = Request { method, path, content_type, timestamp, body };
    let _ = format!("{request:?}");
    let Some(credentials) = credentials(key, secret) else { return };
    let expected = signed(&STANDARD.decode(secret).expect("a secret that was taken"), &request);
    assert_eq!(credentials.sign(&request).as_str(), expected);
    let authorization = format!("application {key}:{expected}");
    assert_eq!(credentials.authorization(&request).to_string(), authorization);

    let ever = Verifier::new(credentials.clone()).window(None);
    let received = Received {
        method,
        path,
        authorization: Some(&authorization),
        content_type: Some(content_type),
        timestamp: Some(timestamp),
        body,
    };
    let _ = format!("{received:?} {ever:?}");
    assert_eq!(ever.verify(Utc::default(), &received), Ok(()), "what was signed does not pass");
    changed(&ever, &received, &change);
    windowed(Verifier::new(credentials), &received, late);

    // A stranger is who has not the very signature.
    let strange = Received { authorization: Some(stranger), ..received };
    let (scheme, rest) = stranger.split_once(' ').unwrap_or_default();
    let is_ours = scheme.eq_ignore_ascii_case("application")
        && authorization.strip_prefix("application ") == Some(rest);
    assert_eq!(ever.verify(Utc::default(), &strange).is_ok(), is_ours, "{stranger}");
}

/// The credentials, if they are some.
fn credentials(key: &str, secret: &str) -> Option<Credentials> {
    let decoded = STANDARD.decode(secret).ok();
    let is_key = !key.is_empty()
        && key.len() <= MAX_KEY
        && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    let is_secret = decoded.as_ref().is_some_and(|secret| (1..=MAX_SECRET).contains(&secret.len()));
    let credentials = Credentials::new(key, secret);
    assert_eq!(credentials.is_ok(), is_key && is_secret, "{key} {secret}");
    let url_safe = secret.replace('+', "-").replace('/', "_");
    let lenient = Credentials::lenient(key, url_safe.trim_end_matches('='));
    match credentials {
        Ok(credentials) => {
            let request = Request { method: "GET", path: "/", content_type: "", timestamp: "", body: b"" };
            let lenient = lenient.expect("the same without padding");
            assert_eq!(lenient.sign(&request), credentials.sign(&request));
            // A shorter one may stand there by chance.
            let is_told =
                secret.len() > 16 && format!("{credentials:?}").contains(secret) && !key.contains(secret);
            assert!(!is_told, "a secret is shown");
            Some(credentials)
        }
        Err(error) => {
            let _ = error.to_string();
            if let CredentialsError::BadKey { at } = error {
                assert!(at < key.len());
            }
            None
        }
    }
}

/// The signature, as the page has it.
fn signed(secret: &[u8], request: &Request<'_>) -> String {
    let Request { method, path, content_type, timestamp, body } = *request;
    let md5 = if body.is_empty() { String::new() } else { STANDARD.encode(Md5::digest(body)) };
    assert_eq!(request.content_md5().as_str(), md5);
    let method = method.to_ascii_uppercase();
    let text = format!("{method}\n{md5}\n{content_type}\nx-timestamp:{timestamp}\n{}", signed_path(path));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a secret of any length");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The path of a request's target, which is a URL if it begins with a scheme, in which there is no slash.
fn signed_path(target: &str) -> &str {
    let end = target.find(['?', '#']).unwrap_or(target.len());
    let target = &target[..end];
    match target.find("://") {
        Some(scheme) if !target[..scheme].contains('/') => {
            let rest = &target[scheme + 3..];
            rest.find('/').map_or("/", |at| &rest[at..])
        }
        _ => target,
    }
}

/// A single change of a text or of bytes.
struct Change {
    at: usize,
    letter: u8,
    how: u8,
}

impl Change {
    fn read(line: &str) -> Self {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let (at, rest) = line.split_at(digits);
        let mut rest = rest.bytes().filter(u8::is_ascii);
        Self {
            at: at.parse().unwrap_or_default(),
            letter: rest.next().unwrap_or(b'x'),
            how: rest.next().unwrap_or_default(),
        }
    }

    fn of(&self, bytes: &[u8]) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        let at = self.at % (bytes.len() + 1);
        match self.how {
            b'-' if at < bytes.len() => drop(changed.remove(at)),
            b'+' => changed.insert(at, self.letter),
            _ if at < bytes.len() => changed[at] = self.letter,
            _ => changed.push(self.letter),
        }
        changed
    }

    /// `None` where it has cut a character.
    fn of_text(&self, text: &str) -> Option<String> {
        String::from_utf8(self.of(text.as_bytes())).ok()
    }
}

/// Whatever is changed of it, it does not pass, unless what is signed is still the same.
fn changed(verifier: &Verifier, received: &Received<'_>, change: &Change) {
    let verify = |received: &Received<'_>| verifier.verify(Utc::default(), received);
    let refused = |still: bool, other: Received<'_>| {
        let verdict = verify(&other);
        if still {
            assert_eq!(verdict, Ok(()));
        } else {
            let refusal = verdict.expect_err("a change passes");
            assert!(!refusal.to_string().is_empty());
        }
    };
    let body = change.of(received.body);
    refused(body == received.body, Received { body: &body, ..*received });
    if let Some(method) = change.of_text(received.method) {
        refused(method.eq_ignore_ascii_case(received.method), Received { method: &method, ..*received });
    }
    if let Some(path) = change.of_text(received.path) {
        refused(signed_path(&path) == signed_path(received.path), Received { path: &path, ..*received });
    }
    let texts = [received.content_type, received.timestamp, received.authorization];
    let [content_type, timestamp, authorization] = texts.map(Option::unwrap_or_default);
    if let Some(other) = change.of_text(content_type) {
        refused(other == content_type, Received { content_type: Some(&other), ..*received });
    }
    if let Some(other) = change.of_text(timestamp) {
        refused(other == timestamp, Received { timestamp: Some(&other), ..*received });
    }
    if let Some(other) = change.of_text(authorization) {
        let scheme = "application".len();
        let still = other.split_at_checked(scheme).is_some_and(|(word, rest)| {
            word.eq_ignore_ascii_case("application") && rest == &authorization[scheme..]
        });
        refused(still, Received { authorization: Some(&other), ..*received });
    }
    assert_eq!(verify(&Received { authorization: None, ..*received }), Err(Refusal::NoAuthorization));
    assert_eq!(verify(&Received { content_type: None, ..*received }), Err(Refusal::NoContentType));
    assert_eq!(verify(&Received { timestamp: None, ..*received }), Err(Refusal::NoTimestamp));
}

/// It passes within the window around its timestamp, and only there.
fn windowed(verifier: Verifier, received: &Received<'_>, late: i128) {
    let Some(signed) = received.timestamp.and_then(Utc::parse) else {
        assert_eq!(verifier.verify(Utc::default(), received), Err(Refusal::MalformedTimestamp));
        return;
    };
    let Ok(now) = u64::try_from(i128::from(signed.seconds()) + late.clamp(-1_000_000, 1_000_000)) else {
        return;
    };
    let verdict = verifier.verify(Utc::new(now, signed.nanos()), received);
    let window = i128::from(Verifier::WINDOW.as_secs());
    let expected = match i128::from(now) - i128::from(signed.seconds()) {
        late if late > window => Err(Refusal::TooOld),
        late if late < -window => Err(Refusal::TooNew),
        _ => Ok(()),
    };
    assert_eq!(verdict, expected);
}
