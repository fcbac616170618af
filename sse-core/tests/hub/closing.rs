//! How a hub ends: closed, drained, or with the last that could publish.

use std::{task::Context, time::Duration};

use sse_core::{Hub, Message, PublishError};

use crate::common::{CountingWaker, numbered, publish_numbers, read};

#[test]
fn a_closed_hub_is_read_to_its_end() {
    let hub = Hub::default();
    let mut reader = hub.subscribe(None);
    publish_numbers(&hub, 1..=2);
    hub.close();
    assert_eq!(hub.publish(&Message::new("")), Err(PublishError::Closed));
    assert_eq!(read(&mut reader), (numbered(1..=2), true));
    assert_eq!(read(&mut hub.subscribe(Some("1"))), (numbered(2..=2), true));
}

#[test]
fn a_hub_closes_when_nobody_can_publish_any_more() {
    let hub = Hub::default();
    let (counter, waker) = CountingWaker::new();
    let mut reader = hub.subscribe(None);
    let other = hub.clone();
    drop(hub);
    assert!(
        reader
            .poll_next(&mut Context::from_waker(&waker))
            .is_pending()
    );
    drop(other);
    assert_eq!(counter.woken(), 1);
    assert_eq!(read(&mut reader), (vec![], true));
}

#[test]
fn a_weak_handle_does_not_keep_the_hub_open() {
    let hub = Hub::default();
    let weak = hub.downgrade();
    let mut reader = hub.subscribe(None);
    publish_numbers(&weak.upgrade().unwrap(), 1..=1);
    drop(hub);
    assert!(weak.upgrade().is_none());
    assert_eq!(read(&mut reader), (numbered(1..=1), true));
}

#[test]
fn a_drained_hub_sends_its_readers_away_at_different_times() {
    let hub = Hub::default();
    let mut readers: Vec<_> = (0..100).map(|_| hub.subscribe(None)).collect();
    publish_numbers(&hub, 1..=1);
    hub.drain(Duration::from_secs(1)..=Duration::from_secs(2));
    hub.close();
    let mut times = Vec::new();
    for reader in &mut readers {
        let (frames, ended) = read(reader);
        assert_eq!((frames[0].as_str(), ended), ("id: 1\ndata: 1\n\n", true));
        let time = frames[1].strip_prefix("retry: ").unwrap();
        times.push(time.strip_suffix("\n\n").unwrap().parse::<u64>().unwrap());
    }
    times.sort_unstable();
    assert!(1000 <= times[0] && times[99] < 2000);
    let widest = times.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(widest <= Some(20), "{widest:?} ms without a reconnection");
}
