//! The network: Ethernet, an address by DHCP, and a task on it.

use board::Lan9118;
use embassy_executor::Spawner;
use embassy_net::{Config, Runner, Stack, StackResources};
use semihosting::println;
use static_cell::ConstStaticCell;

/// Starts the stack and, beside it, what `tasks` spawns.
pub fn start(tasks: impl FnOnce(Spawner, Stack<'static>)) -> ! {
    static RESOURCES: ConstStaticCell<StackResources<SOCKETS>> =
        ConstStaticCell::new(StackResources::new());
    board::run(|spawner| {
        let ethernet = Lan9118::new([2, 0, 0, 0, 0, 1]);
        let config = Config::dhcpv4(Default::default());
        let (stack, runner) = embassy_net::new(ethernet, config, RESOURCES.take(), 1);
        spawner.spawn(net(runner).expect("started once"));
        spawner.spawn(tell(stack).expect("started once"));
        tasks(spawner, stack);
    })
}

#[embassy_executor::task]
async fn net(mut runner: Runner<'static, Lan9118>) -> ! {
    runner.run().await
}

/// Says when there is an address, and when it is gone.
#[embassy_executor::task]
async fn tell(stack: Stack<'static>) -> ! {
    loop {
        stack.wait_config_up().await;
        if let Some(config) = stack.config_v4() {
            println!("address {}", config.address.address());
        }
        stack.wait_config_down().await;
        println!("no address");
    }
}

/// One for DHCP, one for DNS, the others for TCP.
const SOCKETS: usize = 12;
