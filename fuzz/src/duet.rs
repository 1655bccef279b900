//! Both ends of a call against each other, the bytes of a WebSocket between them, cut and lost as it comes.
//!
//! Neither end does what its session refuses, so neither may find fault with the other: all that is said is heard, equal
//! and in order, until its hearer has closed or the connection is lost. Whoever is told that a deadline has expired hangs
//! up, so a call is over soon after nothing is said any more.
//!
//! The first line of the script is three letters:
//!
//! | | | |
//! |---|---|---|
//! | dialect | `s` `w` | Sinch, Wavix; in capitals the application is not told but detects it |
//! | format | `0` `1` | 8 or 16 kHz is what the application was configured for; otherwise nothing |
//! | frame | any | how much of a message a frame holds: one byte with `1`, the more the higher the letter; all with `0` |
//!
//! Each further line is a step:
//!
//! | step | what happens |
//! |---|---|
//! | `a…` `p…` | the application, the platform says something; its letters stand at `Word::read` |
//! | `>…` `<…` | so many bytes arrive at the application, at the platform; all if there is no number |
//! | `~…` | so many microseconds pass; what is due is handled when it is |
//! | `@` | the time until the next deadline passes |
//! | `f…` | the rate that an announcement names from now on |
//! | `l` | the connection is lost, and both ends are told |
//! | `k` | the connection is lost, and nobody is told |

use std::time::Duration;

use voxwire::{Application, AudioFormat, Close, Config, Dialect, Headers, Instant, Message, Platform};
use voxwire_embassy::websocket::Side;

use crate::ends::Word;
use crate::script;

mod hearing;
mod party;

use party::Party;

/// Plays the script.
///
/// # Panics
/// Where something is heard that was not said, or the other way round; where a word of one end is a fault to the other;
/// or where a call does not end.
pub fn duet(data: &[u8]) {
    let ([letter, format, frame], lines) = script::read(data);
    let dialect = if matches!(letter, b'w' | b'W') { Dialect::Wavix } else { Dialect::Sinch };
    let mut application = Config::new(dialect);
    if letter.is_ascii_uppercase() {
        application = Config::detect();
    }
    let own = format.checked_sub(b'0').and_then(|at| RATES.get(usize::from(at)).copied());
    if let Some(own) = own {
        application = application.format(own);
    }
    let (mut one, mut other) = (vec![0; INBOX], vec![0; INBOX]);
    let duet = Duet {
        dialect,
        own,
        frame: match frame.wrapping_sub(b'0') {
            0 => usize::MAX,
            bytes => usize::from(bytes),
        },
        announced: None,
        now: Instant::ZERO,
        quiet_since: Instant::ZERO,
        cut: false,
        application: Party::new(application, Side::Server, &mut one),
        platform: Party::new(Config::new(dialect), Side::Client, &mut other),
    };
    duet.play(lines);
}

const RATES: [AudioFormat; 2] = match (AudioFormat::pcm16(8_000), AudioFormat::pcm16(16_000)) {
    (Some(slow), Some(fast)) => [slow, fast],
    _ => panic!("rates that are documented"),
};

/// The longest script that is played, in steps; an inbox for whatever it says, in bytes.
const MAX_STEPS: usize = 256;
const INBOX: usize = 64 * 1024;

/// After so much silence a call is over: the longest deadline by default, and the wait for a close.
const SILENCE: Duration = Duration::from_secs(60 + 5);

struct Duet<'d, 'm> {
    dialect: Dialect,
    /// What the application was configured for.
    own: Option<AudioFormat>,
    /// Bytes of a message that a frame holds.
    frame: usize,
    /// What an announcement names.
    announced: Option<AudioFormat>,
    now: Instant,
    /// When something was last said, or the connection was lost.
    quiet_since: Instant,
    /// Whether the connection is lost.
    cut: bool,
    application: Party<'d, 'm, Application>,
    platform: Party<'d, 'm, Platform>,
}

