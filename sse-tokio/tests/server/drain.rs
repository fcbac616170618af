//! The end of a server, at rest and under load.

use std::{collections::HashSet, time::Duration};

use sse_tokio::{Hub, HubConfig};
use tokio::{net::TcpListener, task::JoinSet, time::Instant};

use crate::{
    common::{soon, source},
    wire::{GET, Piped, SECOND, Wire, get_after, ids, publish, server, start, unchunked, until},
};

/// The milliseconds of the `retry` with which it ends.
fn farewell(stream: &str) -> u64 {
    let (_, retry) = stream.rsplit_once("retry: ").expect("a farewell");
    retry.strip_suffix("\n\n").unwrap().parse().unwrap()
}

#[tokio::test]
async fn each_stream_ends_with_a_time_of_its_own_to_come_back() {
    let hub = Hub::default();
    let (address, serving) = start(server(&hub)).await;
    let mut wires = Vec::new();
    for _ in 0..50 {
        wires.push(Wire::follow(address).await);
    }
    until(|| hub.stats().subscribers == 50).await;
    publish(&hub, "last");
    let drained = soon(serving.drain(SECOND..=5 * SECOND, 10 * SECOND)).await;
    assert_eq!((drained.ended, drained.cut), (50, 0));
    let mut times = HashSet::new();
    for mut wire in wires {
        let (stream, ended) = unchunked(&wire.rest().await);
        assert!(ended);
        assert!(
            stream.starts_with("id: 1\ndata: last\n\nretry: "),
            "{stream}"
        );
        let retry = farewell(&stream);
        assert!((1000..=5000).contains(&retry), "{retry}");
        times.insert(retry / 100);
    }
    // Were they drawn at random, there would be fewer.
    assert!(times.len() >= 35, "{times:?}");
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert_eq!(hub.stats().subscribers, 0);
}

#[tokio::test]
async fn who_has_not_asked_yet_is_let_go() {
    let hub = Hub::default();
    let (address, serving) = start(server(&hub)).await;
    let mut silent = Wire::connect(address).await;
    let mut half = Wire::ask(address, "GET / HT").await;
    until(|| serving.stats().open == 2).await;
    let drained = soon(serving.drain(SECOND..=SECOND, 10 * SECOND)).await;
    assert_eq!((drained.ended, drained.cut), (0, 0));
    silent.dismissed().await;
    half.dismissed().await;
}

#[tokio::test(start_paused = true)]
async fn who_takes_nothing_is_cut_when_the_time_is_over() {
    let hub = Hub::default();
    let server = Piped::start(server(&hub));
    let mut quick = server.pipe(4096);
    let mut stalled = server.pipe(64);
    for wire in [&mut quick, &mut stalled] {
        wire.say(GET).await;
        wire.hear("\r\n\r\n").await;
    }
    until(|| hub.stats().subscribers == 2).await;
    publish(&hub, &"x".repeat(1000));
    let start = Instant::now();
    let reading = tokio::spawn(async move { quick.rest().await });
    let drained = server.serving.drain(SECOND..=SECOND, 10 * SECOND).await;
    assert_eq!(start.elapsed().as_secs(), 10);
    assert_eq!((drained.ended, drained.cut), (1, 1));
    let (stream, ended) = unchunked(&reading.await.unwrap());
    assert!(ended);
    assert_eq!((ids(&stream), farewell(&stream)), (vec![1], 1000));
    // The event is incomplete, and the stream says so by having no end.
    let (stream, ended) = unchunked(&stalled.rest().await);
    assert!(!ended);
    assert!(!stream.contains("\n\n"));
}

