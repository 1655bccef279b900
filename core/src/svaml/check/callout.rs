//! The rules for callouts.

use crate::svaml::callout::Callout;
use crate::svaml::connect::Destination;
use crate::svaml::forms::is_address;
use crate::svaml::invalid::{Invalid, Rule};
use crate::text::Text;

use super::fields::{MOH, Waiver, at_most, cli, conference_keys, duration, ensure, known, required, unknown};

/// The first rule that a callout breaks. The replies within it are not looked at.
pub(in super::super) fn callout(callout: &Callout<'_>) -> Result<(), Invalid> {
    match callout {
        Callout::Custom(call) => {
            destination("customCallout.destination.endpoint", call.destination.as_ref())?;
            cli("customCallout.cli", call.cli)?;
            keys("customCallout.dtmf", call.dtmf)?;
            custom("customCallout.custom", call.custom)?;
            duration("customCallout.maxDuration", call.max_duration)
        }
        Callout::Conference(call) => {
            destination("conferenceCallout.destination.endpoint", Some(&call.destination))?;
            cli("conferenceCallout.cli", call.cli)?;
            keys("conferenceCallout.dtmf", call.dtmf)?;
            custom("conferenceCallout.custom", call.custom)?;
            duration("conferenceCallout.maxDuration", call.max_duration)?;
            Waiver::default().conference_id("conferenceCallout.conferenceId", call.conference_id)?;
            conference_keys("conferenceCallout.conferenceDtmfOptions.mode", call.dtmf_options)?;
            known("conferenceCallout.mohClass", call.moh, MOH)
        }
        Callout::Other { method } => unknown("method", *method, "customCallout, conferenceCallout"),
    }
}

/// The first rule that the address of a reply breaks.
pub(in super::super) fn script_url(address: Text<'_>) -> Result<(), Invalid> {
    let is_right = is_address(address.chars(), &["http://", "https://"]);
    // An address may hold a secret.
    ensure(is_right, "script", Rule::Form("SVAML, http://… or https://…"), address.len())
}

fn destination(field: &'static str, destination: Option<&Destination<'_>>) -> Result<(), Invalid> {
    destination.map_or(Ok(()), |destination| required(field, destination.endpoint))
}

fn keys(field: &'static str, keys: Option<Text<'_>>) -> Result<(), Invalid> {
    keys.map_or(Ok(()), |keys| Waiver::default().keys(field, keys))
}

fn custom(field: &'static str, text: Option<Text<'_>>) -> Result<(), Invalid> {
    at_most(field, text.map_or(0, |text| text.len()), 1_024, "bytes")
}
