//! A call on Wavix.

#![no_std]
#![no_main]

use voxwire::{Config, Dialect};
use voxwire_footprint::on_board;

#[cortex_m_rt::entry]
fn main() -> ! {
    loop {
        on_board(Config::new(Dialect::Wavix));
    }
}
