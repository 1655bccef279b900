//! `voxwire svaml`: replies to callbacks, written and checked.

use core::fmt;

use serde::Serialize;
use voxwire::callback::CallbackEvent;
use voxwire::svaml::{
    ConnectConf, ConnectMxp, ConnectPstn, ConnectSip, ConnectStream, Invalid, MAX_BODY, Park, Reply, Say,
    Svaml, Waived,
};

use crate::call::header;
use crate::exit::Failure;
use crate::input::Input;
use crate::report::{Output, complain};

/// Writes a reply to a callback, or checks one.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(clap::Subcommand)]
enum Task {
    /// Connects the caller to a WebSocket server.
    ConnectStream {
        /// Where it listens: wss://host/path.
        endpoint: String,
        /// Samples per second.
        #[arg(long, value_name = "HZ")]
        rate: Option<u32>,
        #[command(flatten)]
        lasts: Lasts,
        #[command(flatten)]
        headers: CallHeaders,
        #[command(flatten)]
        common: Common,
    },
    /// Connects the caller to a phone.
    ConnectPstn {
        /// Its number. Default: the number that was dialled.
        number: Option<String>,
        /// How long it rings, in seconds.
        #[arg(long, value_name = "S")]
        dial_timeout: Option<u32>,
        /// The number that is shown to who is called, or private.
        #[arg(long, value_name = "NUMBER")]
        cli: Option<String>,
        #[command(flatten)]
        lasts: Lasts,
        #[command(flatten)]
        common: Common,
    },
    /// Connects the caller to a SIP server.
    ConnectSip {
        /// Its address.
        address: String,
        /// The number that is shown to who is called, or private.
        #[arg(long, value_name = "NUMBER")]
        cli: Option<String>,
        #[command(flatten)]
        lasts: Lasts,
        #[command(flatten)]
        headers: CallHeaders,
        #[command(flatten)]
        common: Common,
    },
    /// Puts the caller into a conference.
    ConnectConf {
        /// Its id.
        id: String,
        #[command(flatten)]
        common: Common,
    },
    /// Connects the caller to a user of the application.
    ConnectMxp {
        /// The user's name. Default: the user that was called.
        username: Option<String>,
        #[command(flatten)]
        headers: CallHeaders,
        #[command(flatten)]
        common: Common,
    },
    /// Lets the caller wait.
    Park {
        /// What is played once: #tts[…], or a file.
        #[arg(long, value_name = "PROMPT")]
        intro: Option<String>,
        /// What is played over and over.
        #[arg(long, value_name = "PROMPT")]
        hold: Option<String>,
        #[command(flatten)]
        lasts: Lasts,
        #[command(flatten)]
        common: Common,
    },
    /// Hangs up.
    Hangup {
        #[command(flatten)]
        common: Common,
    },
    /// Lets the call go on. Not in a reply to ICE.
    Continue {
        #[command(flatten)]
        common: Common,
    },
    /// Checks a reply: prints it as it should be written, or says what is wrong with it.
    Check {
        /// What it is a reply to.
        #[arg(long = "for", value_name = "EVENT", value_enum)]
        event: Event,
        /// Lets pass what not all of the provider's sources forbid, and says so.
        #[arg(long)]
        lenient: bool,
        #[command(flatten)]
        reply: Input,
    },
}

/// What all replies can have.
#[derive(clap::Args)]
struct Common {
    /// What it is a reply to. Default: ice, and ace for continue.
    #[arg(long = "for", value_name = "EVENT", value_enum)]
    event: Option<Event>,
    /// Says a text before. May be repeated.
    #[arg(long, value_name = "TEXT")]
    say: Vec<String>,
    /// The language of what is said, like en-US.
    #[arg(long, value_name = "LOCALE", requires = "say")]
    locale: Option<String>,
}

#[derive(clap::Args)]
struct Lasts {
    /// The longest call, in seconds.
    #[arg(long, value_name = "S")]
    max_duration: Option<u32>,
}

#[derive(clap::Args)]
struct CallHeaders {
    /// A call header. May be repeated.
    #[arg(long = "header", value_name = "K=V")]
    headers: Vec<String>,
}

/// A callback that wants SVAML.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Event {
    Ice,
    Ace,
    Pie,
}

impl From<Event> for CallbackEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::Ice => Self::Ice,
            Event::Ace => Self::Ace,
            Event::Pie => Self::Pie,
        }
    }
}

