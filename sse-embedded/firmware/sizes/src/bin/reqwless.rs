//! A GET by reqwless, without events: what one would begin with.
#![no_std]
#![no_main]

use core::hint::black_box;

use embassy_net::{
    Stack,
    dns::DnsSocket,
    tcp::client::{TcpClient, TcpClientState},
};
use embedded_io_async::Read;
use reqwless::{client::HttpClient, request::Method};
use static_cell::ConstStaticCell;

#[board::entry]
fn main() -> ! {
    sizes::start(|stack| run(stack).expect("spawned once"))
}

static STATE: ConstStaticCell<TcpClientState<1, 512, 1536>> =
    ConstStaticCell::new(TcpClientState::new());
static HEAD: ConstStaticCell<[u8; 512]> = ConstStaticCell::new([0; 512]);
static BODY: ConstStaticCell<[u8; 128]> = ConstStaticCell::new([0; 128]);

#[embassy_executor::task]
async fn run(stack: Stack<'static>) {
    stack.wait_config_up().await;
    let tcp = TcpClient::new(stack, STATE.take());
    let dns = DnsSocket::new(stack);
    let mut client = HttpClient::new(&tcp, &dns);
    let Ok(mut request) = client
        .request(Method::GET, "http://10.0.2.2:65535/feed")
        .await
    else {
        return;
    };
    let Ok(response) = request.send(HEAD.take()).await else {
        return;
    };
    let (mut body, read) = (response.body().reader(), BODY.take());
    while let Ok(1..) = body.read(read).await {
        black_box(&read);
    }
}
