//! What compressing a stream costs: processor time, bytes and memory, with a flush behind each
//! event.
//!
//! ```text
//! cargo run --release --manifest-path sse-tokio/benches/Cargo.toml --example gzip
//! ```

use std::{
    fs,
    future::poll_fn,
    pin::{Pin, pin},
    time::Instant,
};

use axum::http::{HeaderMap, HeaderValue, header};
use futures_util::Stream;
use sse_tokio::{EventBody, Hub, Message};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("| events | coding | bytes per event | CPU per event |\n|---|---|---|---|");
    for (name, data) in [
        ("100 B, a ticker", ticker as fn(u64) -> String),
        ("an LLM's tokens", token),
    ] {
        for coding in ["identity", "gzip"] {
            let (bytes, nanos) = measure(coding, data).await;
            println!("| {name} | {coding} | {bytes:.0} | {:.2} µs |", nanos / 1e3);
        }
    }
    let streams = 1000;
    let hub = Hub::default();
    let before = rss();
    let mut bodies: Vec<_> = (0..streams).map(|_| Box::pin(body(&hub, "gzip"))).collect();
    let data = token(0);
    let _ = hub.publish(&Message::new(&data));
    for body in &mut bodies {
        poll_fn(|cx| body.as_mut().poll_next(cx)).await;
    }
    println!(
        "\nMemory per compressed stream: {} KB",
        (rss() - before) / streams
    );
}

async fn measure(coding: &'static str, data: fn(u64) -> String) -> (f64, f64) {
    let hub = Hub::default();
    let mut body = pin!(body(&hub, coding));
    let (mut bytes, mut nanos) = (0, 0);
    for n in 0..EVENTS {
        let data = data(n);
        let _ = hub.publish(&Message::new(&data));
        let start = Instant::now();
        let piece = poll_fn(|cx| body.as_mut().poll_next(cx)).await;
        nanos += start.elapsed().as_nanos();
        bytes += piece.map_or(0, |piece| piece.len());
    }
    (bytes as f64 / EVENTS as f64, nanos as f64 / EVENTS as f64)
}

fn body(hub: &Hub, coding: &'static str) -> Pin<Box<dyn Stream<Item = bytes::Bytes>>> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(coding));
    let body = EventBody::new(hub.subscribe(None)).gzip(&headers);
    Box::pin(futures_util::StreamExt::map(body, |piece| match piece {
        Ok(piece) => piece,
        Err(never) => match never {},
    }))
}

/// Numbers that move, as prices do: 100 bytes once it is encoded.
fn ticker(n: u64) -> String {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    let data = format!(
        r#"{{"symbol":"ACME{:02}","bid":{}.{:02},"ask":{}.{:02},"at":{}}}"#,
        mixed % 40,
        100 + mixed % 17,
        mixed % 100,
        101 + mixed % 17,
        mixed % 97,
        1_764_000_000_000 + n * 250,
    );
    format!("{data:<width$}", width = 87 - (n + 1).to_string().len())
}

/// A token as an OpenAI-like server sends it.
fn token(n: u64) -> String {
    let words = [
        " the", " of", " stream", " event", ",", " which", " server", " and", " reads", ".",
    ];
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    format!(
        r#"{{"id":"chatcmpl-AbC123","object":"chat.completion.chunk","created":1764000000,"model":"m-1","choices":[{{"index":0,"delta":{{"content":"{}"}},"finish_reason":null}}]}}"#,
        words[(mixed % 10) as usize],
    )
}

/// Bytes of memory of this process.
fn rss() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kibibytes.map_or(0, |kibibytes: usize| kibibytes * 1024 / 1000)
}

const EVENTS: u64 = 20_000;
