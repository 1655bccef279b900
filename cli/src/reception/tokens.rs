//! Tokens that open one stream each, for one call, and not for long.

use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;
use voxwire::Utc;
use voxwire::signature::{Credentials, Request, Verifier};

use crate::exit::Failure;
use crate::random::random;

/// How long a token is valid: a partner's sample for Sinch leaves a stream two minutes to open.
const LIFETIME: Duration = Duration::from_secs(120);

/// How long a call is remembered whose stream has been opened, after the token expired. Its ICE could be sent again as
/// long as the signature is fresh, and bring a new token: a whole window, from its beginning to its end.
const REMEMBERED: Duration = Verifier::WINDOW.saturating_mul(2);

/// How many calls are remembered at most.
const CALLS: usize = 64 * 1024;

/// Issues tokens and redeems them.
///
/// A token is the time it expires, a MAC, and the call's id, in the alphabet of URLs. So a server that knows the secret
/// can redeem what another has issued; that each call opens its stream once, every server knows for itself alone.
pub(crate) struct Tokens {
    keyed: Hmac<Sha256>,
    opened: Mutex<Opened>,
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum TokenError {
    #[error("its URL does not end in a token of ours")]
    Unknown,
    #[error("its token has expired")]
    Expired,
    #[error("its call has opened its stream before")]
    Used,
    #[error("too many calls have opened their streams of late to remember this one")]
    Full,
}

impl Tokens {
    /// Tokens that every server redeems which has the same credentials.
    pub(crate) fn of(credentials: &Credentials) -> Self {
        // No request has a method with a blank, so this signs none.
        let label = Request { method: "STREAM TOKENS", path: "", content_type: "", timestamp: "", body: b"" };
        Self::keyed(credentials.sign(&label).as_str().as_bytes(), CALLS)
    }

    /// Tokens that nobody else redeems.
    ///
    /// # Errors
    /// If the system has no randomness.
    pub(crate) fn random() -> Result<Self, Failure> {
        Ok(Self::keyed(&random::<32>()?, CALLS))
    }

    fn keyed(key: &[u8], calls: usize) -> Self {
        // HMAC fills a key up with zeros.
        let mut block = [0; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte = *key;
        }
        Self {
            keyed: Hmac::new(&block.into()),
            opened: Mutex::new(Opened { calls: HashMap::new(), room: calls }),
        }
    }

    /// A token for a call.
    pub(crate) fn issue(&self, call_id: &str, now: Utc) -> String {
        let expires = now.seconds().saturating_add(LIFETIME.as_secs()).to_be_bytes();
        let mac = self.mac(&expires, call_id).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([&expires, mac.as_slice(), call_id.as_bytes()].concat())
    }

    /// The id of the call that a token was issued for, once.
    ///
    /// # Errors
    /// [`TokenError`] says why it opens nothing.
    pub(crate) fn redeem(&self, token: &str, now: Utc) -> Result<String, TokenError> {
        let token = URL_SAFE_NO_PAD.decode(token).map_err(|_| TokenError::Unknown)?;
        let (expires, rest) = token.split_first_chunk::<8>().ok_or(TokenError::Unknown)?;
        let (mac, call_id) = rest.split_first_chunk::<32>().ok_or(TokenError::Unknown)?;
        let call_id = core::str::from_utf8(call_id).map_err(|_| TokenError::Unknown)?;
        self.mac(expires, call_id).verify(&(*mac).into()).map_err(|_| TokenError::Unknown)?;
        let expires = u64::from_be_bytes(*expires);
        if expires < now.seconds() {
            return Err(TokenError::Expired);
        }
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened.open(call_id, now.seconds(), expires.saturating_add(REMEMBERED.as_secs()))?;
        Ok(call_id.to_owned())
    }

    /// Forgets that a call has opened its stream, because there was no room for it after all.
    pub(crate) fn give_back(&self, call_id: &str) {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).calls.remove(call_id);
    }

