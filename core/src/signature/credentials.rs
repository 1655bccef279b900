//! The key and the secret of an application, proven when they are given.

use core::fmt;

use heapless::String;
use hmac::digest::zeroize::Zeroizing;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Request, Signature};
use crate::codec::base64;

/// Bytes in a key. Sinch's are 32 or 36 characters long.
pub const MAX_KEY: usize = 128;

/// Bytes in a secret, decoded. Sinch's are 16 bytes long.
pub const MAX_SECRET: usize = 256;

/// Who signs: the key of an application, and the secret that it shares with Sinch.
///
/// Of the secret only the state of a hash is kept, which is enough to sign; it is wiped when it is dropped and never
/// shown. The key is no secret: Sinch itself writes it into callbacks.
///
/// ```
/// use voxwire::signature::Credentials;
///
/// let credentials = Credentials::new("0d5c2f0e", "EBESExQVFhcYGRobHB0eHw==")?;
/// assert_eq!(format!("{credentials:?}"), r#"Credentials { scheme: Application, key: "0d5c2f0e", .. }"#);
/// # Ok::<(), voxwire::signature::CredentialsError>(())
/// ```
#[derive(Clone)]
pub struct Credentials {
    scheme: Scheme,
    key: String<MAX_KEY>,
    keyed: Hmac<Sha256>,
}

/// The first word of the `Authorization` header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// `application`, for Voice v1.
    #[default]
    Application,
    /// `service`, for Voice 2.0, where a service has the place of the application.
    Service,
}

impl Credentials {
    /// The credentials of `key` and a secret in base64 as the dashboard shows it: standard alphabet, padded.
    ///
    /// # Errors
    ///
    /// See [`CredentialsError`].
    pub fn new(key: &str, secret_base64: &str) -> Result<Self, CredentialsError> {
        if !secret_base64.len().is_multiple_of(4) {
            return Err(CredentialsError::BadSecret { at: secret_base64.len() });
        }
        Self::keyed(key, secret_base64.as_bytes())
    }

    /// As [`new`](Self::new), but the secret may as well be in the URL-safe alphabet and lack its padding. Sinch's SDK
    /// for Node reads it so.
    ///
    /// # Errors
    ///
    /// See [`CredentialsError`].
    pub fn lenient(key: &str, secret_base64: &str) -> Result<Self, CredentialsError> {
        let mut standard = Zeroizing::new([0; base64::encoded_len(MAX_SECRET)]);
        let standard = standard.get_mut(..secret_base64.len()).ok_or(CredentialsError::SecretTooLong)?;
        for (standard, byte) in standard.iter_mut().zip(secret_base64.bytes()) {
            *standard = match byte {
                b'-' => b'+',
                b'_' => b'/',
                other => other,
            };
        }
        Self::keyed(key, standard)
    }

    fn keyed(key: &str, secret_base64: &[u8]) -> Result<Self, CredentialsError> {
        let mut secret = Zeroizing::new([0; MAX_SECRET]);
        if base64::decoded_len(secret_base64) > secret.len() {
            return Err(CredentialsError::SecretTooLong);
        }
        let len = base64::decode(secret_base64, secret.as_mut_slice())
            .map_err(|at| CredentialsError::BadSecret { at })?;
        let secret = secret.get(..len).filter(|secret| !secret.is_empty());
        let secret = secret.ok_or(CredentialsError::EmptySecret)?;
        Ok(Self {
            scheme: Scheme::default(),
            key: proven(key)?,
            keyed: Hmac::new_from_slice(secret).map_err(|_| CredentialsError::SecretTooLong)?,
        })
    }

    /// The same credentials under another scheme. [`Scheme::Application`] unless this is called.
    #[must_use]
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The signature of `request`.
    pub fn sign(&self, request: &Request<'_>) -> Signature {
        Signature::of(&self.mac(request).finalize().into_bytes().into())
    }

    /// The `Authorization` header of `request`.
    pub fn authorization(&self, request: &Request<'_>) -> Authorization<'_> {
        Authorization { scheme: self.scheme, key: &self.key, signature: self.sign(request) }
    }

    /// The word that the `Authorization` header begins with.
    pub(super) const fn scheme_word(&self) -> &'static str {
        self.scheme.as_str()
    }

    /// Whether this is the signature of `request`, compared in constant time.
    pub(super) fn have_signed(&self, request: &Request<'_>, signature: &[u8; 32]) -> bool {
        self.mac(request).verify(signature.into()).is_ok()
    }

    fn mac(&self, request: &Request<'_>) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        request.signed(|piece| mac.update(piece));
        mac
    }
}

/// Without the secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("scheme", &self.scheme)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl Scheme {
    /// The word as it stands in the header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Service => "service",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The value of an `Authorization` header, which it is shown as.
#[derive(Clone, Copy, Debug)]
pub struct Authorization<'c> {
    scheme: Scheme,
    key: &'c str,
    signature: Signature,
}

impl fmt::Display for Authorization<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}:{}", self.scheme, self.key, self.signature)
    }
}

/// A key or a secret that cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsError {
    /// There is no key.
    EmptyKey,
    /// The key is longer than [`MAX_KEY`].
    KeyTooLong,
    /// The key holds a colon, a blank, or what is not visible ASCII: no header could carry it.
    BadKey {
        /// Where, in bytes.
        at: usize,
    },
    /// There is no secret, so anybody could sign.
    EmptySecret,
    /// The secret is longer than [`MAX_SECRET`].
    SecretTooLong,
    /// The secret is not base64.
    BadSecret {
        /// Where, in characters.
        at: usize,
    },
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyKey => f.write_str("the key is empty"),
            Self::KeyTooLong => write!(f, "the key is longer than {MAX_KEY} bytes"),
            Self::BadKey { at } => write!(f, "the key holds what it cannot hold at byte {at}"),
            Self::EmptySecret => f.write_str("the secret is empty"),
            Self::SecretTooLong => write!(f, "the secret is longer than {MAX_SECRET} bytes"),
            Self::BadSecret { at } => write!(f, "the secret is not base64 at character {at}"),
        }
    }
}

impl core::error::Error for CredentialsError {}

/// The key, if a header can carry it.
fn proven(key: &str) -> Result<String<MAX_KEY>, CredentialsError> {
    if key.is_empty() {
        return Err(CredentialsError::EmptyKey);
    }
    if let Some(at) = key.bytes().position(|byte| byte == b':' || !byte.is_ascii_graphic()) {
        return Err(CredentialsError::BadKey { at });
    }
    String::try_from(key).map_err(|_| CredentialsError::KeyTooLong)
}
