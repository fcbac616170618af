//! What one reader takes for others that stand where it stood.

use std::task::{Context, Poll, Waker};

use sse_core::{Hub, HubConfig, Message, Overrun, Portion, Subscription};

use crate::common::{gap, numbered, publish_numbers, read, small, text};

fn portion(reader: &mut Subscription) -> Option<Portion> {
    match reader.poll_portion(&mut Context::from_waker(Waker::noop()), 1000) {
        Poll::Ready(portion) => portion,
        Poll::Pending => panic!("nothing there"),
    }
}

#[test]
fn a_portion_is_shared_with_who_stands_where_it_was_taken() {
    let (hub, other) = (Hub::default(), Hub::default());
    let mut cx = Context::from_waker(Waker::noop());
    publish_numbers(&hub, 1..=2);
    publish_numbers(&other, 1..=2);
    let mut first = hub.subscribe(None);
    let mut beside = hub.subscribe(Some("2"));
    let strangers = [
        hub.subscribe(Some("1")),
        hub.subscribe(Some("nonsense")),
        hub.subscribe_to(["", "a"], None).unwrap(),
        hub.subscribe_to(["a"], None).unwrap(),
        other.subscribe(None),
    ];
    assert!(beside.is_beside(&first));
    assert_eq!(beside.feed(), first.feed());
    let feeds = strangers.each_ref().map(Subscription::feed);
    let shared = feeds.map(|feed| feed.map(|feed| Some(feed) == first.feed()));
    let [yes, no] = [Some(true), Some(false)];
    assert_eq!(shared, [yes, yes, None, no, no]);

    publish_numbers(&hub, 3..=4);
    let portion = portion(&mut first).unwrap();
    assert_eq!(text(portion.frame()), numbered(3..=4).concat());
    assert!(portion.is_for_all());
    assert!(!beside.is_beside(&first));
    let mut sharing = portion.share();
    for mut stranger in strangers {
        assert!(!stranger.is_beside(&beside) && !portion.is_next_of(&stranger));
        assert!(!sharing.with(&mut stranger));
    }
    assert!(sharing.with(&mut beside));
    assert!(!sharing.with(&mut beside));
    drop(sharing);
    assert!(beside.is_beside(&first));
    let counts = [
        hub.stats().delivered,
        hub.topic_stats("").unwrap().delivered,
    ];
    assert_eq!(counts, [4, 4]);
    assert!(first.poll_portion(&mut cx, 1000).is_pending());
    assert_eq!(read(&mut beside), (Vec::new(), false));
}

#[test]
fn who_was_shared_with_is_told_of_a_gap_as_who_took() {
    let hub = small(2);
    let mut readers = [(); 2].map(|()| hub.subscribe_to(["t"], None).unwrap());
    let publish = |id: &str| {
        let message = Message::new(id).id(id).unwrap();
        hub.publish_to("t", &message).unwrap();
        hub.publish(&Message::new("elsewhere")).unwrap();
    };
    ["a", "b"].into_iter().for_each(publish);
    let [first, second] = &mut readers;
    assert!(portion(first).unwrap().share().with(second));
    ["c", "d", "e"].into_iter().for_each(publish);
    let told = gap("c", r#"{"after":"b","resumes_at":"d","lost":1}"#);
    for reader in [first, second] {
        let portion = portion(reader).unwrap();
        assert_eq!(text(portion.frame()), told);
        assert!(!portion.is_for_all());
    }
}

#[test]
fn who_was_shared_with_falls_off_as_who_took() {
    let hub = Hub::new(HubConfig::new().max_frames(2).overrun(Overrun::Close));
    publish_numbers(&hub, 1..=3);
    let mut readers = [(); 2].map(|()| hub.subscribe(Some("0")));
    for reader in &mut readers {
        assert!(!portion(reader).unwrap().is_for_all());
    }
    let [first, second] = &mut readers;
    assert!(portion(first).unwrap().share().with(second));
    publish_numbers(&hub, 4..=6);
    for reader in readers.iter_mut() {
        assert!(portion(reader).is_none());
    }
}
