//! A sensor: a page, and a stream of its readings, as many milliseconds apart as QEMU's command
//! line says, and padded to as many bytes.
#![no_std]
#![no_main]

use embassy_net::Stack;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_time::{Duration, Timer};
use semihosting::println;
use sse_embedded::{Answer, Feed, Message, ServerMemory, Timeouts, listen, sse_core::http::Header};
use static_cell::ConstStaticCell;

/// The last readings, for those who fall behind or were away.
static READINGS: Feed<CriticalSectionRawMutex, 64, 16_384, SUBSCRIBERS> = Feed::new();

#[board::entry]
fn main() -> ! {
    app::start(|spawner, stack| {
        static MEMORY: [ConstStaticCell<ServerMemory>; CONNECTIONS] =
            [const { ConstStaticCell::new(ServerMemory::new()) }; CONNECTIONS];
        for memory in &MEMORY {
            spawner.spawn(serve(stack, memory.take()).expect("as many as there is memory for"));
        }
        spawner.spawn(read().expect("started once"));
    })
}

/// What a sensor would say: that of a reading is told by its number.
#[embassy_executor::task]
async fn read() -> ! {
    let number = |n| {
        app::argument(n, |argument| {
            argument.and_then(|digits| digits.parse().ok())
        })
    };
    let interval = Duration::from_millis(number(1).unwrap_or(100));
    let width = number(2).unwrap_or(0) as usize;
    let mut n = 0u32;
    loop {
        // Not in bursts, when the emulator was kept from running.
        Timer::after(interval).await;
        n = n.wrapping_add(1);
        let reading = n.wrapping_mul(2_654_435_761);
        let message = format_args!("reading {reading:<width$}");
        if let Err(error) = READINGS.publish(&Message::display(message)) {
            println!("{error:?}");
        }
    }
}

#[embassy_executor::task(pool_size = CONNECTIONS)]
async fn serve(stack: Stack<'static>, memory: &'static mut ServerMemory) {
    listen(stack, 80, memory, Timeouts::new(), |head| {
        match head.path() {
            "/" => Answer::page(include_bytes!("page.html")).headers(HTML),
            "/readings" => Answer::stream(&READINGS),
            _ => Answer::refusal(404),
        }
    })
    .await;
}

const HTML: &[Header<'_>] = &[Header {
    name: "content-type",
    value: b"text/html",
}];
const SUBSCRIBERS: usize = 8;
/// One more, to say that it is full.
const CONNECTIONS: usize = SUBSCRIBERS + 1;
