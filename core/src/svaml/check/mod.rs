//! Every rule for a reply, in one place. [`Svaml::check`] says where each comes from.

mod callout;
mod fields;
mod menus;

use super::Svaml;
use super::action::{Action, Park};
use super::connect::{ConnectConf, ConnectPstn, ConnectSip, ConnectStream, Destination};
use super::forms::{count, is_address, is_e164, is_stream};
use super::instruction::{Instruction, PlayFiles, Say, SetCookie};
use super::invalid::{Excerpt, Found, Invalid, Rule, Waived};
use super::matrix::{answers, wants_svaml};
use super::words::DestinationType;
use crate::callback::CallbackEvent;
use crate::format::AudioFormat;
use crate::headers::Headers;
use crate::limits::MAX_HEADERS;
use crate::text::Text;

pub(super) use callout::{callout, script_url};
use fields::{
    CHARACTERS, E164, MOH, Waiver, at_most, cli, conference_keys, duration, ensure, known, required, unknown,
};
use menus::{MAX_SPOKEN, prompt_list, prompts, run_menu};

/// The first rule that a reply breaks.
pub(super) fn strictly(svaml: &Svaml<'_>, event: CallbackEvent) -> Result<(), Invalid> {
    Check { event, waiver: Waiver::default() }.reply(svaml)
}

/// The first rule that a reply breaks and that cannot be waived, or those that were.
pub(super) fn leniently(svaml: &Svaml<'_>, event: CallbackEvent) -> Result<Waived, Invalid> {
    let mut check = Check { event, waiver: Waiver { is_lenient: true, ..Waiver::default() } };
    check.reply(svaml)?;
    Ok(check.waiver.waived)
}

struct Check {
    event: CallbackEvent,
    waiver: Waiver,
}

impl Check {
    fn reply(&mut self, svaml: &Svaml<'_>) -> Result<(), Invalid> {
        if svaml.is_empty() && !wants_svaml(self.event) {
            return Ok(());
        }
        for instruction in svaml.instructions() {
            self.instruction(instruction)?;
        }
        cookies(svaml.instructions())?;
        let Some(action) = svaml.action() else {
            return Err(Invalid::new("action", Rule::Required, Found::Nothing));
        };
        let records = |instruction: &Instruction<'_>| matches!(instruction, Instruction::StartRecording(_));
        if matches!(action, Action::ConnectMxp(_)) && svaml.instructions().iter().any(records) {
            let name = Text::new("startRecording");
            return Err(Invalid::new("instructions[].name", Rule::NotWith("connectMxp"), name));
        }
        self.action(action)
    }

    fn instruction(&mut self, instruction: &Instruction<'_>) -> Result<(), Invalid> {
        if let Instruction::Other { name } = instruction {
            return unknown("instructions[].name", *name, "the names of SVAML");
        }
        self.name("instructions[].name", instruction.name())?;
        match instruction {
            Instruction::PlayFiles(files) => play_files(files),
            Instruction::Say(say) => say_text(say),
            Instruction::SendDtmf(keys) => {
                required("instructions[].value", keys.value)?;
                self.waiver.keys("instructions[].value", keys.value)
            }
            Instruction::SetCookie(SetCookie { key, .. }) => required("instructions[].key", *key),
            Instruction::StartRecording(recording) => {
                let field = "instructions[].options.destinationUrl";
                let address = recording.options.destination_url;
                required(field, address)?;
                let is_right = is_address(address.chars(), &["s3://", "azure://", "gs://"]);
                ensure(is_right, field, Rule::Form("s3://…, azure://… or gs://…"), Excerpt::address(address))
            }
            Instruction::Answer | Instruction::StopRecording | Instruction::Other { .. } => Ok(()),
        }
    }

    fn action(&mut self, action: &Action<'_>) -> Result<(), Invalid> {
        if let Action::Other { name } = action {
            return unknown("action.name", *name, "the names of SVAML");
        }
        self.name("action.name", action.name())?;
        match action {
            Action::Hangup | Action::Continue | Action::Other { .. } => Ok(()),
            Action::ConnectPstn(pstn) => self.connect_pstn(pstn),
            Action::ConnectMxp(mxp) => {
                if let Some(user) = &mxp.destination {
                    destination(user, DestinationType::Username)?;
                }
                call_headers(&mxp.call_headers)
            }
            Action::ConnectSip(sip) => connect_sip(sip),
            Action::ConnectConf(ConnectConf { conference_id, dtmf_options, moh }) => {
                self.waiver.conference_id("action.conferenceId", *conference_id)?;
                conference_keys("action.conferenceDtmfOptions.mode", *dtmf_options)?;
                known("action.moh", *moh, MOH)
            }
            Action::ConnectStream(stream) => connect_stream(stream),
            Action::RunMenu(menu) => run_menu(menu),
            Action::Park(park) => self.park(park),
        }
    }

