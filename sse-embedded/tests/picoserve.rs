//! A feed served by picoserve, to this crate's client.

#![recursion_limit = "256"]

mod common;

use common::{
    config,
    wire::{SERVER, over_a_wire},
};
use embassy_futures::join::join_array;
use embassy_net::{Stack, tcp::TcpSocket};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_async::Write as _;
use picoserve::{Config, Router, Server, Timeouts, routing::get};
use sse_embedded::{Closed, EmbassyNet, EventSource, Feed, LastEventId, Memory, Message, Update};

type SmallFeed = Feed<CriticalSectionRawMutex, 6, 256, 1>;

/// Serves the feed with picoserve while a client does this.
fn serve(feed: &'static SmallFeed, client: impl AsyncFnOnce(Stack<'_>) + 'static) {
    over_a_wire(
        async |stack| {
            let app = Router::new().route(
                "/events",
                get(async |last: LastEventId| feed.subscribe(last.as_bytes())),
            );
            let config = Config::new(Timeouts::const_default());
            let mut memory = [
                ([0; 256], [0; 256], [0; 512]),
                ([0; 256], [0; 256], [0; 512]),
            ];
            let tasks = memory.each_mut().map(async |(rx, tx, http)| {
                let server = Server::new(&app, &config, http);
                server.listen_and_serve("test", stack, 80, rx, tx).await
            });
            join_array(tasks).await;
        },
        client,
    );
}

type Source<'s> = EventSource<'s, EmbassyNet<'s>>;

async fn follow(stack: Stack<'_>, act: impl AsyncFnOnce(&mut Source<'_>)) {
    let (mut rx, mut tx) = ([0; 512], [0; 256]);
    let socket = TcpSocket::new(stack, &mut rx, &mut tx);
    let mut memory = Memory::<128, 384, 48, 64>::new();
    let connector = EmbassyNet::new(stack, socket);
    let url = "http://10.9.8.2/events";
    let source = EventSource::new(url, &mut memory, connector, config());
    act(&mut source.unwrap()).await;
}

#[test]
fn a_stream_is_on_the_wire_as_a_feed_has_it() {
    static FEED: SmallFeed = Feed::new();
    serve(&FEED, async |stack| {
        let (mut rx, mut tx) = ([0; 512], [0; 256]);
        let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
        socket.connect((SERVER, 80)).await.unwrap();
        let request = b"GET /events HTTP/1.1\r\nHost: h\r\nLast-Event-ID: 0\r\n\r\n";
        socket.write_all(request).await.unwrap();
        let retry = Message::empty().retry(core::time::Duration::from_secs(2));
        FEED.publish(&retry).unwrap();
        FEED.publish(&Message::new("x")).unwrap();
        FEED.close();
        let (mut read, mut byte) = (Vec::new(), [0]);
        while let Ok(1) = socket.read(&mut byte).await {
            read.extend(byte);
        }
        let read = String::from_utf8(read).unwrap();
        let (head, body) = read.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, "retry: 2000\n\nid: 1\ndata: x\n\n");
        for line in ["content-type: text/event-stream", "cache-control: no-cache"] {
            assert!(head.lines().any(|found| found == line), "{head}");
        }
    });
}

#[test]
fn data_arrives_as_it_was_and_is_resumed() {
    static FEED: SmallFeed = Feed::new();
    serve(&FEED, async |stack| {
        follow(stack, async |source| {
            assert_eq!(source.next_update().await, Ok(Update::Opened));
            for data in ["a\rid: 99", " lead", "", "trail\n"] {
                FEED.publish(&Message::new(data)).unwrap();
            }
            for (id, data) in [
                ("1", "a\nid: 99"),
                ("2", " lead"),
                ("3", ""),
                ("4", "trail\n"),
            ] {
                let event = source.next().await.unwrap();
                let expected = ("message", data, id);
                assert_eq!(
                    (event.event_type, event.data, event.last_event_id),
                    expected
                );
            }
            source.reopen();
            FEED.publish(&Message::new("5").event("named").unwrap())
                .unwrap();
            let event = source.next().await.unwrap();
            assert_eq!(
                (event.event_type, event.data, event.last_event_id),
                ("named", "5", "5")
            );
            source.reopen();
            for _ in 0..8 {
                FEED.publish(&Message::new("")).unwrap();
            }
            let event = source.next().await.unwrap();
            let data = r#"{"after":"5","resumes_at":"8","lost":2}"#;
            assert_eq!(
                (event.event_type, event.data, event.last_event_id),
                ("gap", data, "7")
            );
        })
        .await
    });
}

#[test]
fn a_full_feed_says_so() {
    static FEED: SmallFeed = Feed::new();
    let taken = FEED.subscribe(None);
    serve(&FEED, async |stack| {
        follow(stack, async |source| {
            assert_eq!(source.next().await, Err(Closed::Status(503)));
        })
        .await
    });
    drop(taken);
}
