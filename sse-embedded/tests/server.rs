//! This crate's server on one stack of embassy-net, its client and others on another.

mod common;

use common::{
    config,
    wire::{SERVER, over_a_wire},
};
use embassy_futures::join::join_array;
use embassy_net::{Stack, tcp::TcpSocket};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_async::Write;
use sse_embedded::{
    Answer, EmbassyNet, EventSource, Feed, Memory, Message, ServerMemory, Timeouts, listen,
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
        _ => Answer::refusal(404),
    }
}

/// Four tasks that listen.
async fn serve(stack: Stack<'_>, feed: &SmallFeed, timeouts: Timeouts) {
    let mut memory = [(); 4].map(|()| ServerMemory::<256, 512, 512>::new());
    let tasks = memory
        .each_mut()
        .map(|memory| listen(stack, 80, memory, timeouts, |head| answer(feed, head)));
    let failed = join_array(tasks).await;
    panic!("{failed:?}");
}

async fn request(socket: &mut TcpSocket<'_>, request: &str) {
    socket.connect((SERVER, 80)).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
}

async fn read_all(socket: &mut TcpSocket<'_>) -> String {
    let mut read = Vec::new();
    let mut chunk = [0; 256];
    while let Ok(n @ 1..) = socket.read(&mut chunk).await {
        read.extend_from_slice(&chunk[..n]);
    }
    String::from_utf8(read).unwrap()
}

#[test]
fn a_page_is_served() {
    static FEED: SmallFeed = Feed::new();
    over_a_wire(
        async |stack| serve(stack, &FEED, Timeouts::new()).await,
        async |stack| {
            let (mut rx, mut tx) = ([0; 512], [0; 256]);
            let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
            request(&mut socket, "GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
            let response = read_all(&mut socket).await;
            let (head, body) = response.split_once("\r\n\r\n").unwrap();
            assert_eq!(
                head,
                "HTTP/1.1 200 \r\ncontent-length: 37\r\ncontent-type: text/html\r\nconnection: close",
            );
            assert_eq!(body.as_bytes(), PAGE);
        },
    );
}

#[test]
fn the_client_follows_the_server() {
    static FEED: SmallFeed = Feed::new();
    over_a_wire(
        async |stack| serve(stack, &FEED, Timeouts::new()).await,
        async |stack| {
            let (mut rx, mut tx) = ([0; 512], [0; 256]);
            let socket = TcpSocket::new(stack, &mut rx, &mut tx);
            let mut memory = Memory::<128, 256, 16, 64>::new();
            let connector = EmbassyNet::new(stack, socket);
            let source =
                EventSource::new("http://10.9.8.2/events", &mut memory, connector, config());
            let mut source = source.unwrap();
            source.next_update().await.unwrap();
            for n in 1..=20 {
                FEED.publish(&Message::display(n).event("n").unwrap())
                    .unwrap();
                let event = source.next().await.unwrap();
                assert_eq!(
                    (event.event_type, event.data, event.last_event_id),
                    ("n", &*n.to_string(), &*n.to_string())
                );
            }
        },
    );
}
