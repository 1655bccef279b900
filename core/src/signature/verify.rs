//! Whether a request was signed by who knows the secret, and not long ago.

use core::fmt;
use core::time::Duration;

use super::{Credentials, Request, path, split_where};
use crate::codec::base64;
use crate::utc::Utc;

/// Verifies that requests were signed with an application's secret.
///
/// It cannot tell a request from the same request sent again within the window; Sinch's signatures hold nothing that
/// is used only once.
#[derive(Clone, Debug)]
pub struct Verifier {
    credentials: Credentials,
    window: Option<Duration>,
    any_case_key: bool,
}

/// A request as it was received. A header that did not come is `None`; one that came twice is best refused by who
/// reads the headers.
#[derive(Clone, Copy)]
pub struct Received<'r> {
    /// The method.
    pub method: &'r str,
    /// The request's target ([`Request::path`] says how it is read).
    pub path: &'r str,
    /// The header `Authorization`.
    pub authorization: Option<&'r str>,
    /// The header `Content-Type`.
    pub content_type: Option<&'r str>,
    /// The header `x-timestamp`.
    pub timestamp: Option<&'r str>,
    /// The body as it came, whose length the caller bounds.
    pub body: &'r [u8],
}

/// Why a request is not to be trusted. For logs: the peer is given [`STATUS`](Self::STATUS) and nothing else, whatever
/// the reason, lest a forger learn how far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no `Authorization` header.
    NoAuthorization,
    /// There is no `Content-Type` header.
    NoContentType,
    /// There is no `x-timestamp` header.
    NoTimestamp,
    /// The `Authorization` header is not a word, one space, a key, a colon and a signature.
    MalformedAuthorization,
    /// The `Authorization` header begins with the word of another scheme.
    OtherScheme,
    /// The key is that of another application.
    OtherKey,
    /// The signature is not 32 bytes in base64, spelled in the one way that counts.
    MalformedSignature,
    /// The timestamp cannot be read, so it cannot be told how old the request is.
    MalformedTimestamp,
    /// The request was signed longer ago than the window allows.
    TooOld,
    /// The request was signed further in the future than the window allows: one of the clocks is wrong.
    TooNew,
    /// Something that is signed was changed, or the secret is another.
    WrongSignature,
}

impl Verifier {
    /// How far a timestamp lies from now at most, unless the caller decides otherwise: 300 seconds. Sinch names no
    /// window; its partners' samples take this one.
    pub const WINDOW: Duration = Duration::from_secs(300);

    /// A verifier of what is signed with `credentials`.
    pub const fn new(credentials: Credentials) -> Self {
        Self { credentials, window: Some(Self::WINDOW), any_case_key: false }
    }

    /// How far a timestamp may lie from now, before or after. `None` lets a request of any age pass, as Sinch's own
    /// SDKs do, and does not read the timestamp at all. [`WINDOW`](Self::WINDOW) unless this is called.
    #[must_use]
    pub fn window(mut self, window: Option<Duration>) -> Self {
        self.window = window;
        self
    }

    /// Whether ASCII letters of a key are equal in either case, as in a GUID. They are not unless this is called.
    #[must_use]
    pub fn any_case_key(mut self, any_case: bool) -> Self {
        self.any_case_key = any_case;
        self
    }

    /// Verifies that `received` was signed with the credentials, within the window around `now`.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why not.
    // All that is decided before the hashing follows from the request and from what is no secret, so the time it takes
    // tells nothing; and whoever knows no key cannot make us hash. The last comparison alone depends on the secret.
    pub fn verify(&self, now: Utc, received: &Received<'_>) -> Result<(), Refusal> {
        let authorization = received.authorization.ok_or(Refusal::NoAuthorization)?;
        let content_type = received.content_type.ok_or(Refusal::NoContentType)?;
        let timestamp = received.timestamp.ok_or(Refusal::NoTimestamp)?;
        let signature = self.claimed_signature(authorization)?;
        self.check_window(now, timestamp)?;

        let Received { method, path, body, .. } = *received;
        let request = Request { method, path, content_type, timestamp, body };
        if self.credentials.have_signed(&request, &signature) { Ok(()) } else { Err(Refusal::WrongSignature) }
    }

    /// The signature in an `Authorization` header that is ours in all else.
    fn claimed_signature(&self, authorization: &str) -> Result<[u8; 32], Refusal> {
        let (scheme, rest) = split_once(authorization, b' ').ok_or(Refusal::MalformedAuthorization)?;
        if scheme.is_empty() || rest.bytes().any(|byte| byte == b' ') {
            return Err(Refusal::MalformedAuthorization);
        }
        // Sinch writes it `application` and `Application`.
        if !scheme.eq_ignore_ascii_case(self.credentials.scheme_word()) {
            return Err(Refusal::OtherScheme);
        }
        let (key, signature) = split_once(rest, b':').ok_or(Refusal::MalformedAuthorization)?;
        let ours = self.credentials.key();
        if key != ours && !(self.any_case_key && key.eq_ignore_ascii_case(ours)) {
            return Err(Refusal::OtherKey);
        }
        decoded(signature).ok_or(Refusal::MalformedSignature)
    }

    fn check_window(&self, now: Utc, timestamp: &str) -> Result<(), Refusal> {
        let Some(window) = self.window else { return Ok(()) };
        let signed = Utc::parse(timestamp).ok_or(Refusal::MalformedTimestamp)?;
        if signed.saturating_add(window) < now {
            Err(Refusal::TooOld)
        } else if now.saturating_add(window) < signed {
            Err(Refusal::TooNew)
        } else {
            Ok(())
        }
    }
}

impl Refusal {
    /// The HTTP status that answers a request that is refused, for whatever reason.
    pub const STATUS: u16 = 401;
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAuthorization => "no Authorization header",
            Self::NoContentType => "no Content-Type header",
            Self::NoTimestamp => "no x-timestamp header",
            Self::MalformedAuthorization => "the Authorization header is not a scheme, a key and a signature",
            Self::OtherScheme => "the Authorization header is of another scheme",
            Self::OtherKey => "signed with the key of another application",
            Self::MalformedSignature => "the signature is not 32 bytes in base64",
            Self::MalformedTimestamp => "the x-timestamp header is no time",
            Self::TooOld => "signed too long ago",
            Self::TooNew => "signed too far in the future",
            Self::WrongSignature => "the signature does not fit the request",
        })
    }
}

impl core::error::Error for Refusal {}

/// Without the query, the headers' values and the content of the body.
impl fmt::Debug for Received<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("method", &self.method)
            .field("path", &path(self.path))
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// What stands before and behind an ASCII character.
fn split_once(text: &str, character: u8) -> Option<(&str, &str)> {
    let (before, rest) = split_where(text, |byte| byte == character)?;
    Some((before, rest.get(1..)?))
}

/// Bytes are compared, not text: so the expected signature is never written out, whose base64 would be looked up in
/// tables at places that tell of it. The length and the unused bits of the last character leave 32 bytes one spelling.
fn decoded(signature: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let whole = signature.len() == base64::encoded_len(bytes.len())
        && base64::decoded_len(signature.as_bytes()) == bytes.len();
    (whole && base64::decode(signature.as_bytes(), &mut bytes) == Ok(bytes.len())).then_some(bytes)
}
