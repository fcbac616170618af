//! The network stack that all programs have.

use board::Lan9118;
use embassy_executor::{SpawnToken, Spawner};
use embassy_net::{Config, Runner, Stack, StackResources};
use static_cell::ConstStaticCell;

/// Starts the stack, and beside it the task that `task` makes.
pub fn start<T>(task: impl FnOnce(Stack<'static>) -> SpawnToken<T>) -> ! {
    static RESOURCES: ConstStaticCell<StackResources<SOCKETS>> =
        ConstStaticCell::new(StackResources::new());
    board::run(|spawner: Spawner| {
        let ethernet = Lan9118::new([2, 0, 0, 0, 0, 1]);
        let config = Config::dhcpv4(Default::default());
        let (stack, runner) = embassy_net::new(ethernet, config, RESOURCES.take(), 1);
        spawner.spawn(net(runner).expect("spawned once"));
        spawner.spawn(task(stack));
    })
}

#[embassy_executor::task]
async fn net(mut runner: Runner<'static, Lan9118>) -> ! {
    runner.run().await
}

/// One for DHCP, one for DNS, two for TCP.
pub const SOCKETS: usize = 4;
