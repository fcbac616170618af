//! Serves a page and a feed of readings.
#![no_std]
#![no_main]

use core::hint::black_box;

use embassy_net::Stack;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use sse_embedded::{Answer, Feed, Message, ServerMemory, Timeouts, listen, sse_core::http::Header};
use static_cell::ConstStaticCell;

#[board::entry]
fn main() -> ! {
    sizes::start(|stack| run(stack).expect("spawned once"))
}

static FEED: Feed<CriticalSectionRawMutex, 16, 1024, 4> = Feed::new();
static MEMORY: ConstStaticCell<ServerMemory<1024, 1024, 1024>> =
    ConstStaticCell::new(ServerMemory::new());
const PAGE: &[u8] = b"<!DOCTYPE html><title>Sensors</title>";
const HTML: &[Header<'_>] = &[Header {
    name: "content-type",
    value: b"text/html",
}];

#[embassy_executor::task]
async fn run(stack: Stack<'static>) {
    let _ = FEED.publish(&Message::new(black_box("21")));
    listen(
        stack,
        80,
        MEMORY.take(),
        Timeouts::new(),
        |head| match head.path() {
            "/events" => Answer::stream(&FEED),
            "/" => Answer::page(PAGE).headers(HTML),
            _ => Answer::refusal(404),
        },
    )
    .await;
}
