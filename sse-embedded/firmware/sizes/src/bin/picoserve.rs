//! A page and a stream of readings by picoserve, whose subscribers are its user's affair.
#![no_std]
#![no_main]
#![recursion_limit = "256"]

use core::hint::black_box;

use embassy_net::Stack;
use embassy_time::{Duration, Timer};
use picoserve::{
    Config, Router, Server, Timeouts,
    io::Write,
    response::{
        EventStream,
        sse::{EventSource, EventWriter},
    },
    routing::get,
};
use static_cell::ConstStaticCell;

#[board::entry]
fn main() -> ! {
    sizes::start(|stack| run(stack).expect("spawned once"))
}

static RX: ConstStaticCell<[u8; 1024]> = ConstStaticCell::new([0; 1024]);
static TX: ConstStaticCell<[u8; 1024]> = ConstStaticCell::new([0; 1024]);
static BUFFER: ConstStaticCell<[u8; 1024]> = ConstStaticCell::new([0; 1024]);

struct Readings;

impl EventSource for Readings {
    async fn write_events<W: Write>(self, mut writer: EventWriter<'_, W>) -> Result<(), W::Error> {
        loop {
            writer.write_event("reading", black_box("21")).await?;
            Timer::after(Duration::from_secs(1)).await;
        }
    }
}

#[embassy_executor::task]
async fn run(stack: Stack<'static>) {
    let app = Router::new()
        .route(
            "/",
            get(|| async { "<!DOCTYPE html><title>Sensors</title>" }),
        )
        .route("/events", get(|| async { EventStream(Readings) }));
    let config = Config::new(Timeouts::const_default());
    let server = Server::new(&app, &config, BUFFER.take());
    server
        .listen_and_serve(0, stack, 80, RX.take(), TX.take())
        .await;
}
