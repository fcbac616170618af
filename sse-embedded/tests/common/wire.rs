//! Two stacks of embassy-net in one process, joined by a wire in memory.

use embassy_futures::{
    join::{join, join3},
    select::{Either, select},
};
use embassy_net::{Ipv4Address, Ipv4Cidr, Stack, StackResources, StaticConfigV4};
use embassy_net_driver_channel as channel;

use super::run;

const MTU: usize = 1514;
pub(crate) const CLIENT: Ipv4Address = Ipv4Address::new(10, 9, 8, 1);
pub(crate) const SERVER: Ipv4Address = Ipv4Address::new(10, 9, 8, 2);

/// Runs a server on one end of the wire until the client on the other is done.
pub(crate) fn over_a_wire(
    server: impl AsyncFnOnce(Stack<'_>) + 'static,
    client: impl AsyncFnOnce(Stack<'_>) + 'static,
) {
    over_a_bad_wire(&|_| true, server, client);
}

/// The same over a wire that loses the frames that it does not carry.
pub(crate) fn over_a_bad_wire(
    carries: &dyn Fn(&[u8]) -> bool,
    server: impl AsyncFnOnce(Stack<'_>) + 'static,
    client: impl AsyncFnOnce(Stack<'_>) + 'static,
) {
    let mut states = [(), ()].map(|()| channel::State::<MTU, 4, 4>::new());
    let [a, b] = states.each_mut();
    let (runner_a, device_a) = channel::new(a, ethernet(1));
    let (runner_b, device_b) = channel::new(b, ethernet(2));
    let (state_a, rx_a, tx_a) = runner_a.split();
    let (state_b, rx_b, tx_b) = runner_b.split();
    let mut resources = [(), ()].map(|()| StackResources::<12>::new());
    let [a, b] = resources.each_mut();
    let (stack_a, mut net_a) = embassy_net::new(device_a, address(CLIENT), a, 1);
    let (stack_b, mut net_b) = embassy_net::new(device_b, address(SERVER), b, 2);
    state_a.set_link_state(channel::driver::LinkState::Up);
    state_b.set_link_state(channel::driver::LinkState::Up);

    let wire = join(pump(carries, tx_a, rx_b), pump(carries, tx_b, rx_a));
    let network = join(net_a.run(), net_b.run());
    let others = join3(server(stack_b), network, wire);
    match run(select(client(stack_a), others)) {
        Either::First(()) => {}
        Either::Second(_) => unreachable!("the network has no end"),
    }
}

fn ethernet(last: u8) -> channel::driver::HardwareAddress {
    channel::driver::HardwareAddress::Ethernet([2, 0, 0, 0, 0, last])
}

fn address(address: Ipv4Address) -> embassy_net::Config {
    embassy_net::Config::ipv4_static(StaticConfigV4 {
        address: Ipv4Cidr::new(address, 24),
        gateway: None,
        dns_servers: Default::default(),
    })
}

async fn pump(
    carries: &dyn Fn(&[u8]) -> bool,
    mut from: channel::TxRunner<'_, MTU>,
    mut to: channel::RxRunner<'_, MTU>,
) {
    loop {
        let frame = from.tx_buf().await;
        if carries(frame) {
            let n = frame.len();
            to.rx_buf().await[..n].copy_from_slice(frame);
            to.rx_done(n);
        }
        from.tx_done();
    }
}