impl<'d> Duet<'d, '_> {
    fn play(mut self, lines: impl Iterator<Item = &'d [u8]>) {
        for line in lines.take(MAX_STEPS) {
            let (step, rest) = line.split_first().unwrap_or((&b'@', &[]));
            let bytes = if rest.is_empty() { usize::MAX } else { script::number(rest).max(0) as usize };
            match step {
                b'a' => self.application_says(self.word(rest)),
                b'p' => self.platform_says(self.word(rest)),
                b'>' => self.arrive_at_application(bytes),
                b'<' => self.arrive_at_platform(bytes),
                b'~' => self.pass(Duration::from_micros(script::number(rest).clamp(0, HOUR) as u64)),
                b'f' => self.announced = RATES.get(script::number(rest) as usize).copied(),
                b'l' => self.lose(),
                b'k' => self.cut(),
                _ => self.jump(),
            }
        }
        self.end();
    }

    /// However it went, all that was said is heard, and the call ends.
    fn end(mut self) {
        if self.cut {
            // Whoever waits for nothing must end it.
            if self.platform.session.poll_timeout().is_none() {
                self.platform_says(Word::Hangup(Close::NORMAL));
            }
            self.pass(SILENCE);
        } else {
            self.settle();
            self.platform_says(Word::Hangup(Close::NORMAL));
            self.settle();
        }
        assert!(self.application.session.is_closed(), "the application's call goes on");
        assert!(self.platform.session.is_closed(), "the platform's call goes on");
    }

    /// Everything arrives that is on its way.
    fn settle(&mut self) {
        while self.application.awaits() || self.platform.awaits() {
            self.arrive_at_application(usize::MAX);
            self.arrive_at_platform(usize::MAX);
        }
        self.application.assert_all_heard();
        self.platform.assert_all_heard();
    }

    fn word(&self, line: &'d [u8]) -> Word<'d> {
        const HEADERS: &[(&str, &str)] = &[("Tenant", "north"), ("token", "s\"\u{1}😀")];
        let headers = Headers::from(if self.announced.is_some() { HEADERS } else { &[] });
        Word::read(line, self.announced, headers)
    }

    fn application_says(&mut self, word: Word<'d>) {
        // What would be taken for a word is no other message, and a close is a hang-up.
        if let Word::Other(message) = word
            && self.dialect.decode_command(message) != Ok(voxwire::Command::Other(message))
        {
            return;
        }
        let Some(frames) = self.application.say(self.now, word, self.frame) else { return };
        self.quiet_since = self.now;
        if !self.cut {
            self.platform.expect(word, frames);
        }
    }

    fn platform_says(&mut self, word: Word<'d>) {
        if let Word::Other(message) = word
            && (self.dialect.decode_event(message) != Ok(voxwire::Event::Other(message))
                || self.application.session.dialect().is_none())
        {
            return;
        }
        let Some(frames) = self.platform.say(self.now, word, self.frame) else { return };
        self.quiet_since = self.now;
        if !self.cut {
            self.application.expect(word, frames);
        }
    }

    fn arrive_at_application(&mut self, bytes: usize) {
        let format =
            self.own.or(if self.dialect == Dialect::Wavix { AudioFormat::pcm16(24_000) } else { None });
        let echo = self.application.hear(self.now, self.dialect, format, bytes);
        if let Some((word, frames)) = echo {
            self.platform.expect(word, frames);
        }
    }

    fn arrive_at_platform(&mut self, bytes: usize) {
        if let Some((word, frames)) = self.platform.hear(self.now, self.dialect, None, bytes) {
            self.application.expect(word, frames);
        }
    }

    fn lose(&mut self) {
        self.cut();
        let lost = Message::Close(Close::LOST);
        self.application.session.handle_message(self.now, lost).expect("a loss is always heard");
        self.platform.session.handle_message(self.now, lost).expect("a loss is always heard");
        assert!(self.application.session.is_closed() && self.platform.session.is_closed());
    }

    fn cut(&mut self) {
        if !self.cut {
            (self.cut, self.quiet_since) = (true, self.now);
            self.application.cut();
            self.platform.cut();
        }
    }

    fn next(&self) -> Option<Instant> {
        let deadlines = [self.application.session.poll_timeout(), self.platform.session.poll_timeout()];
        deadlines.into_iter().flatten().min()
    }

    fn jump(&mut self) {
        if let Some(next) = self.next() {
            self.pass(next.since(self.now));
        }
    }

    /// Lets time pass, deadline by deadline.
    fn pass(&mut self, duration: Duration) {
        let until = self.now + duration;
        // An end has three deadlines; those that come again are a second apart and more.
        let mut most = 8 + 2 * duration.as_secs();
        while let Some(next) = self.next().filter(|next| *next <= until) {
            most = most.checked_sub(1).expect("law 8: time spins");
            self.now = self.now.max(next);
            for (word, frames) in self.application.time(self.now, self.frame) {
                if !self.cut {
                    self.platform.expect(word, frames);
                }
            }
            for (word, frames) in self.platform.time(self.now, self.frame) {
                if !self.cut {
                    self.application.expect(word, frames);
                }
            }
            // Whoever has given up waiting drops the socket.
            if self.application.session.is_closed() {
                self.platform.end();
            }
            if self.platform.session.is_closed() {
                self.application.end();
            }
        }
        self.now = until;
        if self.cut && self.now > self.quiet_since + SILENCE {
            let Self {
                application: Party { session: one, .. }, platform: Party { session: other, .. }, ..
            } = self;
            assert!(one.is_closed(), "the application has not noticed the loss");
            // A Sinch platform that has announced nothing waits for nothing.
            assert!(
                other.is_closed() || other.poll_timeout().is_none(),
                "the platform has not noticed the loss"
            );
        }
    }
}

/// In microseconds.
const HOUR: i128 = 3_600_000_000;
