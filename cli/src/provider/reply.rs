//! What an application replies to a callback.

use voxwire::callback::CallbackEvent;
use voxwire::svaml::{Invalid, Svaml, Waived};

use crate::exit::Failure;

/// SVAML that has been read and checked.
#[derive(Debug)]
pub(crate) struct Reply {
    event: CallbackEvent,
    body: Vec<u8>,
}

impl Reply {
    /// Reads and checks SVAML, but lets pass, and gives, what not all sources forbid.
    ///
    /// # Errors
    /// [`Failure::Callback`], which says what is wrong.
    pub(super) fn read(event: CallbackEvent, body: Vec<u8>) -> Result<(Self, Waived), Failure> {
        let refused = |why: String| Failure::Callback { event, why };
        let waived = Svaml::parse(&body)
            .map_err(|error| refused(error.to_string()))?
            .check_leniently(event)
            .map_err(|invalid| refused(sentence(&invalid)))?;
        Ok((Self { event, body }, waived))
    }

    /// What goes without saying: the call goes on.
    pub(super) fn go_on(event: CallbackEvent) -> Self {
        Self { event, body: br#"{"action":{"name":"continue"}}"#.to_vec() }
    }

    /// What it is a reply to.
    pub(crate) const fn event(&self) -> CallbackEvent {
        self.event
    }

    /// The SVAML. It has been read before, so it can be read again.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(crate) fn svaml(&self) -> Result<Svaml<'_>, Failure> {
        Svaml::parse(&self.body)
            .map_err(|error| Failure::Callback { event: self.event, why: error.to_string() })
    }
}

/// What is wrong, without what was found where that is an address: its path may be a secret.
fn sentence(invalid: &Invalid) -> String {
    match invalid.field.ends_with(".endpoint") {
        true => format!("{}: {}", invalid.field, invalid.rule),
        false => invalid.to_string(),
    }
}