/// A log that always has more does not keep a reader for ever.
#[tokio::test(start_paused = true)]
async fn who_does_not_catch_up_gets_its_end_all_the_same() {
    let hub = Hub::new(HubConfig::new().max_frames(100_000));
    for n in 0..50_000 {
        publish(&hub, &n.to_string());
    }
    let server = Piped::start(server(&hub));
    let mut slow = server.pipe(4096);
    slow.say(&get_after(0)).await;
    slow.hear("\r\n\r\n").await;
    let reading = tokio::spawn(async move {
        let mut heard = String::new();
        loop {
            let some = slow.some().await;
            if some.is_empty() {
                return heard;
            }
            heard.push_str(&some);
            tokio::time::sleep(SECOND).await;
        }
    });
    let drained = server.serving.drain(SECOND..=SECOND, 60 * SECOND).await;
    assert_eq!((drained.ended, drained.cut), (1, 0));
    let (stream, ended) = unchunked(&reading.await.unwrap());
    assert!(ended);
    assert_eq!(farewell(&stream), 1000);
    let ids = ids(&stream);
    assert_eq!(ids, (1..=ids.len() as u64).collect::<Vec<_>>());
    assert!(ids.len() < 50_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_no_event_is_cut_and_the_next_instance_goes_on_with_each_stream() {
    const READERS: usize = 40;
    const AFTER: u64 = 200;
    let hub = Hub::new(HubConfig::new().max_frames(1 << 20));
    let (address, serving) = start(server(&hub)).await;
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        let mut wire = Wire::follow(address).await;
        readers.spawn(async move { wire.rest().await });
    }
    until(|| hub.stats().subscribers == READERS).await;
    let publisher = tokio::spawn({
        let hub = hub.clone();
        async move {
            loop {
                publish(&hub, &"x".repeat(100));
                tokio::task::yield_now().await;
            }
        }
    });
    until(|| hub.stats().delivered > 10_000).await;
    let drained = soon(serving.drain(SECOND..=2 * SECOND, 20 * SECOND)).await;
    assert_eq!((drained.ended, drained.cut), (READERS, 0));

    let listener = TcpListener::bind(address).await.unwrap();
    let _next = server(&hub).start(listener);
    let mut resumed = JoinSet::new();
    while let Some(stream) = readers.join_next().await {
        let (stream, ended) = unchunked(&stream.unwrap());
        assert!(ended);
        assert!((1000..=2000).contains(&farewell(&stream)));
        let seen = ids(&stream);
        let first = seen[0];
        assert!(seen.iter().copied().eq(first..first + seen.len() as u64));
        let last = *seen.last().unwrap();
        resumed.spawn(async move {
            let mut wire = Wire::ask(address, &get_after(last)).await;
            wire.hear("\r\n\r\n").await;
            let stream = wire.hear(&format!("id: {}\n", last + AFTER)).await;
            assert_eq!(
                ids(&unchunked(&stream).0),
                (last + 1..=last + AFTER).collect::<Vec<_>>()
            );
        });
    }
    while let Some(reader) = soon(resumed.join_next()).await {
        reader.unwrap();
    }
    publisher.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_go_over_to_the_next_instance_and_miss_nothing() {
    const TOTAL: u64 = 2000;
    let hub = Hub::new(HubConfig::new().max_frames(TOTAL as usize));
    let (address, mut serving) = start(server(&hub)).await;
    let mut sources = JoinSet::new();
    for _ in 0..10 {
        let mut source = source(&format!("http://{address}/"));
        soon(source.next_update()).await.unwrap();
        sources.spawn(async move {
            for n in 1..=TOTAL {
                let event = soon(source.next()).await.unwrap();
                assert_eq!((event.event_type, event.data), ("message", &*n.to_string()));
            }
        });
    }
    for n in 1..=TOTAL {
        publish(&hub, &n.to_string());
        tokio::task::yield_now().await;
        if n % 500 == 0 {
            let retry = Duration::from_millis(1)..=Duration::from_millis(20);
            let drained = soon(serving.drain(retry, 10 * SECOND)).await;
            assert_eq!(drained.cut, 0);
            let listener = TcpListener::bind(address).await.unwrap();
            serving = server(&hub).start(listener);
        }
    }
    while let Some(source) = soon(sources.join_next()).await {
        source.unwrap();
    }
}
