//! Many topics in one hub.

use std::{task::Context, time::Duration};

use sse_core::{Hub, HubConfig, Instant, Message, PublishError, Subscription, TooManyTopics};

use crate::common::{CountingWaker, gap, read};

fn publish(hub: &Hub, topic: &str, data: &str) -> u64 {
    hub.publish_to(topic, &Message::new(data)).unwrap()
}

fn follow(hub: &Hub, topics: &[&str], last_event_id: Option<&str>) -> Subscription {
    hub.subscribe_to(topics, last_event_id).unwrap()
}

/// What a reader gets that comes back.
fn resumed(hub: &Hub, topics: &[&str], last_event_id: &str) -> Vec<String> {
    read(&mut follow(hub, topics, Some(last_event_id))).0
}

fn frame(number: u64, data: &str) -> String {
    format!("id: {number}\ndata: {data}\n\n")
}

/// A hub, and what makes all its frames too old.
fn aging() -> (Hub, impl FnMut()) {
    let hub = Hub::new(HubConfig::new().max_age(Duration::from_secs(16)));
    let (handle, mut now) = (hub.clone(), 0);
    let grow_old = move || {
        for _ in 0..3 {
            now += 17;
            handle.tick(Instant::since_epoch(Duration::from_secs(now)));
        }
    };
    (hub, grow_old)
}

#[test]
fn nothing_crosses_topics() {
    let hub = Hub::default();
    let topics = ["a", "b", ""];
    let mut readers = topics.map(|topic| follow(&hub, &[topic], None));
    for topic in topics {
        publish(&hub, topic, topic);
    }
    let expected = [[frame(1, "a")], [frame(2, "b")], [frame(3, "")]];
    assert_eq!(
        readers.each_mut().map(|reader| read(reader).0),
        expected.clone()
    );
    assert_eq!(
        topics.map(|topic| resumed(&hub, &[topic], "0")),
        expected.clone()
    );
}

#[test]
fn one_id_is_a_place_in_all_topics_of_a_stream() {
    let hub = Hub::default();
    let topics = ["a", "b", "c"];
    for n in 1..=30 {
        publish(&hub, topics[n % 3], &n.to_string());
    }
    for had in 0..=30 {
        let left = (had + 1..=30).filter(|n| n % 3 != 1);
        let expected: Vec<_> = left.map(|n| frame(n, &n.to_string())).collect();
        assert_eq!(resumed(&hub, &["c", "a", "c"], &had.to_string()), expected);
    }
    assert_eq!(hub.stats().gaps, 0);
}

#[test]
fn a_stream_of_several_topics_is_woken_by_each_and_once() {
    let hub = Hub::default();
    let mut reader = follow(&hub, &["a", "b"], None);
    for topic in ["a", "b", "a"] {
        let (counter, waker) = CountingWaker::new();
        let mut cx = Context::from_waker(&waker);
        assert!(reader.poll_next(&mut cx).is_pending());
        publish(&hub, "c", "not for it");
        assert_eq!(counter.woken(), 0);
        publish(&hub, topic, "for it");
        publish(&hub, "b", "for it too");
        assert_eq!(counter.woken(), 1);
        assert_eq!(read(&mut reader).0.len(), 2);
    }
}

