//! Follows a feed: HTTP, parser, reconnect and resume.
#![no_std]
#![no_main]

use core::hint::black_box;

use embassy_net::{Stack, tcp::TcpSocket};
use sse_embedded::{Config, EmbassyNet, EventSource, Memory};
use static_cell::ConstStaticCell;

#[board::entry]
fn main() -> ! {
    sizes::start(|stack| run(stack).expect("spawned once"))
}

static RX: ConstStaticCell<[u8; 1536]> = ConstStaticCell::new([0; 1536]);
static TX: ConstStaticCell<[u8; 512]> = ConstStaticCell::new([0; 512]);
static MEMORY: ConstStaticCell<Memory<64, 256, 16, 32>> = ConstStaticCell::new(Memory::new());

#[embassy_executor::task]
async fn run(stack: Stack<'static>) {
    let socket = TcpSocket::new(stack, RX.take(), TX.take());
    let connector = EmbassyNet::new(stack, socket);
    let mut config = Config::default();
    config.seed = 0x00c0_ffee;
    config.idle_timeout = Some(core::time::Duration::from_secs(45));
    let Ok(mut source) = EventSource::new(
        "http://10.0.2.2:65535/feed",
        MEMORY.take(),
        connector,
        config,
    ) else {
        return;
    };
    while let Ok(event) = source.next().await {
        black_box(event);
    }
}
