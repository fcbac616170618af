//! Readers that get only the newest event of each key.

use std::{
    task::{Context, Waker},
    time::Duration,
};

use sse_core::{Hub, HubConfig, Instant, Message, Overrun, Subscription, Topic};

use crate::common::{gap, read};

fn latest(max_frames: usize) -> HubConfig {
    HubConfig::new()
        .max_frames(max_frames)
        .overrun(Overrun::Latest)
}

fn publish(hub: &Hub, key: &str, data: &str) -> u64 {
    hub.publish_to(Topic::default().key(key), &Message::new(data))
        .unwrap()
}

/// The data of the events, and gaps as a whole.
fn data(reader: &mut Subscription) -> Vec<String> {
    let short = |frame: String| match frame.split_once("\ndata: ") {
        Some((_, data)) if !frame.starts_with("event: gap") => data.trim_end().to_owned(),
        _ => frame,
    };
    read(reader).0.into_iter().map(short).collect()
}

#[test]
fn a_reader_that_fell_off_gets_the_newest_of_each_key_in_order() {
    let hub = Hub::new(latest(2));
    let mut reader = hub.subscribe(None);
    for data in ["a1", "b1", "a2", "c1", "d1", "d2", "b2"] {
        publish(&hub, &data[..1], data);
    }
    assert_eq!(data(&mut reader), ["a2", "c1", "d2", "b2"]);
    publish(&hub, "c", "c2");
    assert_eq!(data(&mut reader), ["c2"]);
    let stats = hub.stats();
    assert_eq!((stats.gaps, stats.frames, stats.delivered), (0, 4, 5));
}

#[test]
fn a_reader_goes_on_in_the_middle_of_what_is_kept() {
    let hub = Hub::new(latest(1));
    for key in 0..9 {
        publish(&hub, &key.to_string(), &key.to_string());
    }
    for had in 0..9 {
        let expected: Vec<_> = (had..9).map(|n| n.to_string()).collect();
        assert_eq!(data(&mut hub.subscribe(Some(&had.to_string()))), expected);
    }
    let mut reader = hub.subscribe(Some("2"));
    let mut frames = Vec::new();
    let mut cx = Context::from_waker(Waker::noop());
    assert!(reader.poll_batch(&mut cx, &mut frames, 2).is_ready());
    publish(&hub, "4", "new");
    assert_eq!(data(&mut reader), ["5", "6", "7", "8", "new"]);
}

#[test]
fn what_has_no_key_is_told_as_a_gap_before_all_else() {
    let hub = Hub::new(latest(1));
    let mut reader = hub.subscribe(None);
    publish(&hub, "a", "a1");
    hub.publish(&Message::new("no key")).unwrap();
    publish(&hub, "b", "b1");
    publish(&hub, "c", "c1");
    let told = |id: &str, after: &str, resumes_at: &str| {
        let data = format!(r#"{{"after":{after},"resumes_at":"{resumes_at}","lost":null}}"#);
        gap(id, &data)
    };
    // What comes before the lost event is still given, so the gap leads to before it.
    let fresh = told("~0", "null", "1");
    assert_eq!(data(&mut reader), [&fresh, "a1", "b1", "c1"]);
    for id in ["0", "~0"] {
        let again = told("~0", &format!("\"{id}\""), "1");
        let mut reader = hub.subscribe(Some(id));
        assert_eq!(data(&mut reader), [&again, "a1", "b1", "c1"]);
    }
    let passed = told("2", "\"1\"", "3");
    assert_eq!(data(&mut hub.subscribe(Some("1"))), [&passed, "b1", "c1"]);
    assert_eq!(data(&mut hub.subscribe(Some("2"))), ["b1", "c1"]);
}

#[test]
fn more_keys_than_are_kept_are_told_as_a_gap() {
    let hub = Hub::new(latest(1).max_keys(2));
    for key in ["a", "b", "c", "d"] {
        publish(&hub, key, key);
    }
    let told = gap("1", r#"{"after":"0","resumes_at":"2","lost":null}"#);
    assert_eq!(data(&mut hub.subscribe(Some("0"))), [&told, "b", "c", "d"]);
    assert_eq!(data(&mut hub.subscribe(Some("1"))), ["b", "c", "d"]);
    assert_eq!(hub.stats().frames, 3);
}

#[test]
fn what_is_kept_is_bounded_in_bytes() {
    let hub = Hub::new(latest(1).max_bytes(200));
    let long = "x".repeat(50);
    for key in 0..1000 {
        publish(&hub, &key.to_string(), &long);
        assert!(hub.stats().bytes <= 400);
    }
    assert!(hub.stats().frames > 3);
}

#[test]
fn ids_of_their_own_are_found_among_what_is_kept() {
    let hub = Hub::new(latest(1));
    for (key, id) in [("a", "x-1"), ("b", "x-2"), ("a", "x-3"), ("c", "x-4")] {
        let message = Message::new(id).id(id).unwrap();
        hub.publish_to(Topic::default().key(key), &message).unwrap();
    }
    assert_eq!(data(&mut hub.subscribe(Some("x-2"))), ["x-3", "x-4"]);
    let again = Message::new("").id("x-2").unwrap();
    assert!(hub.publish(&again).is_err());
    // What has a successor leaves no trace.
    let told = gap("x-4", r#"{"after":"x-1","resumes_at":null,"lost":null}"#);
    assert_eq!(data(&mut hub.subscribe(Some("x-1"))), [told]);
}

#[test]
fn what_is_kept_grows_old_too() {
    let hub = Hub::new(latest(1).max_age(Duration::from_secs(16)));
    let tick = |second| hub.tick(Instant::since_epoch(Duration::from_secs(second)));
    tick(0);
    for key in ["a", "b"] {
        publish(&hub, key, key);
    }
    tick(10);
    publish(&hub, "c", "c");
    tick(20);
    assert_eq!(data(&mut hub.subscribe(Some("0"))), ["a", "b", "c"]);
    tick(26);
    let told = gap("2", r#"{"after":"0","resumes_at":"3","lost":null}"#);
    assert_eq!(data(&mut hub.subscribe(Some("0"))), [&told, "c"]);
    tick(100);
    assert_eq!(hub.stats().frames, 0);
}

#[test]
fn a_lost_comment_is_no_gap() {
    let hub = Hub::new(latest(1));
    let mut reader = hub.subscribe(None);
    let comment = Message::comment("x");
    hub.publish_to(Topic::default().key("a"), &comment).unwrap();
    publish(&hub, "a", "a1");
    publish(&hub, "b", "b1");
    assert_eq!(data(&mut reader), ["a1", "b1"]);
}
