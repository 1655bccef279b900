//! The clock for `embassy-time`: the board's cycle counter tells the time, and the processor's SysTick rings when the
//! next timer is due (Armv7-M Architecture Reference Manual, B3.3). Nothing ticks in between.

use core::cell::RefCell;
use core::task::Waker;

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use embassy_sync::blocking_mutex::CriticalSectionMutex;
use embassy_time_driver::{Driver, TICK_HZ, time_driver_impl};
use embassy_time_queue_utils::Queue;

use crate::board;

const CYCLES_PER_TICK: u64 = board::CLOCK_HZ as u64 / TICK_HZ;

/// The longest time that SysTick can count down, in cycles. The cycle counter wraps around after 256 of them, so looking at
/// it whenever SysTick rings misses nothing.
const LONGEST: u64 = 1 << 24;

/// The shortest time that is worth a countdown, in cycles.
const SHORTEST: u64 = 64;

/// Hands over the timer and starts the clock.
pub(crate) fn start(mut systick: SYST) {
    systick.set_clock_source(SystClkSource::Core);
    systick.enable_interrupt();
    CLOCK.0.lock(|clock| {
        let mut clock = clock.borrow_mut();
        clock.seen = board::cycles();
        clock.systick = Some(systick);
        clock.set_alarm();
    });
}

/// The handler of SysTick's exception.
pub(crate) fn interrupt() {
    CLOCK.0.lock(|clock| clock.borrow_mut().set_alarm());
}

struct SharedClock(CriticalSectionMutex<RefCell<Clock>>);

time_driver_impl!(static CLOCK: SharedClock = SharedClock(CriticalSectionMutex::new(RefCell::new(Clock::new()))));

impl Driver for SharedClock {
    fn now(&self) -> u64 {
        self.0.lock(|clock| clock.borrow_mut().now())
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        self.0.lock(|clock| {
            let mut clock = clock.borrow_mut();
            if clock.queue.schedule_wake(at, waker) {
                clock.set_alarm();
            }
        });
    }
}

struct Clock {
    /// The timers that wait.
    queue: Queue,
    /// Absent until the clock is started.
    systick: Option<SYST>,
    /// Cycles since the clock was started.
    elapsed: u64,
    /// The counter's value when `elapsed` was right.
    seen: u32,
}

impl Clock {
    const fn new() -> Self {
        Self { queue: Queue::new(), systick: None, elapsed: 0, seen: 0 }
    }

    /// Ticks since the clock was started.
    fn now(&mut self) -> u64 {
        if self.systick.is_some() {
            let counter = board::cycles();
            self.elapsed += u64::from(counter.wrapping_sub(self.seen));
            self.seen = counter;
        }
        self.elapsed / CYCLES_PER_TICK
    }

    /// Wakes what is due, and has SysTick ring for what is due next.
    fn set_alarm(&mut self) {
        let now = self.now();
        let next = self.queue.next_expiration(now);
        let Some(systick) = &mut self.systick else { return };
        let cycles = next.saturating_sub(now).saturating_mul(CYCLES_PER_TICK).clamp(SHORTEST, LONGEST);
        systick.set_reload(cycles as u32 - 1);
        systick.clear_current();
        systick.enable_counter();
    }
}
