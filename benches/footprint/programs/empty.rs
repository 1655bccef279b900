//! The board alone: what comes is kept and sent back. What it takes is taken off the others.

#![no_std]
#![no_main]

use voxwire_footprint::board::{self, Socket};

#[cortex_m_rt::entry]
fn main() -> ! {
    let (mut socket, mut memory) = (Socket::new(), [0; Socket::CAPACITY]);
    loop {
        board::keep(&mut socket, &mut memory);
    }
}
