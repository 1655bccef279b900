//! How many come in at once: connections, those of one address, and calls.
//!
//! What is full is told once, and once when there is room again, however many are turned away in between: a flood must
//! not become one of lines.

use core::net::IpAddr;
use core::time::Duration;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::{Instant, sleep_until};

use super::lines::{Filled, Full, Room};
use super::shedding::Shedding;
use super::tally::Tally;
use crate::report::Output;

/// How long a call may wait for its turn to begin.
const TURN_WITHIN: Duration = Duration::from_secs(2);

/// How many are let in at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections in all.
    pub(crate) connections: usize,
    /// Connections of one address; of IPv6, of one network of 64 bits, which is what one subscriber has.
    pub(crate) per_address: usize,
    /// Calls, if they have a limit of their own.
    pub(crate) calls: Option<usize>,
    /// How far calls begin apart at least.
    pub(crate) apart: Duration,
    /// How long the next request may take to come, up to the end of its headers; and TLS before the first.
    pub(crate) request_within: Duration,
}

impl Limits {
    /// How far calls begin apart of which some may be declined for the sake of the others: two hundred a second.
    pub(crate) const APART: Duration = Duration::from_millis(5);

    /// For those among whom nobody means harm.
    pub(crate) const AMPLE: Self = Self {
        connections: usize::MAX,
        per_address: usize::MAX,
        calls: None,
        apart: Self::APART,
        request_within: Duration::from_secs(10),
    };

    /// How many beyond the limits are told so at once: they take memory and descriptors too.
    fn declined(&self) -> usize {
        (self.connections / 8).clamp(1, 64)
    }
}

/// Lets in who comes while there is room, and counts who is in.
pub(crate) struct Gate {
    limits: Limits,
    output: Arc<Output>,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    connections: Tally,
    networks: HashMap<IpAddr, Tally>,
    calls: Tally,
    /// Who is told that there is no room.
    declined: usize,
    shedding: Option<Shedding>,
    /// When the next call may begin.
    next_turn: Option<Instant>,
}

/// A connection that is in, until this is dropped.
pub(crate) struct Place {
    gate: Arc<Gate>,
    held: Held,
}

enum Held {
    /// One of those of this network.
    Connection(IpAddr),
    /// One of those that are told that there is no room.
    Declined,
}

/// A call that is in, until this is dropped.
pub(crate) struct Seat(Arc<Gate>);

impl Gate {
    pub(crate) fn new(limits: Limits, output: Arc<Output>) -> Arc<Self> {
        Arc::new(Self { limits, output, counts: Mutex::default() })
    }

    /// Takes in a connection, if only to be declined. `None`: there is not even room for that.
    pub(crate) fn enter(self: &Arc<Self>, from: IpAddr) -> Option<Place> {
        let network = network(from);
        let mut counts = self.counts();
        match counts.connect(&self.limits, network) {
            Ok(()) => {
                drop(counts);
                Some(Place { gate: self.clone(), held: Held::Connection(network) })
            }
            Err(filled) => {
                let room = counts.declined < self.limits.declined();
                counts.declined += usize::from(room);
                drop(counts);
                self.tell_filled(filled);
                room.then(|| Place { gate: self.clone(), held: Held::Declined })
            }
        }
    }

    pub(super) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How many calls are in.
    pub(super) fn calls(&self) -> usize {
        self.counts().calls.held
    }

    /// Lets a call in, or refuses it.
    pub(super) fn seat(self: &Arc<Self>) -> Option<Seat> {
        let mut counts = self.counts();
        let held = counts.calls.held;
        if counts.shedding.as_mut().is_some_and(|shedding| !shedding.lets_in(held)) {
            return None;
        }
        let taken = counts.calls.take(self.limits.calls.unwrap_or(usize::MAX), Full::Calls);
        drop(counts);
        match taken {
            Ok(()) => Some(Seat(self.clone())),
            Err(filled) => {
                self.tell_filled(filled);
                None
            }
        }
    }

