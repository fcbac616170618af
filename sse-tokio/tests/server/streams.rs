//! Streams under way: who goes, who stalls, who comes back.

use sse_tokio::{Hub, HubConfig, Message, Overrun, sse_core::Parser};
use tokio::io::{AsyncWriteExt, DuplexStream};

use crate::{
    common::{soon, source},
    wire::{GET, Piped, Wire, get_after, ids, publish, server, start, unchunked, until},
};

#[tokio::test]
async fn who_goes_is_gone_at_once() {
    let hub = Hub::default();
    let (address, serving) = start(server(&hub)).await;
    let mut left = Wire::follow(address).await;
    let dropped = Wire::follow(address).await;
    let mut stays = Wire::follow(address).await;
    until(|| hub.stats().subscribers == 3).await;
    drop(dropped);
    until(|| hub.stats().subscribers == 2).await;
    left.io.shutdown().await.unwrap();
    until(|| hub.stats().subscribers == 1).await;
    assert_eq!(left.rest().await, "");
    publish(&hub, "a");
    stays.hear("data: a\n\n").await;
    assert_eq!(serving.stats().open, 1);
}

#[tokio::test]
async fn a_dropped_server_leaves_nothing() {
    let hub = Hub::default();
    let (address, serving) = start(server(&hub)).await;
    let mut wire = Wire::follow(address).await;
    let mut half = Wire::ask(address, "GET / HT").await;
    until(|| serving.stats().open == 2).await;
    drop(serving);
    assert_eq!(wire.rest().await, "");
    half.dismissed().await;
    until(|| hub.stats().subscribers == 0).await;
}

#[tokio::test]
async fn the_server_keeps_no_hub_open_that_nobody_asks_for() {
    let hub = Hub::default();
    let subscription = std::sync::Mutex::new(Some(hub.subscribe(None)));
    let (address, _serving) = start(sse_tokio::server::Server::new(move |_| {
        let subscription = subscription.lock().unwrap().take().unwrap();
        std::future::ready(sse_tokio::server::Answer::stream(subscription))
    }))
    .await;
    let mut wire = Wire::follow(address).await;
    drop(hub);
    assert_eq!(wire.rest().await, "0\r\n\r\n");
}

#[tokio::test]
async fn a_returning_client_gets_what_it_missed_and_goes_on_live() {
    let hub = Hub::default();
    let (address, _serving) = start(server(&hub)).await;
    for n in 1..=1000 {
        publish(&hub, &n.to_string());
    }
    for after in [0, 1, 500, 935, 936, 937, 998, 999, 1000] {
        let mut wire = Wire::ask(address, &get_after(after)).await;
        wire.hear("\r\n\r\n").await;
        publish(&hub, "live");
        let newest = hub.stats().published;
        let stream = wire.hear(&format!("id: {newest}\ndata: live\n\n")).await;
        let (stream, _) = unchunked(&stream);
        assert!(!stream.contains("event: gap"), "{stream}");
        let expected: Vec<_> = (after + 1..=newest).collect();
        assert_eq!(ids(&stream), expected);
    }
}

#[tokio::test]
async fn a_source_follows_over_any_number_of_streams() {
    let hub = Hub::default();
    let (address, _serving) = start(server(&hub)).await;
    let mut source = source(&format!("http://{address}/"));
    soon(source.next_update()).await.unwrap();
    publish(&hub, "a");
    assert_eq!(soon(source.next()).await.unwrap().data, "a");
    source.close();
    until(|| hub.stats().subscribers == 0).await;
    publish(&hub, "b");
    source.reopen();
    assert_eq!(soon(source.next()).await.unwrap().data, "b");
}

#[tokio::test]
async fn each_stream_has_its_own_topics() {
    let hub = Hub::default();
    let feed = hub.clone();
    let (address, _serving) = start(sse_tokio::server::Server::new(
        move |request: sse_tokio::server::Request| {
            let topics = request.path().trim_start_matches('/').split('+');
            let frames = feed.subscribe_to(topics, request.last_event_id()).unwrap();
            std::future::ready(sse_tokio::server::Answer::stream(frames))
        },
    ))
    .await;
    let mut wires = Vec::new();
    for topics in ["a", "a", "b", "b", "a+b", "a+b", "c"] {
        let request = format!("GET /{topics} HTTP/1.1\r\nHost: h\r\n\r\n");
        let mut wire = Wire::ask(address, &request).await;
        wire.hear("\r\n\r\n").await;
        wires.push((topics, wire));
    }
    for n in 0..60 {
        let topic = ["a", "b", "c"][n % 3];
        hub.publish_to(topic, &Message::new(topic)).unwrap();
        if n % 7 == 0 {
            tokio::task::yield_now().await;
        }
    }
    hub.close();
    for (topics, mut wire) in wires {
        let (stream, ended) = unchunked(&wire.rest().await);
        let topic = |id: u64| ["a", "b", "c"][(id as usize - 1) % 3];
        let expected: Vec<_> = (1..=60).filter(|id| topics.contains(topic(*id))).collect();
        assert_eq!((ids(&stream), ended), (expected, true), "{topics}");
    }
}

