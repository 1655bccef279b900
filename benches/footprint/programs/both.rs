//! A call on whichever of the two it turns out to be.

#![no_std]
#![no_main]

use voxwire::Config;
use voxwire_footprint::on_board;

#[cortex_m_rt::entry]
fn main() -> ! {
    loop {
        on_board(Config::detect());
    }
}