    /// Waits for a turn to begin a call. Where calls come one by one, it is at once. `false`, at once, where so many wait that
    /// it would be better to come again: nobody who has given up can be told from who waits, and has his turn too.
    ///
    /// How late the server is, is known only once calls go on. A thousand that began together would all be in by then.
    pub(super) async fn turn(&self) -> bool {
        let now = Instant::now();
        let turn = {
            let mut counts = self.counts();
            let turn = counts.next_turn.map_or(now, |next| next.max(now));
            if turn > now + TURN_WITHIN {
                return false;
            }
            counts.next_turn = Some(turn + self.limits.apart);
            turn
        };
        if turn > now {
            sleep_until(turn).await;
        }
        true
    }

    /// The server is late: with as many calls as there are, it cannot do its work.
    pub(super) fn is_late(&self) {
        let mut counts = self.counts();
        let held = counts.calls.held;
        let told = counts.shedding.is_some();
        counts.shedding.get_or_insert_default().is_late(held);
        drop(counts);
        if !told {
            self.tell_filled(Some(Filled { limit: Full::Late, held }));
        }
    }

    /// The server has been on time for a while: it may take some more calls.
    pub(super) fn is_calm(&self) {
        let mut counts = self.counts();
        let over = counts.shedding.take_if(Shedding::is_over_after_calm);
        drop(counts);
        self.tell_room(over.map(|over| Room { limit: Full::Late, refused: over.refused() }));
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_filled(&self, filled: Option<Filled>) {
        if let Some(filled) = filled {
            self.output.line("full", &filled);
        }
    }

    fn tell_room(&self, room: Option<Room>) {
        if let Some(room) = room {
            self.output.line("room", &room);
        }
    }
}

impl Counts {
    fn connect(&mut self, limits: &Limits, network: IpAddr) -> Result<(), Option<Filled>> {
        let ours = match self.networks.entry(network) {
            Entry::Occupied(ours) => ours.into_mut(),
            Entry::Vacant(_) if self.connections.held >= limits.connections => {
                return self.connections.take(limits.connections, Full::Connections);
            }
            Entry::Vacant(ours) => ours.insert(Tally::default()),
        };
        // One address that is full says nothing about the others.
        ours.take(limits.per_address, Full::Address(network))?;
        let taken = self.connections.take(limits.connections, Full::Connections);
        if taken.is_err() {
            ours.held -= 1;
        }
        taken
    }
}

impl Place {
    /// Whether it is only there to be told that there is no room.
    pub(super) const fn is_declined(&self) -> bool {
        matches!(self.held, Held::Declined)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let limits = self.gate.limits;
        let mut counts = self.gate.counts();
        let Held::Connection(network) = self.held else {
            counts.declined -= 1;
            return;
        };
        let room = counts.connections.give_back(limits.connections, Full::Connections);
        let mut of_network = None;
        if let Entry::Occupied(mut ours) = counts.networks.entry(network) {
            of_network = ours.get_mut().give_back(limits.per_address, Full::Address(network));
            if ours.get().held == 0 {
                ours.remove();
            }
        }
        drop(counts);
        self.gate.tell_room(room);
        self.gate.tell_room(of_network);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let most = self.0.limits.calls.unwrap_or(usize::MAX);
        let room = self.0.counts().calls.give_back(most, Full::Calls);
        self.0.tell_room(room);
    }
}

/// What counts as one address. Addresses of IPv4 that come over IPv6 are what they are.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    const LIMITS: Limits = Limits { connections: 16, per_address: 4, calls: Some(2), ..Limits::AMPLE };

    fn gate(limits: Limits) -> Arc<Gate> {
        let output = Output::new(false, false);
        output.finish().unwrap();
        Gate::new(limits, Arc::new(output))
    }

    fn address(number: u8) -> IpAddr {
        Ipv4Addr::new(192, 0, 2, number).into()
    }

    fn is_let_in(place: &Option<Place>) -> bool {
        place.as_ref().is_some_and(|place| !place.is_declined())
    }

    #[test]
    fn there_is_room_for_so_many_and_a_few_are_told_that_there_is_none() {
        let gate = gate(LIMITS);
        let mut places: Vec<_> = (0..16).map(|number| gate.enter(address(number)).unwrap()).collect();
        assert!(places.iter().all(|place| !place.is_declined()));
        let declined: Vec<_> = (0..3).map(|number| gate.enter(address(100 + number))).collect();
        assert_eq!(
            declined.iter().map(|place| place.as_ref().map(Place::is_declined)).collect::<Vec<_>>(),
            [Some(true), Some(true), None]
        );
        places.pop();
        assert!(is_let_in(&gate.enter(address(103))));
        drop((places, declined));
        let counts = gate.counts();
        assert_eq!((counts.networks.len(), counts.declined), (0, 0));
    }