const SMALL: usize = 1024;

/// What a client makes of a stream of numbered events: the numbers, and how many were lost.
fn followed(stream: &str) -> (Vec<u64>, u64) {
    let (mut numbers, mut lost) = (Vec::new(), 0);
    let mut parser = Parser::new();
    let mut rest = stream.as_bytes();
    while let Some(event) = parser.next_event(&mut rest).unwrap() {
        if event.event_type == "gap" {
            let gap: serde_json::Value = serde_json::from_str(event.data).unwrap();
            lost += gap["lost"].as_u64().unwrap();
        } else {
            numbers.push(event.last_event_id.parse().unwrap());
        }
    }
    (numbers, lost)
}

async fn stalled_among_many(overrun: Overrun) -> (Hub, Wire<DuplexStream>, Piped<DuplexStream>) {
    const EVENTS: u64 = 500;
    let hub = Hub::new(HubConfig::new().max_frames(32).overrun(overrun));
    let server = Piped::start(server(&hub));
    let mut stalled = server.pipe(SMALL);
    stalled.say(GET).await;
    stalled.hear("\r\n\r\n").await;
    let mut others = Vec::new();
    for _ in 0..50 {
        let mut wire = server.pipe(SMALL);
        wire.say(GET).await;
        wire.hear("\r\n\r\n").await;
        others.push(wire);
    }
    until(|| hub.stats().subscribers == 51).await;
    for n in 1..=EVENTS {
        publish(&hub, &"x".repeat(100));
        for wire in &mut others {
            let heard = wire.hear("x\n\n").await;
            assert!(heard.contains(&format!("id: {n}\n")), "{n} in {heard}");
        }
    }
    hub.close();
    for wire in &mut others {
        assert!(wire.rest().await.ends_with("0\r\n\r\n"));
    }
    (hub, stalled, server)
}

#[tokio::test]
async fn a_stalled_reader_is_in_nobodys_way_and_is_told_what_it_lost() {
    let (hub, mut stalled, _server) = stalled_among_many(Overrun::Gap).await;
    let (stream, ended) = unchunked(&stalled.rest().await);
    assert!(ended);
    let (numbers, lost) = followed(&stream);
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert_eq!(numbers.last(), Some(&500));
    assert_eq!(numbers.len() as u64 + lost, 500);
    assert!(lost > 0);
    let stats = hub.stats();
    assert_eq!((stats.gaps, stats.frames), (1, 32));
    assert_eq!(stats.delivered, 50 * 500 + numbers.len() as u64);
}

#[tokio::test]
async fn where_the_hub_closes_for_a_slow_reader_its_stream_ends_between_events() {
    let (hub, mut stalled, _server) = stalled_among_many(Overrun::Close).await;
    let (stream, ended) = unchunked(&stalled.rest().await);
    assert!(ended);
    assert!(stream.ends_with("\n\n"));
    let (numbers, _) = followed(&stream);
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert!(numbers.len() < 500);
    assert_eq!(hub.stats().gaps, 0);
}

#[tokio::test]
async fn a_burst_beyond_the_log_is_told_to_all() {
    let hub = Hub::new(HubConfig::new().max_frames(8));
    let (address, _serving) = start(server(&hub)).await;
    let mut wires = Vec::new();
    for _ in 0..20 {
        wires.push(Wire::follow(address).await);
    }
    let data: Vec<_> = (1..=100).map(|n: u64| n.to_string()).collect();
    let messages = data.iter().map(|data| Message::new(data));
    hub.publish_all("", messages).unwrap();
    hub.close();
    for mut wire in wires {
        let (stream, ended) = unchunked(&wire.rest().await);
        assert!(ended);
        assert_eq!(followed(&stream), ((93..=100).collect(), 92));
    }
    assert_eq!(hub.stats().gaps, 20);
}
