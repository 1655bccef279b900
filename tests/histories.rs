//! Laws 2 and 8, lived through: what time brings, on clocks that go back and forth, in whatever order things happen.

use core::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::{Index, select};
use support::notation;
use support::phases::NOW;
use support::samples::{self, Sample};
use support::vocabulary;
use voxwire::{Command, Config, Dialect, Due, Instant, Message, Role, Session};

/// What may happen to a session.
#[derive(Clone, Debug)]
enum Happening {
    Hears(Index),
    Wishes(Index),
    Activity,
    Timeout,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        4 => any::<Index>().prop_map(Happening::Hears),
        3 => any::<Index>().prop_map(Happening::Wishes),
        1 => select(vec![Happening::Activity]),
        3 => select(vec![Happening::Timeout]),
    ]
}

/// What comes of one happening, in a form that can be compared.
fn happen<R: Role>(
    session: &mut Session<R>,
    now: Instant,
    happening: &Happening,
    hears: &[Sample],
    says: &[R::Says<'static>],
) -> (bool, String) {
    let mut buf = [0; 512];
    match happening {
        Happening::Hears(which) => {
            let heard = session.handle_message(now, which.get(hears).message());
            (heard.is_ok(), format!("{heard:?}"))
        }
        Happening::Wishes(which) => {
            let said = session.send(now, *which.get(says), &mut buf);
            (said.is_ok(), format!("{:?}", said.map(|said| said.map(notation::message))))
        }
        Happening::Activity => {
            session.handle_activity(now);
            (true, String::new())
        }
        Happening::Timeout => {
            let due = session.handle_timeout(now, &mut buf);
            (due.is_ok(), format!("{due:?}"))
        }
    }
}

/// One history, on a clock that goes back and forth.
fn live_through<R: Role + Clone + PartialEq>(
    mut session: Session<R>,
    history: &[(i32, Happening)],
    hears: &[Sample],
    says: &[R::Says<'static>],
) {
    let mut twin = session.clone();
    let mut clock = NOW;
    let mut standing = NOW;
    for (millis, happening) in history {
        let micros = clock.as_micros().saturating_add_signed(i64::from(*millis) * 1_000);
        clock = Instant::from_micros(micros);

        let before = session.clone();
        let (ok, what) = happen(&mut session, clock, happening, hears, says);
        if !ok {
            assert!(session == before, "law 2: {what}");
            continue;
        }
        // On a clock that stands still instead of going back, all is the same.
        standing = standing.max(clock);
        let (_, same) = happen(&mut twin, standing, happening, hears, says);
        assert_eq!(what, same, "{happening:?} at {clock:?}");
        assert_eq!(session.poll_timeout(), twin.poll_timeout(), "{happening:?} at {clock:?}");

        let mut patient = session.clone();
        let mut turns = 0;
        while !matches!(patient.handle_timeout(clock, &mut [0; 32]).unwrap(), Due::Nothing) {
            turns += 1;
            assert!(turns < 8, "it spins");
        }
        assert!(patient.poll_timeout().is_none_or(|next| next > clock), "a deadline lies in the past");
    }
}

proptest! {
    #![proptest_config(support::cases(1_000))]

    #[test]
    fn law_8_time_never_spins_and_a_clock_that_goes_back_stands_still(
        dialect in select(Dialect::ALL),
        history in vec((-20_000..40_000_i32, happening()), 0..60),
        limit in select(vec![0_u64, 1, 5_000, 60_000]),
    ) {
        let limit = Duration::from_millis(limit);
        let config = Config::new(dialect)
            .start_within(Some(limit)).answer_within(Some(limit)).end_within(limit)
            .silence_limit(Some(limit)).heartbeat_after(limit);
        let hears = samples::all(dialect);
        live_through(Session::application(config, NOW), &history, &hears, &vocabulary::WISHES);
        live_through(Session::platform(config, NOW), &history, &hears, &vocabulary::events(dialect));
    }

    #[test]
    fn law_8_no_clock_value_is_too_large(micros in any::<u64>(), later in any::<u64>()) {
        let mut session = Session::application(Config::new(Dialect::Sinch), Instant::from_micros(micros));
        let now = Instant::from_micros(later);
        let connect = Message::Text(r#"{"command":"connect"}"#);
        prop_assert!(session.handle_message(now, connect).is_ok());
        prop_assert!(session.send(now, Command::Answer, &mut []).is_ok());
        prop_assert!(session.poll_timeout().is_none_or(|next| next > now));
        prop_assert_eq!(session.handle_timeout(now, &mut []), Ok(Due::Nothing));
    }
}
