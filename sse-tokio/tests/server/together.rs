//! Streams of one feed that go on together, as far as their clients can.

use std::{sync::Arc, time::Duration};

use sse_tokio::{Hub, HubConfig, Message, sse_core::Parser};
use tokio::{io::DuplexStream, task::yield_now};

use crate::wire::{GET, Piped, Wire, ids, publish, server, unchunked, until};

const EVENTS: u64 = 2000;

/// Reads to the end, and lets others go ahead `pause` times before each piece.
async fn all(mut wire: Wire<DuplexStream>, pause: usize) -> String {
    let mut stream = String::new();
    loop {
        for _ in 0..pause {
            yield_now().await;
        }
        match wire.some().await {
            some if some.is_empty() => return stream,
            some => stream += &some,
        }
    }
}

/// Follows over many short connections, and returns the ids of all that it had.
async fn here_and_there(server: Arc<Piped<DuplexStream>>, room: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    let mut parser = Parser::new();
    while numbers.last() != Some(&EVENTS) {
        let mut wire = server.pipe(room);
        let last = parser.last_event_id();
        let last = if last.is_empty() { "0" } else { last };
        wire.say(&format!("GET / HTTP/1.0\r\nLast-Event-ID: {last}\r\n\r\n"))
            .await;
        wire.hear("\r\n\r\n").await;
        parser.restart();
        for _ in 0..40 {
            if numbers.last() == Some(&EVENTS) {
                break;
            }
            let some = wire.some().await;
            let mut input = some.as_bytes();
            while let Some(event) = parser.next_event(&mut input).unwrap() {
                numbers.push(event.last_event_id.parse().unwrap());
            }
        }
    }
    numbers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_of_any_pace_each_get_everything_once_and_in_order() {
    let hub = Hub::new(HubConfig::new().max_frames(EVENTS as usize));
    let server = server(&hub).keep_alive(Duration::from_millis(5));
    let server = Arc::new(Piped::start(server));
    let mut stay = Vec::new();
    let mut come_and_go = Vec::new();
    for n in 0..60 {
        let room = [100, 2000, 200_000][n % 3];
        if n % 5 == 0 {
            come_and_go.push(tokio::spawn(here_and_there(Arc::clone(&server), room)));
            continue;
        }
        let mut wire = server.pipe(room);
        wire.say(GET).await;
        wire.hear("\r\n\r\n").await;
        stay.push(tokio::spawn(all(wire, n % 4)));
    }
    until(|| hub.stats().subscribers >= stay.len()).await;
    let mut published = 0;
    while published < EVENTS {
        for _ in 0..=published % 7 {
            published += 1;
            if published <= EVENTS {
                publish(&hub, &"x".repeat(published as usize % 300));
            }
        }
        yield_now().await;
    }
    let clients = (stay.len() + come_and_go.len()) as u64;
    for numbers in come_and_go {
        let expected: Vec<_> = (1..=EVENTS).collect();
        assert_eq!(numbers.await.unwrap(), expected);
    }
    hub.close();
    for stream in stay {
        let (stream, ended) = unchunked(&stream.await.unwrap());
        assert!(ended);
        assert_eq!(ids(&stream), (1..=EVENTS).collect::<Vec<_>>());
    }
    assert!(hub.stats().delivered >= clients * EVENTS);
    assert_eq!((hub.stats().gaps, hub.stats().lagged), (0, 0));
}

#[tokio::test]
async fn what_one_is_told_alone_leaves_the_others_together() {
    let hub = Hub::new(HubConfig::new().max_frames(4));
    let server = Piped::start(server(&hub));
    let mut wires = Vec::new();
    for _ in 0..8 {
        let mut wire = server.pipe(100_000);
        wire.say(GET).await;
        wire.hear("\r\n\r\n").await;
        wires.push(wire);
    }
    for round in 0..10 {
        // More than the log holds, then what it does.
        let data: Vec<_> = (0..6).map(|n| format!("{round} {n}")).collect();
        hub.publish_all("", data.iter().map(|data| Message::new(data)))
            .unwrap();
        for wire in &mut wires {
            let heard = wire.hear(&format!("data: {round} 5\n\n")).await;
            assert_eq!(heard.matches("event: gap").count(), 1, "{heard}");
            assert_eq!(heard.matches(&format!("data: {round} ")).count(), 4);
        }
        publish(&hub, &format!("{round}"));
        for wire in &mut wires {
            let heard = wire.hear(&format!("data: {round}\n\n")).await;
            assert_eq!(heard.matches("data: ").count(), 1, "{heard}");
        }
    }
    assert_eq!(hub.stats().gaps, 80);
}
