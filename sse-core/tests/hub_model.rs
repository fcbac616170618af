//! The hub among threads, in every order that they may take the lock in:
//! `RUSTFLAGS="--cfg loom" cargo test --release -p sse-core --test hub_model`.
//!
//! A reader that is not woken when it should be leaves the model in a deadlock, which fails.
//! In the model, wakers are taken out one at a time, so that one waking goes through all steps.

#![cfg(loom)]

use core::{future::poll_fn, time::Duration};

use loom::{future::block_on, model, thread};
use sse_core::{Hub, HubConfig, Instant, Message, Subscription};

fn next(reader: &mut Subscription) -> Option<String> {
    let frame = block_on(reader.next())?;
    Some(String::from_utf8(frame.as_ref().to_vec()).unwrap())
}

/// The ids of so many events, none of which is a gap.
fn ids(reader: &mut Subscription, count: usize) -> Vec<u64> {
    let id = |frame: String| {
        let line = frame.lines().next().unwrap();
        line.strip_prefix("id: ").unwrap().parse().unwrap()
    };
    (0..count).map(|_| id(next(reader).unwrap())).collect()
}

fn publish(hub: &Hub, topic: &str) -> u64 {
    hub.publish_to(topic, &Message::new("x")).unwrap()
}

#[test]
fn two_publishers_and_a_waiting_reader() {
    model(|| {
        let hub = Hub::default();
        let mut reader = hub.subscribe(None);
        let publishers = [(); 2].map(|()| {
            let hub = hub.clone();
            thread::spawn(move || publish(&hub, ""))
        });
        assert_eq!(ids(&mut reader, 2), [1, 2]);
        for publisher in publishers {
            publisher.join().unwrap();
        }
    });
}

#[test]
fn replay_goes_over_into_live_while_others_publish() {
    model(|| {
        let hub = Hub::default();
        publish(&hub, "");
        let handle = hub.clone();
        let publisher = thread::spawn(move || {
            publish(&handle, "");
            publish(&handle, "");
        });
        let mut reader = hub.subscribe(Some("0"));
        assert_eq!(ids(&mut reader, 2), [1, 2]);
        let mut reader = hub.subscribe(Some("2"));
        assert_eq!(ids(&mut reader, 1), [3]);
        publisher.join().unwrap();
    });
}

#[test]
fn one_reader_waits_for_another_beside_it() {
    model(|| {
        let hub = Hub::default();
        let (mut first, mut second) = (hub.subscribe(None), hub.subscribe(None));
        let publishers = [(); 2].map(|()| {
            let hub = hub.clone();
            thread::spawn(move || publish(&hub, ""))
        });
        let mut frames = String::new();
        while frames.matches("id: ").count() < 2 {
            let portion = block_on(poll_fn(|cx| first.poll_portion(cx, 1000))).unwrap();
            assert!(portion.share().with(&mut second));
            frames += core::str::from_utf8(portion.frame().as_ref()).unwrap();
        }
        assert_eq!(frames, "id: 1\ndata: x\n\nid: 2\ndata: x\n\n");
        for publisher in publishers {
            publisher.join().unwrap();
        }
        assert!(second.is_beside(&first));
        assert_eq!(hub.stats().delivered, 4);
    });
}

#[test]
fn a_reader_is_woken_whoever_leaves_meanwhile() {
    model(|| {
        let hub = Hub::default();
        let (mut stays, mut leaves) = (hub.subscribe(None), hub.subscribe(None));
        let staying = thread::spawn(move || assert_eq!(ids(&mut stays, 1), [1]));
        let leaving = thread::spawn(move || {
            let mut cx = core::task::Context::from_waker(core::task::Waker::noop());
            let _ = leaves.poll_next(&mut cx);
        });
        publish(&hub, "");
        staying.join().unwrap();
        leaving.join().unwrap();
        assert_eq!(hub.stats().subscribers, 0);
    });
}

#[test]
fn closing_ends_a_reader_after_what_was_published() {
    model(|| {
        let hub = Hub::default();
        let mut reader = hub.subscribe(None);
        let reading = thread::spawn(move || {
            let frames: Vec<_> = core::iter::from_fn(|| next(&mut reader)).collect();
            assert_eq!(frames, ["id: 1\ndata: x\n\n"]);
        });
        publish(&hub, "");
        drop(hub);
        reading.join().unwrap();
    });
}

#[test]
fn a_reader_of_two_topics_sees_one_order_while_a_topic_comes_and_goes() {
    model(|| {
        let hub = Hub::default();
        let mut reader = hub.subscribe_to(["a", "b"], None).unwrap();
        let handle = hub.clone();
        let other = thread::spawn(move || {
            drop(handle.subscribe_to(["c", "b"], None).unwrap());
            publish(&handle, "a");
        });
        publish(&hub, "b");
        assert_eq!(ids(&mut reader, 2), [1, 2]);
        other.join().unwrap();
        assert_eq!(hub.stats().topics, 2);
    });
}

#[test]
fn what_leaves_with_a_dropped_topic_is_told() {
    model(|| {
        let hub = Hub::new(HubConfig::new().max_age(Duration::ZERO));
        let handle = hub.clone();
        let other = thread::spawn(move || {
            publish(&handle, "a");
            handle.tick(Instant::ZERO);
        });
        let mut reader = hub.subscribe_to(["a"], Some("0")).unwrap();
        let told = next(&mut reader).unwrap();
        other.join().unwrap();
        drop(reader);
        match told.lines().take(2).collect::<Vec<_>>()[..] {
            ["id: 1", _] | ["event: gap", "id: 1" | "id: ~1"] => {}
            _ => panic!("{told}"),
        }
        assert_eq!(hub.stats().topics, 0);
    });
}
