//! Sessions brought to every phase of a call.

use core::time::Duration;

use voxwire::{Application, Close, Command, Config, Dialect, Event, Instant, Platform, Session, Start};

use crate::duet::Duet;

/// A session, and the name of the phase it is in.
#[derive(Clone, Debug)]
pub struct InPhase<S> {
    /// The phase, in a word.
    pub phase: &'static str,
    /// The session.
    pub session: S,
}

/// When the sessions have come to where they are: late enough for a clock to go back.
pub const NOW: Instant = Instant::from_millis(5_000);

/// The call that all of them have.
pub fn call(dialect: Dialect) -> Start<'static> {
    match dialect {
        Dialect::Wavix => Start::new("c1").with_stream_id("s1"),
        _ => Start::new("c1"),
    }
}

/// An application in every phase that the dialect knows.
pub fn applications(dialect: Dialect) -> Vec<InPhase<Session<Application>>> {
    all(dialect).into_iter().map(|(phase, duet)| InPhase { phase, session: duet.application }).collect()
}

/// A platform in every phase that the dialect knows.
pub fn platforms(dialect: Dialect) -> Vec<InPhase<Session<Platform>>> {
    all(dialect).into_iter().map(|(phase, duet)| InPhase { phase, session: duet.platform }).collect()
}

fn all(dialect: Dialect) -> Vec<(&'static str, Duet)> {
    let mut buf = [0; 512];
    let connected = || {
        let mut duet = Duet::of(Config::new(dialect), Config::new(dialect));
        assert!(duet.drive(Duration::from_secs(5)).is_empty());
        assert_eq!(duet.now, NOW);
        duet
    };
    let live = || connected().live(call(dialect));
    let mut phases = vec![("idle", connected()), ("live", live())];
    if dialect == Dialect::Sinch {
        let mut offered = connected();
        offered.platform_says(Event::Start(call(dialect)), &mut buf).expect("announced");
        phases.push(("offered", offered));

        let mut refused = connected();
        refused.platform_says(Event::Start(call(dialect)), &mut buf).expect("announced");
        refused.application_says(Command::Busy, &mut buf).expect("refused");
        phases.push(("refused", refused));
    } else {
        let mut oneway = connected();
        oneway.platform_says(Event::Start(call(dialect).oneway()), &mut buf).expect("announced");
        phases.push(("live, oneway", oneway));
    }
    let mut stopped = live();
    stopped.platform_says(Event::Stop, &mut buf).expect("stopped");
    phases.push(("stopped", stopped));

    let mut leaving = live();
    leaving.application.send(NOW, Command::Hangup(Close::NORMAL), &mut buf).expect("hung up");
    leaving.platform.send(NOW, Event::Hangup(Close::NORMAL), &mut buf).expect("hung up");
    phases.push(("leaving", leaving));

    let mut closed = live();
    closed.application_says(Command::Hangup(Close::NORMAL), &mut buf).expect("hung up");
    assert!(closed.application.is_closed() && closed.platform.is_closed());
    phases.push(("closed", closed));
    phases
}