#[test]
fn a_gap_of_one_topic_is_told_before_what_the_others_hold() {
    let hub = Hub::new(HubConfig::new().max_frames(2));
    let topics = &["a", "b"];
    let mut reader = follow(&hub, topics, None);
    publish(&hub, "b", "1");
    for n in 2..=5 {
        publish(&hub, "a", &n.to_string());
    }
    publish(&hub, "b", "6");
    let told = gap("~0", r#"{"after":null,"resumes_at":"1","lost":2}"#);
    let held = [1, 4, 5, 6].map(|n| frame(n, &n.to_string()));
    let (got, _) = read(&mut reader);
    assert_eq!((&got[0], &got[1..]), (&told, &held[..]));
    // As long as there is something before the lost events, who comes back is told again.
    let again = gap("~0", r#"{"after":"~0","resumes_at":"1","lost":null}"#);
    let got = resumed(&hub, topics, "~0");
    assert_eq!((&got[0], &got[1..]), (&again, &held[..]));
    let passed = gap("3", r#"{"after":"1","resumes_at":"4","lost":null}"#);
    let got = resumed(&hub, topics, "1");
    assert_eq!((&got[0], &got[1..]), (&passed, &held[1..]));
    assert_eq!(resumed(&hub, topics, "3"), held[1..]);
    let stats = hub.stats();
    assert_eq!((stats.gaps, stats.lagged), (3, 2));
}

#[test]
fn gaps_of_several_topics_with_nothing_between_are_one() {
    let hub = Hub::new(HubConfig::new().max_frames(1));
    let mut reader = follow(&hub, &["a", "b"], None);
    for topic in ["a", "b", "a", "b"] {
        publish(&hub, topic, topic);
    }
    let told = gap("2", r#"{"after":null,"resumes_at":"3","lost":2}"#);
    let expected = [told, frame(3, "a"), frame(4, "b")];
    assert_eq!(read(&mut reader).0, expected);
}

#[test]
fn a_topic_lives_while_it_is_followed_or_holds_something() {
    let (hub, mut grow_old) = aging();
    let reader = follow(&hub, &["a", "b"], None);
    let other = follow(&hub, &["b"], None);
    assert_eq!(hub.stats().topics, 2);
    drop(reader);
    assert_eq!(hub.topic_stats("a"), None);
    assert_eq!(hub.topic_stats("b").map(|stats| stats.subscribers), Some(1));
    publish(&hub, "b", "x");
    drop(other);
    publish(&hub, "c", "x");
    assert_eq!(hub.stats().topics, 2);
    grow_old();
    assert_eq!((hub.stats().topics, hub.stats().frames), (0, 0));
}

#[test]
fn who_returns_to_a_dropped_topic_is_told_of_what_may_be_missing() {
    let (hub, mut grow_old) = aging();
    for (topic, data) in [("a", "1"), ("a", "2"), ("b", "3")] {
        publish(&hub, topic, data);
    }
    grow_old();
    assert_eq!(hub.stats().topics, 0);
    publish(&hub, "a", "4");
    let told = gap("~3", r#"{"after":"1","resumes_at":"4","lost":null}"#);
    assert_eq!(resumed(&hub, &["a"], "1"), [told, frame(4, "4")]);
    for id in ["~3", "3"] {
        assert_eq!(resumed(&hub, &["a"], id), [frame(4, "4")]);
    }
    let unknown = gap("4", r#"{"after":"~5","resumes_at":null,"lost":null}"#);
    assert_eq!(resumed(&hub, &["a"], "~5"), [unknown]);
    assert_eq!(read(&mut follow(&hub, &["new"], None)), (vec![], false));
}

#[test]
fn an_id_of_a_dropped_topics_own_is_not_taken_for_a_number() {
    let (hub, mut grow_old) = aging();
    for id in ["16", "17"] {
        hub.publish_to("a", &Message::new("").id(id).unwrap())
            .unwrap();
    }
    for n in 3..=30 {
        assert_eq!(publish(&hub, "b", ""), n);
    }
    grow_old();
    let told = gap("~30", r#"{"after":"16","resumes_at":null,"lost":null}"#);
    assert_eq!(resumed(&hub, &["a"], "16"), [told]);
    assert_eq!(resumed(&hub, &["a"], "~30"), [""; 0]);
}

#[test]
fn topics_have_ids_of_their_own() {
    let hub = Hub::new(HubConfig::new().max_frames(3));
    let ids = ["0", "0", "1", "b-1", "2", "b-2"];
    for (n, id) in ids.into_iter().enumerate() {
        let topic = ["a", "b"][n % 2];
        let message = Message::new(id).id(id).unwrap();
        hub.publish_to(topic, &message).unwrap();
        let twice = hub.publish_to(topic, &message);
        assert_eq!(twice, Err(PublishError::DuplicateId));
    }
    let own = |id: &str| format!("id: {id}\ndata: {id}\n\n");
    assert_eq!(resumed(&hub, &["a"], "0"), ["1", "2"].map(own));
    assert_eq!(resumed(&hub, &["b"], "0"), ["b-1", "b-2"].map(own));
    let both = &["a", "b"];
    assert_eq!(resumed(&hub, both, "1"), ["b-1", "2", "b-2"].map(own));
    assert_eq!(resumed(&hub, both, "b-1"), ["2", "b-2"].map(own));
    let ambiguous = gap("b-2", r#"{"after":"0","resumes_at":null,"lost":null}"#);
    assert_eq!(resumed(&hub, both, "0"), [ambiguous]);
    // The numbers of these events are not their ids.
    let no_id = gap("2", r#"{"after":"4","resumes_at":null,"lost":null}"#);
    assert_eq!(resumed(&hub, &["a"], "4"), [no_id]);
}

#[test]
fn no_event_has_the_id_of_a_place_between() {
    let hub = Hub::default();
    let message = Message::new("").id("~7").unwrap();
    let published = hub.publish_to("a", &message);
    assert_eq!(published, Err(PublishError::DuplicateId));
    assert_eq!(hub.stats().topics, 0);
}

#[test]
fn there_are_no_more_topics_than_allowed() {
    let hub = Hub::new(HubConfig::new().max_topics(2));
    let reader = follow(&hub, &["a"], None);
    let refused = hub.subscribe_to(["b", "c"], None);
    assert_eq!(refused.err(), Some(TooManyTopics));
    assert_eq!((hub.stats().topics, hub.stats().subscribers), (1, 1));
    publish(&hub, "b", "x");
    let message = Message::new("x");
    let refused = hub.publish_to("c", &message);
    assert_eq!(refused, Err(PublishError::TooManyTopics));
    assert_eq!(hub.publish_to("b", &message), Ok(2));
    assert_eq!(hub.publish_to("", &message), Ok(3));
    drop(reader);
    assert_eq!(hub.publish_to("c", &message), Ok(4));
}

#[test]
fn a_subscription_to_no_topic_is_over() {
    let hub = Hub::default();
    let mut reader = follow(&hub, &[], None);
    assert_eq!(read(&mut reader), (vec![], true));
    assert_eq!(hub.stats().subscribers, 1);
    drop(reader);
    assert_eq!(hub.stats().subscribers, 0);
}

#[test]
fn closing_ends_the_streams_of_all_topics() {
    let hub = Hub::default();
    let (counter, waker) = CountingWaker::new();
    let topics = |n: u32| [n.to_string(), "all".into()];
    let mut readers: Vec<_> = (0..1000)
        .map(|n| hub.subscribe_to(topics(n), None).unwrap())
        .collect();
    for reader in &mut readers {
        let mut cx = Context::from_waker(&waker);
        assert!(reader.poll_next(&mut cx).is_pending());
    }
    hub.close();
    assert_eq!(counter.woken(), 1000);
    assert!(readers.iter_mut().all(|reader| read(reader).1));
}

#[test]
fn each_topic_counts_for_itself() {
    let hub = Hub::new(HubConfig::new().max_frames(2));
    let mut reader = follow(&hub, &["a", "b"], None);
    for data in ["1", "2", "3"] {
        publish(&hub, "a", data);
    }
    hub.publish_to("b", &Message::comment("x")).unwrap();
    assert_eq!(read(&mut reader).0.len(), 4);
    let a = hub.topic_stats("a").unwrap();
    assert_eq!((a.published, a.delivered, a.subscribers), (3, 2, 1));
    assert_eq!((a.frames, a.bytes), (2, 2 * frame(1, "1").len()));
    let held = (a.oldest.as_deref(), a.newest.as_deref());
    assert_eq!(held, (Some("2"), Some("3")));
    let b = hub.topic_stats("b").unwrap();
    assert_eq!((b.published, b.delivered, b.frames), (1, 1, 1));
    assert_eq!(b.oldest, None);
    let all = hub.stats();
    assert_eq!((all.published, all.delivered, all.frames), (4, 3, 3));
}
