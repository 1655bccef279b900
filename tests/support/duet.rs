//! Both ends of one call, back to back.

use core::time::Duration;

use voxwire::{
    Application, Audio, Command, Config, Dialect, Due, Event, Instant, Message, Platform, SendError, Session,
    Start,
};

use crate::notation;

/// An application and a platform with nothing but a clock between them, which only moves when told.
#[derive(Debug)]
pub struct Duet {
    /// Our user's end.
    pub application: Session<Application>,
    /// The provider's end.
    pub platform: Session<Platform>,
    /// What both take for the time.
    pub now: Instant,
}

impl Duet {
    /// Both ends just connected, each with the dialect's defaults.
    pub fn new(dialect: Dialect) -> Self {
        Self::of(Config::new(dialect), Config::new(dialect))
    }

    /// Both ends just connected.
    pub fn of(application: Config, platform: Config) -> Self {
        let now = Instant::ZERO;
        Self {
            application: Session::application(application, now),
            platform: Session::platform(platform, now),
            now,
        }
    }

    /// A call that has been announced as `start`, and answered where that is needed.
    pub fn live(mut self, start: Start<'_>) -> Self {
        let mut buf = [0; 4096];
        self.platform_says(Event::Start(start), &mut buf).expect("the call is announced");
        self.application_says(Command::Answer, &mut buf).expect("the call is answered");
        assert!(self.application.is_live() && self.platform.is_live());
        self
    }

    /// The platform says `event`: what the application hears, if the dialect has words for it. They lie in `buf`.
    ///
    /// # Errors
    /// What the platform's session refuses to say. What it says the application understands, or this panics.
    pub fn platform_says<'s: 'b, 'b>(
        &mut self,
        event: Event<'s>,
        buf: &'b mut [u8],
    ) -> Result<Option<Event<'b>>, SendError> {
        Ok(self.platform.send(self.now, event, buf)?.map(|words| self.application_hears(words)))
    }

    /// The application says `command`: what the platform hears, as above.
    ///
    /// # Errors
    /// What the application's session refuses to say.
    pub fn application_says<'s: 'b, 'b>(
        &mut self,
        command: Command<'s>,
        buf: &'b mut [u8],
    ) -> Result<Option<Command<'b>>, SendError> {
        Ok(self.application.send(self.now, command, buf)?.map(|words| self.platform_hears(words)))
    }

    /// The platform says audio, the application hears it.
    pub fn platform_talks(&mut self, pcm: &[u8]) {
        let mut buf = vec![0; 2 * pcm.len() + 1024];
        let heard = self.platform_says(Event::Audio(Audio::raw(pcm)), &mut buf);
        assert!(matches!(heard, Ok(Some(Event::Audio(_)))), "{heard:?}");
    }

    /// Lets time pass, deadline by deadline, and tells in the transcript's notation what it brought.
    pub fn drive(&mut self, duration: Duration) -> Vec<String> {
        let until = self.now + duration;
        let mut brought = Vec::new();
        while let Some(lines) = self.step(until) {
            brought.extend(lines);
        }
        self.now = until;
        brought
    }

    /// Jumps to the next deadline of either end, if it comes by `until`.
    pub fn step(&mut self, until: Instant) -> Option<Vec<String>> {
        let deadlines = [self.application.poll_timeout(), self.platform.poll_timeout()];
        let next = deadlines.into_iter().flatten().min().filter(|next| *next <= until)?;
        self.now = self.now.max(next);

        let mut brought = Vec::new();
        let mut buf = [0; 64];
        match self.application.handle_timeout(self.now, &mut buf).expect("64 bytes hold whatever is owed") {
            Due::Nothing => {}
            Due::Expired(deadline) => {
                brought.push(notation::fault(format!("{deadline:?} expired (application)")))
            }
            Due::Send(words) => {
                let heard = self.platform_hears(words);
                brought.extend([format!("~> {}", notation::message(words)), notation::command(Ok(heard))]);
            }
        }
        match self.platform.handle_timeout(self.now, &mut buf).expect("64 bytes hold whatever is owed") {
            Due::Nothing => {}
            Due::Expired(deadline) => {
                brought.push(notation::fault(format!("{deadline:?} expired (platform)")))
            }
            Due::Send(words) => {
                let heard = self.application_hears(words);
                brought.extend([format!("~< {}", notation::message(words)), notation::event(Ok(heard))]);
            }
        }
        Some(brought)
    }

    /// Something is on the wire to the application. A close comes back, as every WebSocket library sees to.
    pub fn application_hears<'m>(&mut self, words: Message<'m>) -> Event<'m> {
        let heard = self.application.handle_message(self.now, words);
        if let Message::Close(_) = words {
            self.platform.handle_message(self.now, words).expect("a close is always heard");
        }
        heard.expect("the application understands what the platform says")
    }

    /// Something is on the wire to the platform, likewise.
    pub fn platform_hears<'m>(&mut self, words: Message<'m>) -> Command<'m> {
        let heard = self.platform.handle_message(self.now, words);
        if let Message::Close(_) = words {
            self.application.handle_message(self.now, words).expect("a close is always heard");
        }
        heard.expect("the platform understands what the application says")
    }
}
