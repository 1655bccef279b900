//! Which words of SVAML may answer which callback: one table, from which come the methods that a
//! [`Reply`](super::Reply) offers and the rule that [`Svaml::check`](super::Svaml::check) applies.
//!
//! | | ICE | ACE | PIE |
//! |---|---|---|---|
//! | `hangup` `connectConf` `runMenu` | y | y | y |
//! | `continue` | – | y | y |
//! | `connectPstn` `connectSip` | y | – | y |
//! | `connectMxp` `connectStream` `park` | y | – | – |
//! | `playFiles` `say` `setCookie` `startRecording` `stopRecording` | y | y | y |
//! | `sendDtmf` | y | – | y |
//! | `answer` | y | – | – |
//!
//! DICE and notifications want no SVAML. Source: Voice v1, SVAML and `connectStream` pages. The sources disagree on
//! some cells, so the table can be waived: [`Reply::lenient`](super::Reply::lenient),
//! [`Svaml::check_leniently`](super::Svaml::check_leniently).

use super::invalid::{Invalid, Waived};
use super::{
    Answer, ConnectConf, ConnectMxp, ConnectPstn, ConnectSip, ConnectStream, Continue, Hangup, Park,
    PlayFiles, RunMenu, Say, SendDtmf, SetCookie, StartRecording, StopRecording, Svaml,
};
use crate::callback::CallbackEvent;
use crate::text::Text;

/// A word that may answer a callback. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may not answer {E}",
    label = "not in a reply to {E}",
    note = "the table is in `voxwire::svaml::matrix`; `Reply::lenient` waives it"
)]
pub trait Answers<E>: sealed::Word {}

/// A callback that wants a reply, or [`Lenient`]. Sealed.
pub trait Callback: sealed::Callback {
    /// What a checked reply is: the [`Svaml`], and where leniency was asked for, what was [`Waived`].
    type Checked<'a>;

    /// Checks a reply to this callback.
    #[doc(hidden)]
    fn check<'a>(&self, svaml: Svaml<'a>) -> Result<Self::Checked<'a>, Invalid>;
}

/// The incoming call event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ice;

/// The answered call event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ace;

/// The prompt input event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pie;

/// Any event, with the rules waived on which the sources disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lenient(pub(super) CallbackEvent);

macro_rules! matrix {
    ($($word:ty = $name:literal: $($event:ident)+,)+) => {
        /// Each word, and the callbacks that it may answer.
        const MATRIX: &[(&str, &[CallbackEvent])] = &[$(($name, &[$(CallbackEvent::$event),+])),+];

        $(
            impl sealed::Word for $word {}
            $(impl Answers<$event> for $word {})+
        )+
    };
}

matrix! {
    Hangup = "hangup": Ice Ace Pie,
    Continue = "continue": Ace Pie,
    ConnectPstn<'_> = "connectPstn": Ice Pie,
    ConnectMxp<'_> = "connectMxp": Ice,
    ConnectSip<'_> = "connectSip": Ice Pie,
    ConnectConf<'_> = "connectConf": Ice Ace Pie,
    ConnectStream<'_> = "connectStream": Ice,
    RunMenu<'_> = "runMenu": Ice Ace Pie,
    Park<'_> = "park": Ice,
    PlayFiles<'_> = "playFiles": Ice Ace Pie,
    Say<'_> = "say": Ice Ace Pie,
    SetCookie<'_> = "setCookie": Ice Ace Pie,
    SendDtmf<'_> = "sendDtmf": Ice Pie,
    Answer = "answer": Ice,
    StartRecording<'_> = "startRecording": Ice Ace Pie,
    StopRecording = "stopRecording": Ice Ace Pie,
}

impl<W: sealed::Word> Answers<Lenient> for W {}

/// Whether the word of this name may answer the callback.
pub(super) fn answers(name: Text<'_>, event: CallbackEvent) -> bool {
    MATRIX.iter().any(|(word, events)| name == *word && events.contains(&event))
}

/// Whether the callback wants SVAML at all.
pub(super) fn wants_svaml(event: CallbackEvent) -> bool {
    MATRIX.iter().any(|(_, events)| events.contains(&event))
}

macro_rules! strict {
    ($($event:ident)+) => {
        $(
            impl sealed::Callback for $event {}

            impl Callback for $event {
                type Checked<'a> = Svaml<'a>;

                fn check<'a>(&self, svaml: Svaml<'a>) -> Result<Svaml<'a>, Invalid> {
                    svaml.check(CallbackEvent::$event)?;
                    Ok(svaml)
                }
            }
        )+
    };
}

strict! { Ice Ace Pie }

impl sealed::Callback for Lenient {}

impl Callback for Lenient {
    type Checked<'a> = (Svaml<'a>, Waived);

    fn check<'a>(&self, svaml: Svaml<'a>) -> Result<(Svaml<'a>, Waived), Invalid> {
        let waived = svaml.check_leniently(self.0)?;
        Ok((svaml, waived))
    }
}

mod sealed {
    #![expect(unnameable_types, reason = "the hidden half of a sealed trait")]

    /// A word of SVAML.
    pub trait Word {}

    /// A callback, or any.
    pub trait Callback {}
}