    /// The matrix.
    fn name(&mut self, field: &'static str, name: Text<'_>) -> Result<(), Invalid> {
        if answers(name, self.event) {
            return Ok(());
        }
        self.waiver.waive(Invalid::new(field, Rule::NotIn(self.event), name))
    }

    fn connect_pstn(&mut self, pstn: &ConnectPstn<'_>) -> Result<(), Invalid> {
        if let Some(number) = pstn.number {
            ensure(is_e164(number), "action.number", E164, number)?;
        }
        duration("action.maxDuration", pstn.max_duration)?;
        cli("action.cli", pstn.cli)?;
        if let Some(keys) = pstn.dtmf {
            self.waiver.keys("action.dtmf", keys)?;
        }
        known("action.indications", pstn.indications, "the country codes of SVAML")
    }

    fn park(&mut self, park: &Park<'_>) -> Result<(), Invalid> {
        prompt_list("action.introPrompt", park.intro_prompt)?;
        prompt_list("action.holdPrompt", park.hold_prompt)?;
        match at_most("action.maxDuration", park.max_duration.unwrap_or(0), 600, "s") {
            Err(invalid) => self.waiver.waive(invalid),
            Ok(()) => Ok(()),
        }
    }
}

fn play_files(files: &PlayFiles<'_>) -> Result<(), Invalid> {
    let field = "instructions[].ids";
    at_most(field, files.ids.iter().count(), 64, "ids")?;
    if files.ids.is_empty() {
        return Err(Invalid::new(field, Rule::Required, Found::Nothing));
    }
    let mut spoken: usize = 0;
    for id in files.ids {
        spoken = spoken.saturating_add(prompts("instructions[].ids[]", id, false)?);
    }
    at_most(field, spoken, MAX_SPOKEN, CHARACTERS)?;
    if spoken > 0 { required("instructions[].locale", files.locale.unwrap_or_default()) } else { Ok(()) }
}

fn say_text(say: &Say<'_>) -> Result<(), Invalid> {
    required("instructions[].text", say.text)?;
    at_most("instructions[].text", count(say.text), 600, CHARACTERS)
}

fn cookies(instructions: &[Instruction<'_>]) -> Result<(), Invalid> {
    let length = |instruction: &Instruction<'_>| match instruction {
        Instruction::SetCookie(SetCookie { key, value }) => key.len().saturating_add(value.len()),
        _ => 0,
    };
    let all = instructions.iter().map(length).fold(0, usize::saturating_add);
    at_most("instructions[].value", all, 1_024, "bytes of cookies")
}

fn connect_sip(sip: &ConnectSip<'_>) -> Result<(), Invalid> {
    destination(&sip.destination, DestinationType::Sip)?;
    duration("action.maxDuration", sip.max_duration)?;
    cli("action.cli", sip.cli)?;
    known("action.transport", sip.transport, "UDP, TCP, TLS")?;
    call_headers(&sip.call_headers)?;
    known("action.moh", sip.moh, MOH)
}

fn connect_stream(stream: &ConnectStream<'_>) -> Result<(), Invalid> {
    if stream.destination.kind.is_none() {
        return Err(Invalid::new("action.destination.type", Rule::Required, Found::Nothing));
    }
    destination(&stream.destination, DestinationType::Websocket)?;
    let endpoint = stream.destination.endpoint;
    let form = Rule::Form("ws://… or wss://…");
    ensure(is_stream(endpoint), "action.destination.endpoint", form, Excerpt::address(endpoint))?;
    if let Some(rate) = stream.streaming_options.and_then(|options| options.sample_rate) {
        let rates = Rule::OneOf("8000, 16000, 24000, 44100, 48000, 96000");
        let is_known = AudioFormat::pcm16(rate).is_some();
        ensure(is_known, "action.streamingOptions.sampleRate", rates, rate)?;
    }
    duration("action.maxDuration", stream.max_duration)?;
    call_headers(&stream.call_headers)
}

fn destination(destination: &Destination<'_>, kind: DestinationType) -> Result<(), Invalid> {
    if let Some(found) = destination.kind {
        ensure(found == kind, "action.destination.type", Rule::OneOf(kind.as_str()), found.text())?;
    }
    required("action.destination.endpoint", destination.endpoint)
}

fn call_headers(headers: &Headers<'_>) -> Result<(), Invalid> {
    let (mut number, mut bytes) = (0_usize, 0_usize);
    for header in headers.iter() {
        required("action.callHeaders[].key", header.name)?;
        number = number.saturating_add(1);
        bytes = bytes.saturating_add(header.name.len()).saturating_add(header.value.len());
    }
    at_most("action.callHeaders", number, MAX_HEADERS as u64, "headers")?;
    at_most("action.callHeaders", bytes, 1_024, "bytes of headers")
}
