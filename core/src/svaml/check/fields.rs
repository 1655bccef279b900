//! The rules for single fields.

use crate::svaml::connect::ConferenceDtmf;
use crate::svaml::forms::{count, is_e164};
use crate::svaml::invalid::{Found, Invalid, Rule, Waived};
use crate::text::Text;
use crate::word::{Vocabulary, Word};

/// What is done with a rule on which the sources disagree.
#[derive(Default)]
pub(super) struct Waiver {
    pub(super) is_lenient: bool,
    pub(super) waived: Waived,
}

impl Waiver {
    pub(super) fn waive(&mut self, invalid: Invalid) -> Result<(), Invalid> {
        if self.is_lenient { self.waived.push(invalid) } else { Err(invalid) }
    }

    /// Keys that are sent.
    pub(super) fn keys(&mut self, field: &'static str, keys: Text<'_>) -> Result<(), Invalid> {
        let is_key = |c: char| matches!(c, '0'..='9' | '#' | 'w');
        let invalid = Invalid::new(field, Rule::Form("keys of 0-9 # w"), keys);
        if keys.is_empty() || !keys.chars().all(|c| is_key(c) || c == '*') {
            Err(invalid)
        } else if !keys.chars().all(is_key) {
            self.waive(invalid)
        } else {
            Ok(())
        }
    }

    pub(super) fn conference_id(&mut self, field: &'static str, id: Text<'_>) -> Result<(), Invalid> {
        required(field, id)?;
        if let Err(invalid) = at_most(field, count(id), 64, CHARACTERS) {
            self.waive(invalid)?;
        }
        at_most(field, count(id), 128, CHARACTERS)
    }
}

pub(super) const CHARACTERS: &str = "characters";
pub(super) const E164: Rule = Rule::Form("1 to 15 digits, no 0 first, + before them or not");
pub(super) const MOH: &str = "ring, music1, music2, music3";

pub(super) fn conference_keys(
    field: &'static str,
    options: Option<ConferenceDtmf<'_>>,
) -> Result<(), Invalid> {
    known(field, options.and_then(|options| options.mode), "ignore, forward, detect")
}

pub(super) fn cli(field: &'static str, cli: Option<Text<'_>>) -> Result<(), Invalid> {
    let form = Rule::Form("1 to 15 digits, no 0 first, + before them or not, or private");
    match cli {
        Some(cli) => ensure(is_e164(cli) || cli.eq_ignore_ascii_case("private"), field, form, cli),
        None => Ok(()),
    }
}

pub(super) fn duration(field: &'static str, seconds: Option<u32>) -> Result<(), Invalid> {
    at_most(field, seconds.unwrap_or(0), 14_400, "s")
}

pub(super) fn known<V: Vocabulary>(
    field: &'static str,
    word: Option<Word<'_, V>>,
    words: &'static str,
) -> Result<(), Invalid> {
    match word {
        Some(word) => ensure(word.known().is_some(), field, Rule::OneOf(words), word.text()),
        None => Ok(()),
    }
}

pub(super) fn unknown(field: &'static str, name: Text<'_>, known: &'static str) -> Result<(), Invalid> {
    required(field, name)?;
    Err(Invalid::new(field, Rule::OneOf(known), name))
}

pub(super) fn required(field: &'static str, text: Text<'_>) -> Result<(), Invalid> {
    ensure(!text.is_empty(), field, Rule::Required, Found::Nothing)
}

pub(super) fn at_most(
    field: &'static str,
    found: impl Into<Found>,
    limit: u64,
    unit: &'static str,
) -> Result<(), Invalid> {
    let found = found.into();
    let is_within = !matches!(found, Found::Number(number) if number > limit);
    ensure(is_within, field, Rule::AtMost { limit, unit }, found)
}

pub(super) fn ensure(
    holds: bool,
    field: &'static str,
    rule: Rule,
    found: impl Into<Found>,
) -> Result<(), Invalid> {
    if holds { Ok(()) } else { Err(Invalid::new(field, rule, found)) }
}
