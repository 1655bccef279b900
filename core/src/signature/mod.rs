//! Signatures of requests between Sinch and an application.
//!
//! Sinch and the application share a secret. Whoever makes a request says in its `Authorization` header which
//! application it speaks for, and proves it with a signature over the request:
//!
//! ```text
//! Authorization: application KEY:SIGNATURE
//!
//! SIGNATURE = base64(HMAC-SHA256(secret, what is signed))
//!
//! what is signed    POST                                upper case
//!                   REWF+X220L4/Gw1spXOU7g==            base64(MD5(body)), an empty line for an empty body
//!                   application/json                    the header Content-Type as it stands
//!                   x-timestamp:2014-09-24T10:59:41Z    the header x-timestamp as it stands
//!                   /sinch/callback/ace                 the path, without query, without a line end
//! ```
//!
//! | you want to | look at |
//! |---|---|
//! | sign a request | [`Credentials::authorization`] |
//! | verify a request | [`Verifier`], and how long ago it may have been signed |
//! | know whether to verify at all | [`Protection`] |
//!
//! ```
//! use voxwire::Utc;
//! use voxwire::signature::{Credentials, Received, Refusal, Request, Verifier};
//!
//! let credentials = Credentials::new("669E367E-6BBA-48AB-AF15-266871C28135", "BeIukql3pTKJ8RGL5zo0DA==")?;
//! let body = br#"{"event":"ace","callid":"822aa4b7-05b4-4d83-87c7-1f835ee0b6f6_257","timestamp":"2014-09-24T10:59:41Z","version":1}"#;
//! let request = Request {
//!     method: "POST",
//!     path: "/sinch/callback/ace",
//!     content_type: "application/json",
//!     timestamp: "2014-09-24T10:59:41Z",
//!     body,
//! };
//! let authorization = credentials.authorization(&request).to_string();
//! assert_eq!(
//!     authorization,
//!     "application 669E367E-6BBA-48AB-AF15-266871C28135:Tg6fMyo8mj9pYfWQ9ssbx3Tc1BNC87IEygAfLbJqZb4=",
//! );
//!
//! let verifier = Verifier::new(credentials);
//! let received = Received {
//!     method: "POST",
//!     path: "/sinch/callback/ace?from=anywhere",
//!     authorization: Some(&authorization),
//!     content_type: Some("application/json"),
//!     timestamp: Some("2014-09-24T10:59:41Z"),
//!     body,
//! };
//! let now = Utc::parse("2014-09-24T10:59:43Z").unwrap();
//! assert_eq!(verifier.verify(now, &received), Ok(()));
//!
//! let forged = Received { body: b"{}", ..received };
//! assert_eq!(verifier.verify(now, &forged), Err(Refusal::WrongSignature));
//! assert_eq!(Refusal::STATUS, 401);
//! # Ok::<(), voxwire::signature::CredentialsError>(())
//! ```
//!
//! Source: developers.sinch.com, Voice v1 "callback signed request" page, whose sample this is; what it leaves open is
//! taken from Sinch's own SDKs, and where they differ the strictest is followed.

use core::fmt;

use md5::{Digest, Md5};

use crate::codec::base64;

mod credentials;
mod protection;
mod verify;

pub use credentials::{Authorization, Credentials, CredentialsError, MAX_KEY, MAX_SECRET, Scheme};
pub use protection::Protection;
pub use verify::{Received, Refusal, Verifier};

/// What of a request is signed.
///
/// None of its texts may hold a line end. HTTP allows none there.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    /// The method, in either case.
    pub method: &'r str,
    /// The request's target as it stands in its first line: a path, or a whole URL. A query is left out, because it is
    /// not signed. Nothing is decoded: whether Sinch signs `%41` or `A` is open, so paths are best kept plain. Behind a
    /// proxy that rewrites paths, this is the path that the other side knows.
    pub path: &'r str,
    /// The header `Content-Type`, to the letter.
    pub content_type: &'r str,
    /// The header `x-timestamp`, to the letter: when the request was signed, in ISO 8601 and UTC.
    pub timestamp: &'r str,
    /// The body as it travels. JSON that is read and written again is another body.
    pub body: &'r [u8],
}

impl<'r> Request<'r> {
    /// The header `Content-MD5`. It is part of what is signed, and need not be sent.
    pub fn content_md5(&self) -> ContentMd5 {
        ContentMd5::of(self.body)
    }

    /// Says piece by piece what is signed.
    fn signed(&self, mut say: impl FnMut(&[u8])) {
        self.method.bytes().for_each(|byte| say(&[byte.to_ascii_uppercase()]));
        say(b"\n");
        say(self.content_md5().as_str().as_bytes());
        say(b"\n");
        say(self.content_type.as_bytes());
        say(b"\nx-timestamp:");
        say(self.timestamp.as_bytes());
        say(b"\n");
        say(path(self.path).as_bytes());
    }
}

/// Without the query, the headers' values and the content of the body.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &path(self.path))
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// The signature of a request: 44 characters of base64.
///
/// Until its timestamp is too old it is as good as the secret for this one request, so only [`Display`](fmt::Display)
/// shows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 44]);

impl Signature {
    fn of(mac: &[u8; 32]) -> Self {
        let mut text = [0; 44];
        base64::encode(mac, &mut text);
        Self(text)
    }

    /// The signature as it is written behind the key.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}

/// The header `Content-MD5`: 24 characters of base64, or none for an empty body.
///
/// ```
/// use voxwire::signature::ContentMd5;
///
/// assert_eq!(ContentMd5::of(br#"{"message":"Hello world"}"#).as_str(), "jANzQ+rgAHyf1MWQFSwvYw==");
/// assert_eq!(ContentMd5::of(b"").as_str(), "");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ContentMd5(Option<[u8; 24]>);

impl ContentMd5 {
    /// The header for `body`.
    pub fn of(body: &[u8]) -> Self {
        Self((!body.is_empty()).then(|| {
            let mut text = [0; 24];
            base64::encode(&Md5::digest(body), &mut text);
            text
        }))
    }

    /// The header's value.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

impl fmt::Display for ContentMd5 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ContentMd5 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The path in a request's target: neither scheme nor host before it, neither query nor fragment behind.
fn path(target: &str) -> &str {
    let target = split_where(target, |byte| matches!(byte, b'?' | b'#')).map_or(target, |(before, _)| before);
    match split_where(target, |byte| byte == b'/') {
        Some((scheme, rest)) if scheme.ends_with(':') && rest.starts_with("//") => {
            let host = rest.get(2..).unwrap_or_default();
            split_where(host, |byte| byte == b'/').map_or("/", |(_, path)| path)
        }
        _ => target,
    }
}

/// What stands before the first byte that is sought, and the rest from it on. It must be sought among ASCII: the search
/// of [`str`] links what can panic.
fn split_where(text: &str, sought: impl Fn(u8) -> bool) -> Option<(&str, &str)> {
    text.split_at_checked(text.bytes().position(sought)?)
}
