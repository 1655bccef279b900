//! The network stack: embassy-net on the board's Ethernet, with a fixed address.

use embassy_executor::Spawner;
use embassy_net::{Config, Ipv4Address, Ipv4Cidr, Runner, Stack, StackResources, StaticConfigV4};
use static_cell::StaticCell;

use crate::lan9118::Lan9118;
use crate::{board, calls};

/// Where the board is found. QEMU's user network has the addresses around it.
pub(crate) const ADDRESS: Ipv4Address = Ipv4Address::new(10, 0, 2, 15);

const GATEWAY: Ipv4Address = Ipv4Address::new(10, 0, 2, 2);

/// Starts the stack. To be called once.
pub(crate) fn start(ethernet: Lan9118, spawner: Spawner) -> Stack<'static> {
    static RESOURCES: StaticCell<StackResources<{ calls::LINES }>> = StaticCell::new();
    let config = Config::ipv4_static(StaticConfigV4 {
        address: Ipv4Cidr::new(ADDRESS, 24),
        gateway: Some(GATEWAY),
        dns_servers: Default::default(),
    });
    // The first sequence numbers come from this. The board has nothing random; where strangers call, it must be.
    let seed = u64::from(board::cycles());
    let (stack, runner) = embassy_net::new(ethernet, config, RESOURCES.init(StackResources::new()), seed);
    spawner.spawn(run(runner).expect("the stack starts once"));
    stack
}

#[embassy_executor::task]
async fn run(mut runner: Runner<'static, Lan9118>) -> ! {
    runner.run().await
}
