//! Replies, each word offered only where it may stand.

use super::action::{Action, Continue, Hangup, Park};
use super::connect::{ConnectConf, ConnectMxp, ConnectPstn, ConnectSip, ConnectStream};
use super::instruction::{
    Answer, Instruction, PlayFiles, Say, SendDtmf, SetCookie, StartRecording, StopRecording,
};
use super::invalid::{Invalid, Rule};
use super::matrix::{Ace, Answers, Callback, Ice, Lenient, Pie};
use super::menu::RunMenu;
use super::{MAX_INSTRUCTIONS, Svaml};
use crate::callback::CallbackEvent;
use crate::text::Text;

/// A reply to a callback of kind `E`: instructions in order, then the action, which ends it and has it checked.
///
/// What may not answer the callback is not offered:
///
/// ```compile_fail,E0277
/// use voxwire::svaml::{ConnectStream, Reply};
///
/// Reply::ace().connect_stream(ConnectStream::to("wss://media.example/s"));
/// ```
///
/// The same holds for the instructions, and so a call is not taken twice:
///
/// ```compile_fail,E0277
/// use voxwire::svaml::Reply;
///
/// Reply::pie().answer().hangup();
/// ```
///
/// An incoming call cannot just go on, and who was called cannot be parked:
///
/// ```compile_fail,E0277
/// voxwire::svaml::Reply::ice().go_on();
/// ```
///
/// ```compile_fail,E0277
/// voxwire::svaml::Reply::ace().park(voxwire::svaml::Park::new());
/// ```
#[derive(Clone, Debug)]
#[must_use = "an action ends the reply"]
pub struct Reply<'a, E> {
    event: E,
    svaml: Svaml<'a>,
    /// How many instructions were given, those that did not fit included.
    given: usize,
}

impl Reply<'_, Ice> {
    /// A reply to the incoming call event.
    pub const fn ice() -> Self {
        Self::to(Ice)
    }
}

impl Reply<'_, Ace> {
    /// A reply to the answered call event.
    pub const fn ace() -> Self {
        Self::to(Ace)
    }
}

impl Reply<'_, Pie> {
    /// A reply to the prompt input event.
    pub const fn pie() -> Self {
        Self::to(Pie)
    }
}

impl Reply<'_, Lenient> {
    /// A reply to `event` that may use every word, and comes with a list of the rules that it breaks and that were
    /// [waived](super::Waived), as [`Svaml::check_leniently`] says.
    pub const fn lenient(event: CallbackEvent) -> Self {
        Self::to(Lenient(event))
    }
}

impl<E> Reply<'_, E> {
    const fn to(event: E) -> Self {
        Self { event, svaml: Svaml::empty(), given: 0 }
    }
}

macro_rules! instructions {
    ($($(#[$about:meta])* $method:ident($($argument:ident: $type:ty),*): $word:ty => $instruction:expr,)+) => {
        /// Instructions.
        impl<'a, E: Callback> Reply<'a, E> {
            $(
                $(#[$about])*
                pub fn $method(self, $($argument: $type),*) -> Self
                where
                    $word: Answers<E>,
                {
                    self.then($instruction)
                }
            )+
        }
    };
}

instructions! {
    /// Takes the call, so that it costs from here on, before anything is heard.
    answer(): Answer => Instruction::Answer,
    /// Says a text.
    say(say: Say<'a>): Say<'a> => Instruction::Say(say),
    /// Plays files or prompts.
    play_files(files: PlayFiles<'a>): PlayFiles<'a> => Instruction::PlayFiles(files),
    /// Sends keys: `0`–`9`, `#`, and `w` for half a second.
    send_dtmf(keys: impl Into<Text<'a>>): SendDtmf<'a> => Instruction::SendDtmf(SendDtmf::new(keys)),
    /// Keeps a value with the call.
    set_cookie(key: impl Into<Text<'a>>, value: impl Into<Text<'a>>): SetCookie<'a>
        => Instruction::SetCookie(SetCookie::new(key, value)),
    /// Starts a recording.
    start_recording(recording: StartRecording<'a>): StartRecording<'a> => Instruction::StartRecording(recording),
    /// Ends a recording.
    stop_recording(): StopRecording => Instruction::StopRecording,
}

macro_rules! actions {
    ($($(#[$about:meta])* $method:ident($($argument:ident: $type:ty)?): $word:ty => $action:expr,)+) => {
        /// Actions. Each ends the reply and checks it.
        ///
        /// # Errors
        ///
        /// The first rule that the reply breaks, as [`Svaml::check`] finds it.
        impl<'a, E: Callback> Reply<'a, E> {
            $(
                $(#[$about])*
                ///
                /// # Errors
                ///
                /// [`Invalid`] if the reply breaks a rule.
                pub fn $method(self, $($argument: $type)?) -> Result<E::Checked<'a>, Invalid>
                where
                    $word: Answers<E>,
                {
                    self.end($action)
                }
            )+
        }
    };
}

actions! {
    /// Hangs up.
    hangup(): Hangup => Action::Hangup,
    /// Lets the call go on as it was going: the action `continue`.
    go_on(): Continue => Action::Continue,
    /// Connects the caller to a phone.
    connect_pstn(to: ConnectPstn<'a>): ConnectPstn<'a> => Action::ConnectPstn(to),
    /// Connects the caller to a user of the application.
    connect_mxp(to: ConnectMxp<'a>): ConnectMxp<'a> => Action::ConnectMxp(to),
    /// Connects the caller to a SIP server.
    connect_sip(to: ConnectSip<'a>): ConnectSip<'a> => Action::ConnectSip(to),
    /// Puts the caller into a conference.
    connect_conf(to: ConnectConf<'a>): ConnectConf<'a> => Action::ConnectConf(to),
    /// Connects the caller to a WebSocket server.
    connect_stream(to: ConnectStream<'a>): ConnectStream<'a> => Action::ConnectStream(to),
    /// Plays a menu.
    run_menu(menu: RunMenu<'a>): RunMenu<'a> => Action::RunMenu(menu),
    /// Lets the caller wait.
    park(park: Park<'a>): Park<'a> => Action::Park(park),
}

impl<'a, E: Callback> Reply<'a, E> {
    fn then(mut self, instruction: Instruction<'a>) -> Self {
        self.given = self.given.saturating_add(1);
        // What does not fit is refused when the reply ends.
        let _ = self.svaml.instructions.push(instruction);
        self
    }

    fn end(mut self, action: Action<'a>) -> Result<E::Checked<'a>, Invalid> {
        if self.given > MAX_INSTRUCTIONS {
            let rule = Rule::AtMost { limit: MAX_INSTRUCTIONS as u64, unit: "instructions" };
            return Err(Invalid::new("instructions", rule, self.given));
        }
        self.svaml.action = Some(action);
        self.event.check(self.svaml)
    }
}
