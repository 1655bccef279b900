//! Who may open a stream.

use core::hint::black_box;

use hyper::StatusCode;
use voxwire::Utc;

use super::refused::Refused;
use super::tokens::Tokens;

/// Who may open a stream: told from the last segment of its path.
pub(crate) enum Admission {
    /// Everybody.
    Open,
    /// Who knows the token.
    Token(String),
    /// Who has the token of a call, which its ICE was answered with.
    PerCall(Tokens),
}

impl Admission {
    /// What an endpoint ends in, for people: a stand-in for the token, if it takes one.
    pub(crate) const fn placeholder(&self) -> &'static str {
        match self {
            Self::Open => "",
            Self::Token(_) | Self::PerCall(_) => "/TOKEN",
        }
    }

    /// What the endpoint of a call ends in.
    pub(super) fn suffix(&self, call_id: &str, now: Utc) -> String {
        match self {
            Self::Open => String::new(),
            Self::Token(token) => format!("/{token}"),
            Self::PerCall(tokens) => format!("/{}", tokens.issue(call_id, now)),
        }
    }

    /// Lets a stream in; if its token is that of a call, the call's id is known.
    pub(super) fn admit(&self, path: &str, now: Utc) -> Result<Option<String>, Refused> {
        let given = path.rsplit('/').next().unwrap_or_default();
        match self {
            Self::Open => Ok(None),
            Self::Token(token) if equal(given, token) => Ok(None),
            Self::Token(_) => Err(Refused::new(StatusCode::NOT_FOUND, "its URL does not end in the token")),
            Self::PerCall(tokens) => match tokens.redeem(given, now) {
                Ok(call_id) => Ok(Some(call_id)),
                Err(error) => Err(Refused::new(StatusCode::FORBIDDEN, error.to_string())),
            },
        }
    }

    /// Lets a stream in once more that was let in and for which there was no room then.
    pub(super) fn give_back(&self, call_id: Option<&str>) {
        if let (Self::PerCall(tokens), Some(call_id)) = (self, call_id) {
            tokens.give_back(call_id);
        }
    }
}

/// How long it takes tells nothing about how much of the token was right.
fn equal(given: &str, token: &str) -> bool {
    let differences = given.bytes().zip(token.bytes()).fold(0, |all, (a, b)| black_box(all | (a ^ b)));
    given.len() == token.len() && differences == 0
}
