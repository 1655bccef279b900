//! What is done before a reply's action.

use core::fmt;

use super::forms::Shown;
use super::list::List;
use super::members::{members, named, setters};
use super::read::Member;
use crate::text::Text;

named! {
    /// What is done before a reply's action, in order (Voice v1, SVAML). Which of them may answer which callback:
    /// [`matrix`](super::matrix).
    pub enum Instruction<'a> {
        /// Plays files, or prompts.
        PlayFiles(PlayFiles<'a>) = "playFiles",
        /// Says a text.
        Say(Say<'a>) = "say",
        /// Sends keys.
        SendDtmf(SendDtmf<'a>) = "sendDtmf",
        /// Keeps a value with the call.
        SetCookie(SetCookie<'a>) = "setCookie",
        /// Takes the call before anything is heard.
        Answer = "answer",
        /// Starts a recording.
        StartRecording(StartRecording<'a>) = "startRecording",
        /// Ends a recording.
        StopRecording = "stopRecording",
    }
}

/// The instruction `answer`, as [`Answers`](super::matrix::Answers) knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer;

/// The instruction `stopRecording`, as [`Answers`](super::matrix::Answers) knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StopRecording;

members! {
    /// Plays files, or prompts: `#tts[…]`, `#ssml[…]`, `#href[http…]`, or the id or address of a file.
    pub struct PlayFiles<'a> {
        /// What is played, at most 64. Of what is spoken at most 600 characters each, and 1,000 together. Of an address,
        /// debug output has the host only: it may be all it takes to listen.
        pub ids: List<'a, Text<'a>, &'a str> = "ids",
        /// Language; required where one of them is `#tts` or `#ssml`.
        pub locale: Option<Text<'a>> = "locale",
    }
}

impl<'a> PlayFiles<'a> {
    /// Plays these.
    pub fn new(ids: impl Into<List<'a, Text<'a>, &'a str>>) -> Self {
        Self { ids: ids.into(), ..Self::default() }
    }

    setters! { locale: impl Into<Text<'a>> }
}

/// Without what follows the host of an address.
impl fmt::Debug for PlayFiles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = fmt::from_fn(|f| f.debug_list().entries(self.ids.iter().map(Shown)).finish());
        f.debug_struct("PlayFiles").field("ids", &ids).field("locale", &self.locale).finish()
    }
}

members! {
    /// Says a text.
    #[derive(Debug)]
    pub struct Say<'a> {
        /// The text, 1 to 600 characters.
        pub text: Text<'a> = "text",
        /// Its language; the platform's default is `en-US`.
        pub locale: Option<Text<'a>> = "locale",
    }
}

impl<'a> Say<'a> {
    /// Says `text`.
    pub fn new(text: impl Into<Text<'a>>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    setters! { locale: impl Into<Text<'a>> }
}

members! {
    /// Sends keys.
    #[derive(Debug)]
    pub struct SendDtmf<'a> {
        /// `0`–`9`, `#`, and `w` for half a second.
        pub value: Text<'a> = "value",
    }
}

impl<'a> SendDtmf<'a> {
    /// Sends these keys.
    pub fn new(value: impl Into<Text<'a>>) -> Self {
        Self { value: value.into() }
    }
}

members! {
    /// Keeps a value with the call. All of a reply take at most 1,024 bytes, keys included.
    pub struct SetCookie<'a> {
        /// Its name.
        pub key: Text<'a> = "key",
        /// The value. It may be a secret, so debug output does not show it.
        pub value: Text<'a> = "value",
    }
}

impl<'a> SetCookie<'a> {
    /// Keeps `value` under the name `key`.
    pub fn new(key: impl Into<Text<'a>>, value: impl Into<Text<'a>>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// The key only.
impl fmt::Debug for SetCookie<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie").field("key", &self.key).finish_non_exhaustive()
    }
}

members! {
    /// Starts a recording. Not with `connectMxp`.
    #[derive(Debug)]
    pub struct StartRecording<'a> {
        /// Where to, and how.
        pub options: Recording<'a> = "options",
    }
}

impl<'a> StartRecording<'a> {
    /// Records to this `s3://…`, `azure://…` or `gs://…` address.
    pub fn to(destination_url: impl Into<Text<'a>>) -> Self {
        let options = Recording { destination_url: destination_url.into(), ..Recording::default() };
        Self { options }
    }

    /// The same, with [`credentials`](Recording::credentials).
    #[must_use]
    pub fn credentials(mut self, credentials: impl Into<Text<'a>>) -> Self {
        self.options.credentials = Some(credentials.into());
        self
    }

    /// The same, with a [`format`](Recording::format).
    #[must_use]
    pub fn format(mut self, format: impl Into<Text<'a>>) -> Self {
        self.options.format = Some(format.into());
        self
    }

    /// The same, with or without [`notification_events`](Recording::notification_events).
    #[must_use]
    pub const fn notification_events(mut self, notification_events: bool) -> Self {
        self.options.notification_events = Some(notification_events);
        self
    }

    /// The same, and written down in this language.
    #[must_use]
    pub fn transcribed(mut self, locale: impl Into<Text<'a>>) -> Self {
        self.options.transcription = Some(Transcription { enabled: Some(true), locale: Some(locale.into()) });
        self
    }
}

members! {
    /// Where a recording goes, and how.
    pub struct Recording<'a> {
        /// The folder or file: `s3://…`, `azure://…` or `gs://…`.
        pub destination_url: Text<'a> = "destinationUrl",
        /// What opens it, in the form that its owner demands. A secret: debug output does not show it.
        pub credentials: Option<Text<'a>> = "credentials",
        /// The format; the platform's default is `mp3`.
        pub format: Option<Text<'a>> = "format",
        /// Whether the application is told when it is finished and when it is there; the platform's default is yes.
        pub notification_events: Option<bool> = "notificationEvents",
        /// Whether it is written down.
        pub transcription: Option<Transcription<'a>> = "transcriptionOptions",
    }
}

/// All but the credentials, and what follows the host of the address.
impl fmt::Debug for Recording<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("destination_url", &Shown(self.destination_url))
            .field("format", &self.format)
            .field("notification_events", &self.notification_events)
            .field("transcription", &self.transcription)
            .finish_non_exhaustive()
    }
}

members! {
    /// Whether a recording is written down.
    #[derive(Debug)]
    pub struct Transcription<'a> {
        /// Whether it is.
        pub enabled: Option<bool> = "enabled",
        /// In which language.
        pub locale: Option<Text<'a>> = "locale",
    }
}