    fn mac(&self, expires: &[u8; 8], call_id: &str) -> Hmac<Sha256> {
        self.keyed.clone().chain_update(expires).chain_update(call_id)
    }
}

/// The calls that have opened their streams, and until when each is remembered.
struct Opened {
    calls: HashMap<String, u64>,
    /// How many there may be.
    room: usize,
}

impl Opened {
    fn open(&mut self, call_id: &str, now: u64, until: u64) -> Result<(), TokenError> {
        if self.calls.get(call_id).is_some_and(|until| now <= *until) {
            return Err(TokenError::Used);
        }
        if self.calls.len() >= self.room {
            self.calls.retain(|_, until| now <= *until);
        }
        // Whoever cannot be remembered could come twice.
        if self.calls.len() >= self.room {
            return Err(TokenError::Full);
        }
        self.calls.insert(call_id.to_owned(), until);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Utc {
        Utc::new(1_800_000_000 + seconds, 0)
    }

    fn tokens(room: usize) -> Tokens {
        Tokens::keyed(b"key", room)
    }

    #[test]
    fn a_token_is_good_for_one_stream_of_its_call() {
        let tokens = tokens(8);
        let token = tokens.issue("c1@10.0.0.1", at(0));
        assert_eq!(tokens.redeem(&token, at(120)), Ok("c1@10.0.0.1".into()));
        assert_eq!(tokens.redeem(&token, at(120)), Err(TokenError::Used));
        // Nor does a second token for the same call, as its ICE brings when somebody sends it again.
        assert_eq!(tokens.redeem(&tokens.issue("c1@10.0.0.1", at(599)), at(600)), Err(TokenError::Used));
        assert!(tokens.redeem(&tokens.issue("c2", at(0)), at(0)).is_ok());
    }

    #[test]
    fn a_token_expires() {
        let tokens = tokens(8);
        let token = tokens.issue("c1", at(0));
        assert_eq!(tokens.redeem(&token, at(121)), Err(TokenError::Expired));
        // It has not been used by that.
        assert!(tokens.redeem(&token, at(120)).is_ok());
    }

    #[test]
    fn what_was_not_issued_opens_nothing() {
        let ours = tokens(8);
        let token = ours.issue("c1", at(0));
        for position in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(ours.redeem(&forged, at(0)), Err(TokenError::Unknown), "{position}");
        }
        for forged in ["", "A", "c1", &token[1..], &format!("{token}A"), &format!("{token}="), "é"] {
            assert_eq!(ours.redeem(forged, at(0)), Err(TokenError::Unknown), "{forged}");
        }
        assert_eq!(Tokens::keyed(b"yek", 8).redeem(&token, at(0)), Err(TokenError::Unknown));
        assert_eq!(Tokens::random().unwrap().redeem(&token, at(0)), Err(TokenError::Unknown));
        assert!(ours.redeem(&token, at(0)).is_ok());
    }

    #[test]
    fn servers_with_one_secret_redeem_each_others_tokens() {
        let credentials = |secret| Credentials::new("k", secret).unwrap();
        let token = Tokens::of(&credentials("c2VjcmV0")).issue("c1", at(0));
        assert!(Tokens::of(&credentials("c2VjcmV0")).redeem(&token, at(1)).is_ok());
        assert_eq!(Tokens::of(&credentials("b3RoZXI=")).redeem(&token, at(1)), Err(TokenError::Unknown));
    }

    #[test]
    fn who_cannot_be_remembered_is_refused_until_others_are_forgotten() {
        let tokens = tokens(2);
        for call_id in ["c1", "c2"] {
            assert!(tokens.redeem(&tokens.issue(call_id, at(0)), at(0)).is_ok());
        }
        assert_eq!(tokens.redeem(&tokens.issue("c3", at(720)), at(720)), Err(TokenError::Full));
        assert!(tokens.redeem(&tokens.issue("c3", at(721)), at(721)).is_ok());
    }
}
