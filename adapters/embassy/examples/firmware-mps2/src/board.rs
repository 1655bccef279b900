//! The board: ARM's MPS2 with the Cortex-M4 image of application note AN386 (ARM DAI 0386), which QEMU calls
//! `mps2-an386`. Addresses, interrupt numbers and the clock are those of that document.

use cortex_m::Peripherals;
use cortex_m_rt::{ExceptionFrame, exception};
use tock_registers::interfaces::Readable;
use tock_registers::register_structs;
use tock_registers::registers::ReadOnly;

use crate::lan9118::{self, Lan9118};
use crate::time;

/// Cycles per second, of the processor and of [`cycles`].
pub(crate) const CLOCK_HZ: u32 = 25_000_000;

/// The line on which the Ethernet controller interrupts.
const ETHERNET_INTERRUPT: i16 = 13;

/// An Ethernet address that is administered locally, so nobody else's.
const HARDWARE_ADDRESS: [u8; 6] = [0x02, 0, 0, 0, 0, 0x15];

/// Starts the clock and the Ethernet controller, which is returned. To be called once.
pub(crate) fn start() -> Lan9118 {
    let core = Peripherals::take().expect("the board starts once");
    time::start(core.SYST);
    let ethernet = Lan9118::new(ethernet(), HARDWARE_ADDRESS);
    // Only now: before it was set up, the controller's idle line looked like an interrupt.
    // SAFETY: unmasking breaks no critical section, for none is open.
    unsafe { core.NVIC.iser[0].write(1 << ETHERNET_INTERRUPT) };
    ethernet
}

/// How many cycles have passed, from an arbitrary beginning and wrapping around. It counts while the processor sleeps.
pub(crate) fn cycles() -> u32 {
    // SAFETY: the FPGA's system control registers lie there, and reading the counter has no side effect.
    let fpga = unsafe { &*(0x4002_8000 as *const Fpga) };
    fpga.counter.get()
}

/// The most bytes of stack that have been in use since the reset, from what is left of the paint of `cortex-m-rt`.
pub(crate) fn stack_high_water() -> usize {
    unsafe extern "C" {
        static _stack_start: u32;
        static _stack_end: u32;
    }
    let top = (&raw const _stack_start).addr();
    let mut lowest = &raw const _stack_end;
    // SAFETY: from the end to the start all is RAM, and what lies below the stack pointer is painted and not written.
    while lowest.addr() < top && unsafe { lowest.read_volatile() } == cortex_m_rt::STACK_PAINT_VALUE {
        lowest = lowest.wrapping_add(1);
    }
    top - lowest.addr()
}

fn ethernet() -> &'static lan9118::Registers {
    // SAFETY: the controller's registers lie there, and nothing else refers to them but by this type.
    unsafe { &*(0x4020_0000 as *const lan9118::Registers) }
}

register_structs! {
    /// The FPGA's system control and I/O.
    Fpga {
        (0x00 => _others),
        /// Counts up, at [`CLOCK_HZ`] unless a prescaler is set.
        (0x18 => counter: ReadOnly<u32>),
        (0x1c => @END),
    }
}

#[exception]
fn SysTick() {
    time::interrupt();
}

/// Every interrupt of the board: without a crate that describes the chip, `cortex-m-rt` brings them all here.
#[exception]
unsafe fn DefaultHandler(number: i16) {
    match number {
        ETHERNET_INTERRUPT => lan9118::interrupt(ethernet()),
        _ => panic!("unexpected interrupt {number}"),
    }
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    panic!("{frame:#?}");
}
