//! Follows the feed named on QEMU's command line, and prints a line for all that happens.
//!
//! A source that has closed is opened anew, unless the server has said that no more will come.
//! With a second argument, `watch`, a task sees to it that it is not kept from running.
#![no_std]
#![no_main]

use app::{Counted, argument, most_reads_at_once};
use core::time::Duration;
use embassy_net::{Stack, tcp::TcpSocket};
use semihosting::{println, process::exit};
use sse_embedded::{Closed, Config, EmbassyNet, EventSource, Memory, Update};
use static_cell::ConstStaticCell;

#[board::entry]
fn main() -> ! {
    app::start(|spawner, stack| {
        spawner.spawn(follow(stack).expect("started once"));
        if argument(2, |watched| watched == Some("watch")) {
            spawner.spawn(watch().expect("started once"));
        }
    })
}

#[embassy_executor::task]
async fn watch() -> ! {
    app::watch().await
}

#[embassy_executor::task]
async fn follow(stack: Stack<'static>) {
    static RX: ConstStaticCell<[u8; 2048]> = ConstStaticCell::new([0; 2048]);
    static TX: ConstStaticCell<[u8; 512]> = ConstStaticCell::new([0; 512]);
    static MEMORY: ConstStaticCell<Memory<256, 256, 32, 48>> = ConstStaticCell::new(Memory::new());

    let connector = EmbassyNet::new(stack, TcpSocket::new(stack, RX.take(), TX.take()));
    let mut config = Config::default();
    config.idle_timeout = Some(Duration::from_secs(5));
    let mut source = argument(1, |url| {
        let url = url.expect("a URL is given");
        EventSource::new(url, MEMORY.take(), Counted::new(connector), config)
    })
    .expect("it fits");
    stack.wait_config_up().await;
    loop {
        match source.next_update().await {
            Ok(Update::Opened) => println!("open"),
            Ok(Update::Event(event)) => println!("event {} {}", event.last_event_id, event.data),
            Ok(Update::TooLarge) => println!("too large"),
            Ok(Update::Reconnecting { lost, .. }) => println!("lost {lost:?}"),
            Ok(_) => {}
            Err(Closed::NoContent) => {
                println!("at most {} reads at once", most_reads_at_once());
                exit(0)
            }
            Err(closed) => {
                println!("closed {closed:?}");
                source.reopen();
            }
        }
    }
}
