//! Takes phone calls on a Cortex-M4, without an operating system and without an allocator.

#![no_std]
#![no_main]

mod board;
mod calls;
mod executor;
mod lan9118;
mod network;
mod time;

use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    let ethernet = board::start();
    executor::run(|spawner| {
        let stack = network::start(ethernet, spawner);
        calls::start(stack, spawner);
    })
}
