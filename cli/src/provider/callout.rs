//! Calls that the application starts: a request to Sinch's REST API, as far as the call itself goes.

use voxwire::Text;
use voxwire::svaml::{Callout, ConferenceCallout, CustomCallout, MAX_BODY, Script};

use super::{Guide, Parties, Says};
use crate::exit::Failure;

/// What is to become of a call that an application starts.
pub(crate) struct Errand {
    pub(crate) guide: Guide,
    pub(crate) parties: Parties,
    pub(crate) begins: Begins,
}

/// How a call begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    /// With ICE: somebody has called, or the reply says whom to call.
    Incoming,
    /// Somebody is called.
    Calling {
        /// The conference into which he is put, unless something else is said.
        conference: Option<String>,
        /// How many seconds the call may last.
        lasts: Option<u32>,
    },
}

impl Errand {
    /// Reads a request. What it does not say of the parties is as in `parties`; `name` is the file's.
    ///
    /// # Errors
    /// [`Failure::Svaml`] when it is not valid, or not of a kind that can be simulated.
    pub(crate) fn read(name: &str, body: &[u8], parties: Parties) -> Result<Self, Failure> {
        let refused = |why: &dyn core::fmt::Display| Failure::Svaml(format!("{name}: {why}"));
        let callout = Callout::parse(body).map_err(|error| refused(&error))?;
        callout.check(&mut vec![0; MAX_BODY]).map_err(|error| refused(&error))?;
        match callout {
            Callout::Custom(custom) => Self::custom(&custom, parties).map_err(|why| refused(&why)),
            Callout::Conference(conference) => Ok(Self::conference(&conference, parties)),
            _ => Err(refused(&"neither a customCallout nor a conferenceCallout")),
        }
    }

    fn custom(custom: &CustomCallout<'_>, parties: Parties) -> Result<Self, &'static str> {
        let to = custom.destination.map(|destination| destination.endpoint);
        let begins = match (custom.ice, to) {
            (Some(_), _) => Begins::Incoming,
            (None, Some(_)) => Begins::Calling { conference: None, lasts: custom.max_duration },
            (None, None) => return Err("neither a destination nor a reply to ICE"),
        };
        let says = |script: Option<Script<'_>>, enabled: Option<bool>| match script {
            Some(script) => svaml(script).map(Says::Already),
            None if enabled == Some(true) => Ok(Says::Application),
            None => Ok(Says::Nobody),
        };
        let guide = Guide {
            ice: says(custom.ice, None)?,
            ace: says(custom.ace, custom.enable_ace)?,
            pie: says(custom.pie, custom.enable_pie)?,
            dice: custom.enable_dice == Some(true),
        };
        Ok(Self { guide, parties: named(parties, custom.cli, to, custom.custom), begins })
    }

    fn conference(conference: &ConferenceCallout<'_>, parties: Parties) -> Self {
        let says = |enabled| if enabled == Some(true) { Says::Application } else { Says::Nobody };
        let guide = Guide {
            ice: Says::Nobody,
            ace: says(conference.enable_ace),
            pie: says(conference.enable_pie),
            dice: conference.enable_dice == Some(true),
        };
        let to = Some(conference.destination.endpoint);
        let begins = Begins::Calling {
            conference: Some(conference.conference_id.to_string()),
            lasts: conference.max_duration,
        };
        Self { guide, parties: named(parties, conference.cli, to, conference.custom), begins }
    }
}

/// The SVAML of a reply that is given in advance.
fn svaml(script: Script<'_>) -> Result<String, &'static str> {
    match script {
        Script::Svaml(svaml) => Ok(svaml.to_string()),
        _ => Err("a reply that is a URL, and voxwire follows SVAML only"),
    }
}

fn named(given: Parties, cli: Option<Text<'_>>, to: Option<Text<'_>>, custom: Option<Text<'_>>) -> Parties {
    let or = |text: Option<Text<'_>>, given| text.map_or(given, |text| text.to_string());
    Parties { from: or(cli, given.from), to: or(to, given.to), custom: or(custom, given.custom) }
}
