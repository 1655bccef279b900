//! Every public function of the core, each called with values of which nothing is known. `run` writes the list,
//! links this program, and looks for what can panic. It is never executed.

#![no_std]
#![no_main]

use core::hint::black_box;

// What a panic does, which a program that has none does not link.
use semihosting as _;

mod anything;

mod entries {
    //! The functions, as rustdoc knows them, and the table of them all.

    use core::hint::black_box;

    use crate::anything::{AnyFormat, AnyHasher, Memory, any};

    include!(env!("ENTRIES"));
}

#[cortex_m_rt::entry]
fn main() -> ! {
    // One by one, so that none that cannot return hides those after it.
    for entry in black_box(entries::ALL) {
        entry();
    }
    if cfg!(feature = "canary") {
        assert!(anything::any::<bool>(), "a panic that must be found");
    }
    loop {
        black_box(());
    }
}
