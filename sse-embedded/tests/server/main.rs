//! This crate's server on one stack of embassy-net, its client and others on another.

mod clients;
#[path = "../common/mod.rs"]
mod common;
mod requests;
mod streams;

use std::{cell::Cell, rc::Rc};

use common::{
    soon,
    wire::{SERVER, over_a_wire},
};
use embassy_futures::{join::join_array, yield_now};
use embassy_net::{Stack, tcp::TcpSocket};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_async::Write;
use sse_embedded::{
    Answer, Feed, Message, Served, ServerMemory, Subscription, Timeouts, listen, serve,
    sse_core::http::{Header, RequestHead},
};

type SmallFeed = Feed<CriticalSectionRawMutex, 8, 512, 3>;

const PAGE: &[u8] = b"<!DOCTYPE html><title>Sensors</title>";
const HTML: &[Header<'_>] = &[Header {
    name: "content-type",
    value: b"text/html",
}];

fn answer<'a>(feed: &'a SmallFeed, head: &RequestHead<'_>) -> Answer<'a> {
    match head.path() {
        "/events" => Answer::stream(feed),
        "/" => Answer::page(PAGE).headers(HTML),
        "/over" => Answer::refusal(204),
        "/broken" => Answer::page(PAGE).headers(&[Header {
            name: "content-length",
            value: b"1",
        }]),
        _ => Answer::refusal(404),
    }
}

/// Four tasks that listen.
async fn listen_to_four(stack: Stack<'_>, feed: &SmallFeed, timeouts: Timeouts) {
    let mut memory = [(); 4].map(|()| ServerMemory::<256, 256, 512>::new());
    let tasks = memory
        .each_mut()
        .map(|memory| listen(stack, 80, memory, timeouts, |head| answer(feed, head)));
    let failed = join_array(tasks).await;
    panic!("{failed:?}");
}

/// How a connection was served whose client does this.
fn served(
    feed: &'static SmallFeed,
    timeouts: Timeouts,
    client: impl AsyncFnOnce(&mut TcpSocket<'_>) + 'static,
) -> Served {
    let (done, is_done) = async_channel::bounded(1);
    let result = Rc::new(Cell::new(None));
    let told = Rc::clone(&result);
    over_a_wire(
        async move |stack| {
            let (mut rx, mut tx, mut buffer) = ([0; 256], [0; 256], [0; 512]);
            let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
            socket.accept(80).await.unwrap();
            let asked = |head: &RequestHead<'_>| answer(feed, head);
            let served = serve(&mut socket, &mut buffer, timeouts, asked).await;
            match served {
                Served::Answered(_) | Served::Ended => socket.close(),
                _ => socket.abort(),
            }
            done.send(served).await.unwrap();
            let _ = socket.flush().await;
            core::future::pending().await
        },
        async move |stack| {
            let (mut rx, mut tx) = ([0; 512], [0; 256]);
            let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
            client(&mut socket).await;
            told.set(is_done.recv().await.ok());
        },
    );
    result.take().unwrap()
}

async fn send(socket: &mut TcpSocket<'_>, request: &[u8]) {
    // All who listen may be busy with the end of a connection.
    while socket.connect((SERVER, 80)).await.is_err() {
        yield_now().await;
    }
    socket.write_all(request).await.unwrap();
}

/// Asks for the events after this one.
async fn ask(socket: &mut TcpSocket<'_>, last_event_id: Option<&str>) {
    let mut request = String::from("GET /events HTTP/1.0\r\n");
    if let Some(id) = last_event_id {
        request += &format!("Last-Event-ID: {id}\r\n");
    }
    send(socket, (request + "\r\n").as_bytes()).await;
}

/// Reads up to this, and no further.
async fn read_until(socket: &mut TcpSocket<'_>, end: &str) -> String {
    let mut read = Vec::new();
    while !read.ends_with(end.as_bytes()) {
        let mut byte = [0];
        assert_eq!(socket.read(&mut byte).await, Ok(1), "after {read:?}");
        read.extend(byte);
    }
    String::from_utf8(read).unwrap()
}

async fn leave(socket: &mut TcpSocket<'_>) {
    socket.abort();
    let _ = socket.flush().await;
}

/// Reads to the end of the connection, and says whether it was broken off.
async fn read_all(socket: &mut TcpSocket<'_>) -> (String, bool) {
    let mut read = String::new();
    let mut chunk = [0; 64];
    loop {
        match socket.read(&mut chunk).await {
            Ok(0) => return (read, false),
            Ok(n) => read += str::from_utf8(&chunk[..n]).unwrap(),
            Err(_) => return (read, true),
        }
    }
}

/// Waits until the feed has this many subscribers.
async fn subscribed(feed: &SmallFeed, subscribers: usize) {
    soon(async {
        while feed.subscribers() != subscribers {
            yield_now().await;
        }
    })
    .await;
}

fn publish(feed: &SmallFeed, numbers: core::ops::RangeInclusive<u64>) {
    for number in numbers {
        assert_eq!(feed.publish(&Message::display(number)), Ok(number));
    }
}

fn events(numbers: core::ops::RangeInclusive<u64>) -> String {
    numbers.map(|n| format!("id: {n}\ndata: {n}\n\n")).collect()
}

const STREAM_HEAD: &str = concat!(
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n",
    "x-accel-buffering: no\r\nconnection: close\r\n\r\n",
);

#[test]
#[cfg(target_pointer_width = "64")]
fn a_server_is_as_small_as_the_readme_says() {
    static FEED: Feed<CriticalSectionRawMutex, 16, 1024, 4> = Feed::new();
    assert_eq!(size_of_val(&FEED), 1864);
    assert_eq!(size_of::<Subscription<'_>>(), 88);
    over_a_wire(
        async |_| {},
        async |stack| {
            let mut memory = ServerMemory::<512, 1024, 1024>::new();
            assert_eq!(size_of_val(&memory), 2560);
            let timeouts = Timeouts::new();
            let serving = listen(stack, 80, &mut memory, timeouts, |_| Answer::stream(&FEED));
            assert!(size_of_val(&serving) <= 1024);
        },
    );
}
