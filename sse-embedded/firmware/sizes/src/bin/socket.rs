//! A TCP connection to a host by name, of which nothing is made: what of the stack a client uses.
#![no_std]
#![no_main]

use core::hint::black_box;

use embassy_net::{Stack, dns::DnsQueryType, tcp::TcpSocket};
use static_cell::ConstStaticCell;

#[board::entry]
fn main() -> ! {
    sizes::start(|stack| run(stack).expect("spawned once"))
}

static RX: ConstStaticCell<[u8; 1536]> = ConstStaticCell::new([0; 1536]);
static TX: ConstStaticCell<[u8; 512]> = ConstStaticCell::new([0; 512]);
static READ: ConstStaticCell<[u8; 128]> = ConstStaticCell::new([0; 128]);

#[embassy_executor::task]
async fn run(stack: Stack<'static>) {
    stack.wait_config_up().await;
    let mut socket = TcpSocket::new(stack, RX.take(), TX.take());
    let read = READ.take();
    loop {
        let (host, port) = black_box("10.0.2.2:65535").split_at(9);
        let port = port
            .bytes()
            .fold(0, |n, digit| n * 10 + u16::from(digit & 15));
        let found = stack.dns_query(&host[..8], DnsQueryType::A).await;
        if let Ok([address, ..]) = found.as_deref()
            && socket.connect((*address, port)).await.is_ok()
            && let Ok(1..) = socket.write(black_box(b"GET /feed HTTP/1.1\r\n\r\n")).await
            && socket.flush().await.is_ok()
        {
            while let Ok(1..) = socket.read(read).await {
                black_box(&read);
            }
        }
        socket.abort();
    }
}
