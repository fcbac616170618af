//! How many are served, and what becomes of the others.

use std::net::SocketAddr;

use sse_tokio::{Hub, server::Limits};

use crate::wire::{GET, Wire, publish, server, start, until};

/// The seconds that a full server asks for.
async fn refused(address: SocketAddr, status: u16) -> u64 {
    let answer = Wire::ask(address, GET).await.rest().await;
    let start = format!("HTTP/1.1 {status} \r\ncontent-length: 0\r\nretry-after: ");
    let seconds = answer.strip_prefix(&start).expect(&answer);
    let (seconds, rest) = seconds.split_once("\r\n").unwrap();
    assert_eq!(rest, "connection: close\r\n\r\n");
    seconds.parse().unwrap()
}

#[tokio::test]
async fn one_connection_too_many_is_told_to_come_back() {
    let hub = Hub::default();
    let mut limits = Limits::default();
    limits.connections = 2;
    let (address, serving) = start(server(&hub).limits(limits)).await;
    let mut first = Wire::follow(address).await;
    let second = Wire::follow(address).await;
    let mut seconds = Vec::new();
    for _ in 0..20 {
        seconds.push(refused(address, 503).await);
    }
    assert!(seconds.iter().all(|s| (5..=10).contains(s)), "{seconds:?}");
    seconds.sort_unstable();
    seconds.dedup();
    assert!(seconds.len() >= 4, "{seconds:?}");

    drop(second);
    until(|| serving.stats().open == 1).await;
    let mut third = Wire::follow(address).await;
    publish(&hub, "a");
    first.hear("data: a\n\n").await;
    third.hear("data: a\n\n").await;
    let stats = serving.stats();
    assert_eq!(
        (stats.admitted, stats.refused, stats.turned_away),
        (3, 20, 0)
    );
}

#[tokio::test]
async fn one_address_has_no_more_than_its_share() {
    let hub = Hub::default();
    let mut limits = Limits::default();
    limits.per_address = 1;
    let (address, serving) = start(server(&hub).limits(limits)).await;
    let first = Wire::follow(address).await;
    refused(address, 429).await;

    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let mut other = Wire::new(socket.connect(address).await.unwrap());
    other.say(GET).await;
    other.hear("\r\n\r\n").await;

    drop(first);
    until(|| serving.stats().open == 1).await;
    Wire::follow(address).await;
}

/// Who says nothing is not let in for it.
#[tokio::test]
async fn a_full_server_holds_no_more_who_do_not_even_ask() {
    let hub = Hub::default();
    let mut limits = Limits::default();
    limits.connections = 0;
    let (address, serving) = start(server(&hub).limits(limits)).await;
    let mut silent = Vec::new();
    for _ in 0..256 {
        silent.push(Wire::connect(address).await);
    }
    // One is answered with nothing but its end.
    let mut beyond = Wire::connect(address).await;
    assert_eq!(beyond.rest().await, "");
    assert_eq!(serving.stats().turned_away, 1);
    let first = &mut silent[0];
    first.say(GET).await;
    assert!(first.rest().await.starts_with("HTTP/1.1 503 \r\n"));
    assert_eq!(serving.stats().open, 0);
}

#[tokio::test]
async fn a_thousand_who_come_and_go_leave_nothing() {
    let hub = Hub::default();
    let mut limits = Limits::default();
    limits.per_address = 2000;
    let (address, serving) = start(server(&hub).limits(limits)).await;
    for round in 0..10 {
        let mut wires = Vec::new();
        for n in 0..100 {
            wires.push(match n % 4 {
                0 => Wire::connect(address).await,
                1 => Wire::ask(address, "GET / HT").await,
                2 => Wire::ask(address, GET).await,
                _ => Wire::follow(address).await,
            });
        }
        publish(&hub, "a");
        wires[99].hear("data: a\n\n").await;
        drop(wires);
        until(|| serving.stats().open == 0).await;
        assert_eq!(hub.stats().subscribers, 0);
        assert_eq!(serving.stats().admitted, (round + 1) * 100);
    }
}

#[tokio::test]
async fn times_without_end_are_no_trouble() {
    let hub = Hub::default();
    let mut limits = Limits::default();
    limits.connections = 1;
    limits.head_timeout = std::time::Duration::MAX;
    limits.write_timeout = std::time::Duration::MAX;
    limits.retry_after = std::time::Duration::MAX;
    let server = server(&hub).keep_alive(std::time::Duration::MAX);
    let (address, serving) = start(server.limits(limits)).await;
    let mut wire = Wire::follow(address).await;
    publish(&hub, "a");
    wire.hear("data: a\n\n").await;
    refused(address, 503).await;
    let forever = std::time::Duration::MAX;
    let drained = serving.drain(forever..=forever, forever).await;
    assert_eq!((drained.ended, drained.cut), (1, 0));
    assert!(wire.rest().await.ends_with("0\r\n\r\n"));
}