pub(crate) fn run(args: Args, output: &Output) -> Result<(), Failure> {
    match args.task {
        Task::ConnectStream { endpoint, rate, lasts, headers, common } => {
            let pairs = headers.pairs()?;
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let mut to = ConnectStream::to(endpoint.as_str()).call_headers(pairs.as_slice());
            if let Some(rate) = rate {
                to = to.sample_rate(rate);
            }
            to.max_duration = lasts.max_duration;
            let event = common.event(Event::Ice);
            print(event, common.reply(event).connect_stream(to), output)
        }
        Task::ConnectPstn { number, dial_timeout, cli, lasts, common } => {
            let mut to = number.as_deref().map_or(ConnectPstn::dialled(), ConnectPstn::to);
            to.dial_timeout = dial_timeout;
            to.cli = cli.as_deref().map(Into::into);
            to.max_duration = lasts.max_duration;
            let event = common.event(Event::Ice);
            print(event, common.reply(event).connect_pstn(to), output)
        }
        Task::ConnectSip { address, cli, lasts, headers, common } => {
            let pairs = headers.pairs()?;
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let mut to = ConnectSip::to(address.as_str()).call_headers(pairs.as_slice());
            to.cli = cli.as_deref().map(Into::into);
            to.max_duration = lasts.max_duration;
            let event = common.event(Event::Ice);
            print(event, common.reply(event).connect_sip(to), output)
        }
        Task::ConnectConf { id, common } => {
            let event = common.event(Event::Ice);
            print(event, common.reply(event).connect_conf(ConnectConf::to(id.as_str())), output)
        }
        Task::ConnectMxp { username, headers, common } => {
            let pairs = headers.pairs()?;
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let to = username.as_deref().map_or(ConnectMxp::dialled(), ConnectMxp::to);
            let event = common.event(Event::Ice);
            print(event, common.reply(event).connect_mxp(to.call_headers(pairs.as_slice())), output)
        }
        Task::Park { intro, hold, lasts, common } => {
            let mut park = Park::new();
            park.intro_prompt = intro.as_deref().map(Into::into);
            park.hold_prompt = hold.as_deref().map(Into::into);
            park.max_duration = lasts.max_duration;
            let event = common.event(Event::Ice);
            print(event, common.reply(event).park(park), output)
        }
        Task::Hangup { common } => {
            let event = common.event(Event::Ice);
            print(event, common.reply(event).hangup(), output)
        }
        Task::Continue { common } => {
            let event = common.event(Event::Ace);
            print(event, common.reply(event).go_on(), output)
        }
        Task::Check { event, lenient, reply } => check(event.into(), lenient, &reply, output),
    }
}

impl Common {
    fn event(&self, default: Event) -> CallbackEvent {
        self.event.unwrap_or(default).into()
    }

    /// The reply up to its action.
    fn reply(&self, event: CallbackEvent) -> Reply<'_, voxwire::svaml::matrix::Lenient> {
        self.say.iter().fold(Reply::lenient(event), |reply, text| {
            let mut say = Say::new(text.as_str());
            say.locale = self.locale.as_deref().map(Into::into);
            reply.say(say)
        })
    }
}

impl CallHeaders {
    fn pairs(&self) -> Result<Vec<(String, String)>, Failure> {
        self.headers.iter().map(|text| header(text)).collect()
    }
}

/// Prints a reply that breaks no rule at all.
fn print(
    event: CallbackEvent,
    reply: Result<(Svaml<'_>, Waived), Invalid>,
    output: &Output,
) -> Result<(), Failure> {
    let invalid = |invalid: Invalid| Failure::Svaml(invalid.to_string());
    let (svaml, _) = reply.map_err(invalid)?;
    svaml.check(event).map_err(invalid)?;
    output.line("svaml", &Document { document: &svaml, waived: Vec::new() });
    output.finish()
}

fn check(event: CallbackEvent, lenient: bool, reply: &Input, output: &Output) -> Result<(), Failure> {
    let body = reply.read(MAX_BODY)?;
    let svaml = Svaml::parse(&body).map_err(|error| Failure::Svaml(error.to_string()))?;
    let invalid = |invalid: Invalid| Failure::Svaml(invalid.to_string());
    let waived = match lenient {
        true => svaml.check_leniently(event).map_err(invalid)?,
        false => svaml.check(event).map(|()| Waived::default()).map_err(invalid)?,
    };
    let waived: Vec<_> = waived.iter().map(Invalid::to_string).collect();
    output.line("svaml", &Document { document: &svaml, waived: waived.clone() });
    for rule in waived {
        complain(format_args!("lets pass what not all of Sinch's sources allow: {rule}"));
    }
    output.finish()
}

#[derive(Serialize)]
struct Document<'a> {
    document: &'a Svaml<'a>,
    /// Rules that the reply breaks, and that were waived.
    waived: Vec<String>,
}

/// The document, on one line.
impl fmt::Display for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self.document).map_err(|_| fmt::Error)?)
    }
}