    #[test]
    fn one_address_does_not_take_the_room_of_others() {
        let gate = gate(LIMITS);
        let places: Vec<_> = (0..4).map(|_| gate.enter(address(1)).unwrap()).collect();
        assert!(gate.enter(address(1)).unwrap().is_declined());
        assert!(is_let_in(&gate.enter(address(2))));
        drop(places);
        assert!(is_let_in(&gate.enter(address(1))));
    }

    #[test]
    fn addresses_of_one_network_are_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), address(1));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn the_first_call_is_let_in_however_late_the_server_is() {
        let gate = gate(LIMITS);
        gate.is_late();
        let first = gate.seat().unwrap();
        assert!(gate.seat().is_none());
        gate.is_calm();
        let second = gate.seat().unwrap();
        assert!(gate.seat().is_none(), "two are the most");
        drop((first, second));
        assert!(gate.seat().is_some());
    }

    #[test]
    fn after_it_was_late_the_server_takes_as_many_calls_again_little_by_little() {
        let gate = gate(Limits::AMPLE);
        let mut seats: Vec<_> = (0..64).map(|_| gate.seat().unwrap()).collect();
        gate.is_late();
        seats.truncate(32);
        assert!(gate.seat().is_none(), "late is late");
        for most in 57..=64 {
            gate.is_calm();
            seats.extend(core::iter::from_fn(|| gate.seat()));
            assert_eq!(seats.len(), most);
        }
        gate.is_calm();
        seats.extend((0..100).map(|_| gate.seat().unwrap()));

        // Late twice is late once, from where it was late last.
        gate.is_late();
        seats.truncate(128);
        gate.is_calm();
        gate.is_late();
        seats.truncate(100);
        gate.is_calm();
        seats.extend(core::iter::from_fn(|| gate.seat()));
        assert_eq!(seats.len(), 128 - 128 / 8 + 128 / 64);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_come_together_begin_one_after_another_and_a_single_one_at_once() {
        let gate = gate(Limits::AMPLE);
        let began = Instant::now();
        assert!(gate.turn().await);
        assert_eq!(began.elapsed(), Duration::ZERO);
        let turns = (0..1_000).map(|_| {
            tokio::spawn({
                let gate = gate.clone();
                async move { gate.turn().await }
            })
        });
        let mut had = 0;
        for turn in turns.collect::<Vec<_>>() {
            had += u32::from(turn.await.unwrap());
        }
        assert_eq!(had * Limits::APART, TURN_WITHIN, "whoever would wait for longer does not wait at all");
        assert_eq!(began.elapsed(), TURN_WITHIN);
        tokio::time::sleep(Limits::APART).await;
        let later = Instant::now();
        assert!(gate.turn().await);
        assert_eq!(later.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn where_none_is_declined_for_another_all_begin_at_once() {
        let gate = gate(Limits { apart: Duration::ZERO, ..Limits::AMPLE });
        let began = Instant::now();
        for _ in 0..1_000 {
            assert!(gate.turn().await);
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whoever comes and goes, in whatever order: no limit is passed, and who leaves leaves nothing behind.
        #[test]
        fn no_limit_is_ever_passed(turns in prop::collection::vec((0_u8..6, any::<bool>()), 0..200)) {
            let gate = gate(LIMITS);
            let mut places: Vec<(u8, Place)> = Vec::new();
            for (number, comes) in turns {
                if comes {
                    places.extend(gate.enter(address(number)).map(|place| (number, place)));
                } else if !places.is_empty() {
                    places.swap_remove(usize::from(number) % places.len());
                }
                let held = |of: Option<u8>| places.iter().filter(|(number, place)| {
                    !place.is_declined() && of.is_none_or(|of| of == *number)
                }).count();
                prop_assert!(held(None) <= 16 && places.len() - held(None) <= 2);
                prop_assert!((0..6).all(|number| held(Some(number)) <= 4));
                prop_assert_eq!(gate.counts().connections.held, held(None));
            }
            places.clear();
            let counts = gate.counts();
            prop_assert_eq!((counts.connections.held, counts.declined, counts.networks.len()), (0, 0, 0));
        }
    }
}
