//! How much memory a hub takes: for a topic, for a reader, and nothing for those who are gone.

#![cfg(feature = "std")]

use std::{
    task::{Context, Waker},
    time::Duration,
};

use sse_core::{Hub, HubConfig, Instant, Message, Overrun, Subscription, Topic};

#[allow(dead_code, reason = "others look at the peak")]
#[path = "common/allocator.rs"]
mod allocator;

use allocator::{allocations, held};

fn wait(reader: &mut Subscription) {
    let mut cx = Context::from_waker(Waker::noop());
    assert!(reader.poll_next(&mut cx).is_pending());
}

fn read(reader: &mut Subscription) -> usize {
    let mut cx = Context::from_waker(Waker::noop());
    let mut frames = Vec::new();
    let mut n = 0;
    while reader.poll_batch(&mut cx, &mut frames, 100).is_ready() {
        n += frames.len();
        frames.clear();
    }
    n
}

/// Bytes for each of so many topics, each of which has a reader that waits.
fn bytes_per_topic(topics: usize) -> usize {
    let hub = Hub::new(HubConfig::new().max_topics(topics));
    let mut readers = Vec::with_capacity(topics);
    let before = held();
    for n in 0..topics {
        let name = format!("user/{n:07}");
        let mut reader = hub.subscribe_to([name], None).unwrap();
        wait(&mut reader);
        readers.push(reader);
    }
    let hubs = (held() - before) / topics;
    hubs + size_of::<Subscription>()
}

#[test]
fn a_topic_with_one_reader_takes_less_than_half_a_kilobyte() {
    // Just after the table of names has grown, and just before.
    for topics in [57_345, 114_688] {
        let bytes = bytes_per_topic(topics);
        println!("{topics} topics with a reader each: {bytes} B for each");
        assert!(bytes <= 500, "{bytes}");
    }
}

#[test]
#[ignore = "takes half a gigabyte: cargo test --release -p sse-core --test hub_memory -- --ignored --nocapture"]
fn a_million_topics() {
    let bytes = bytes_per_topic(1_000_000);
    println!("a million topics with a reader each: {bytes} B for each");
    assert!(bytes <= 500, "{bytes}");
}

#[test]
fn a_reader_takes_less_than_two_hundred_bytes() {
    let hub = Hub::default();
    let mut readers = Vec::with_capacity(10_000);
    let before = held();
    for _ in 0..10_000 {
        let mut reader = hub.subscribe(None);
        wait(&mut reader);
        readers.push(reader);
    }
    let bytes = (held() - before) / 10_000 + size_of::<Subscription>();
    println!("a reader: {bytes} B");
    assert!(bytes <= 200, "{bytes}");
}

#[test]
fn those_who_came_and_went_leave_nothing() {
    let hub = Hub::default();
    let churn = |topic: &str| {
        for n in 0..1000 {
            let name = format!("{topic} {n}");
            let mut reader = hub.subscribe_to([name.as_str(), "all"], None).unwrap();
            wait(&mut reader);
            drop(reader);
            hub.publish(&Message::display(n)).unwrap();
        }
    };
    // Until the log is full.
    churn("first");
    churn("first");
    let before = held();
    for _ in 0..10 {
        churn("again");
    }
    assert!(held() <= before + 1024, "{} more", held() - before);
    let stats = hub.stats();
    assert_eq!((stats.subscribers, stats.topics), (0, 0));
}

#[test]
fn a_burst_takes_no_more_than_the_log_however_many_do_not_read() {
    let hub = Hub::default();
    let mut readers: Vec<_> = (0..1000).map(|_| hub.subscribe(None)).collect();
    readers.iter_mut().for_each(wait);
    let burst = || {
        for n in 0..100_000 {
            hub.publish(&Message::display(n)).unwrap();
        }
    };
    burst();
    let before = held();
    burst();
    assert!(held() <= before + 1024);
    // Each gets its gap, then the log.
    for reader in &mut readers {
        assert_eq!(read(reader), 1 + 1024);
    }
    let stats = hub.stats();
    assert_eq!((stats.gaps, stats.delivered), (1000, 1_024_000));
    assert_eq!(stats.lagged, 1000 * (200_000 - 1024));
}

#[test]
fn any_number_of_keys_takes_no_more_than_is_kept() {
    let config = HubConfig::new().overrun(Overrun::Latest).max_frames(100);
    let hub = Hub::new(config.max_keys(100));
    let publish = |from: u64| {
        for n in from..from + 10_000 {
            let key = n.to_string();
            let topic = Topic::default().key(&key);
            hub.publish_to(topic, &Message::display(n)).unwrap();
        }
    };
    publish(0);
    let before = held();
    publish(1_000_000);
    assert!(held() <= before + 4096, "{} more", held() - before);
}

#[test]
fn time_that_passes_takes_no_memory() {
    let hub = Hub::new(HubConfig::new().max_age(Duration::from_secs(60)));
    let pass = |from: u64| {
        for second in from..from + 10_000 {
            hub.publish_to("ticks", &Message::display(second)).unwrap();
            hub.tick(Instant::since_epoch(Duration::from_secs(second)));
        }
    };
    pass(0);
    let before = held();
    pass(10_000);
    assert!(held() <= before + 1024, "{} more", held() - before);
    assert!(hub.stats().frames <= 66);
}

#[test]
fn waiting_publishing_and_reading_allocate_only_the_message() {
    let hub = Hub::new(HubConfig::new().max_frames(64));
    let mut readers: Vec<_> = (0..1000).map(|_| hub.subscribe(None)).collect();
    let mut frames = Vec::with_capacity(16);
    let mut round = || {
        readers.iter_mut().for_each(wait);
        for _ in 0..16 {
            hub.publish(&Message::new("one message like the other"))
                .unwrap();
        }
        let mut cx = Context::from_waker(Waker::noop());
        for reader in &mut readers {
            assert!(reader.poll_batch(&mut cx, &mut frames, 16).is_ready());
            frames.clear();
        }
    };
    for _ in 0..5 {
        round();
    }
    // The encoded message, and its reference count.
    assert_eq!(allocations(round).0, 2 * 16);
}
