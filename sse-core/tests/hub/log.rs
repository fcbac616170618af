//! The hub as one log: who gets which frame, and who is woken.

use std::{
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use sse_core::{Hub, HubConfig, Message, Overrun, Portion, PublishError, Subscription};

use crate::common::{
    CountingWaker, gap, numbered, publish_numbers, publish_with_id, read, small, text,
};

#[test]
fn every_position_of_the_log_is_resumed_without_loss_or_repetition() {
    for published in 1..=20 {
        let hub = small(8);
        publish_numbers(&hub, 1..=published);
        let oldest = published.saturating_sub(8) + 1;
        for had in oldest - 1..=published {
            let mut reader = hub.subscribe(Some(&had.to_string()));
            assert_eq!(read(&mut reader), (numbered(had + 1..=published), false));
        }
        assert_eq!(hub.stats().gaps, 0);
    }
}

#[test]
fn what_is_published_is_whole_whatever_its_length() {
    let hub = Hub::default();
    let mut reader = hub.subscribe(None);
    for len in [0, 10, 1000, 1016, 1017, 1018, 5000] {
        let data = "x".repeat(len);
        let displayed = hub.publish(&Message::display(&data)).unwrap();
        let text = hub.publish(&Message::new(&data)).unwrap();
        let expected = [displayed, text].map(|id| format!("id: {id}\ndata: {data}\n\n"));
        assert_eq!(read(&mut reader).0, expected);
    }
}

#[test]
fn an_id_the_log_does_not_know_gets_a_gap_and_live_events() {
    for (id, json) in [
        ("11", r#""11""#),
        ("18446744073709551615", r#""18446744073709551615""#),
        ("18446744073709551616", r#""18446744073709551616""#),
        ("08", r#""08""#),
        ("+8", r#""+8""#),
        ("8 ", r#""8 ""#),
        ("-1", r#""-1""#),
        ("\"\\\n\u{1}é", r#""\"\\\u000a\u0001é""#),
    ] {
        let hub = small(4);
        publish_numbers(&hub, 1..=10);
        let mut reader = hub.subscribe(Some(id));
        let data = format!(r#"{{"after":{json},"resumes_at":null,"lost":null}}"#);
        assert_eq!(read(&mut reader).0, [gap("10", &data)]);
        publish_numbers(&hub, 11..=11);
        assert_eq!(read(&mut reader).0, numbered(11..=11));
    }
}

#[test]
fn a_reconnect_with_the_id_of_a_gap_gets_no_other_gap() {
    let evicting = small(4);
    publish_numbers(&evicting, 1..=10);
    for (hub, stale, rebased, events) in [
        (Hub::default(), "7", "0", 0),
        (Hub::new(HubConfig::new().first_id(100)), "7000", "99", 0),
        (evicting.clone(), "whatever", "10", 0),
        (evicting, "1", "6", 4),
    ] {
        let (frames, _) = read(&mut hub.subscribe(Some(stale)));
        let id = format!("id: {rebased}");
        assert_eq!(frames[0].lines().nth(1), Some(&*id));
        assert_eq!(frames[1..].len(), events);
        assert_eq!(read(&mut hub.subscribe(Some(rebased))).0, frames[1..]);
    }
}

#[test]
fn numbers_go_on_from_a_log_that_was_kept() {
    let hub = Hub::new(HubConfig::new().first_id(501));
    for id in 501..=503 {
        assert_eq!(publish_with_id(&hub, &id.to_string()), Ok(id));
    }
    assert_eq!(hub.publish(&Message::new("504")), Ok(504));
    assert_eq!(read(&mut hub.subscribe(Some("502"))).0.len(), 2);
    assert_eq!(read(&mut hub.subscribe(Some("500"))).0.len(), 4);
    let (frames, _) = read(&mut hub.subscribe(Some("400")));
    assert_eq!(
        frames[0],
        gap("500", r#"{"after":"400","resumes_at":"501","lost":100}"#)
    );
    assert_eq!(frames.len(), 5);
}

#[test]
fn the_first_id_leaves_room_to_count() {
    for (asked, given) in [(0, 1), (1, 1), (u64::MAX, 1 << 63)] {
        let hub = Hub::new(HubConfig::new().first_id(asked));
        assert_eq!(hub.publish(&Message::new("")), Ok(given));
    }
}

#[test]
fn own_ids_are_resumed_from_while_they_are_held() {
    let hub = small(3);
    for id in ["a", "b", "c", "d", "e"] {
        publish_with_id(&hub, id).unwrap();
    }
    let frame = |id| format!("id: {id}\ndata: {id}\n\n");
    assert_eq!(
        read(&mut hub.subscribe(Some("b"))).0,
        ["c", "d", "e"].map(frame)
    );
    assert_eq!(read(&mut hub.subscribe(Some("d"))).0, ["e"].map(frame));
    for not_held in ["a", "4", "1"] {
        let (frames, _) = read(&mut hub.subscribe(Some(not_held)));
        let data = format!(r#"{{"after":"{not_held}","resumes_at":null,"lost":null}}"#);
        assert_eq!(frames, [gap("e", &data)]);
    }
}

#[test]
fn an_id_names_one_event() {
    let hub = small(3);
    publish_numbers(&hub, 1..=1);
    assert_eq!(publish_with_id(&hub, "x"), Ok(2));
    assert_eq!(publish_with_id(&hub, "x"), Err(PublishError::DuplicateId));
    assert_eq!(publish_with_id(&hub, "1"), Err(PublishError::DuplicateId));
    assert_eq!(publish_with_id(&hub, ""), Err(PublishError::EmptyId));
    assert_eq!(hub.stats().published, 2);
    publish_numbers(&hub, 3..=6);
    assert_eq!(publish_with_id(&hub, "x"), Ok(7));
}

#[test]
fn a_message_without_id_and_data_takes_no_number() {
    let hub = small(4);
    let retry = Message::empty().retry(Duration::from_secs(2));
    let mut reader = hub.subscribe(None);
    publish_numbers(&hub, 1..=1);
    assert_eq!(hub.publish(&Message::comment("hello")), Ok(1));
    assert_eq!(hub.publish(&retry), Ok(1));
    publish_numbers(&hub, 2..=2);
    let after_first = [": hello\n\n", "retry: 2000\n\n", "id: 2\ndata: 2\n\n"];
    assert_eq!(read(&mut reader).0[1..], after_first);
    assert_eq!(read(&mut hub.subscribe(Some("1"))).0, after_first);

    for _ in 0..4 {
        hub.publish(&retry).unwrap();
    }
    assert_eq!(hub.stats().oldest, None);
    assert_eq!(read(&mut hub.subscribe(Some("2"))).0.len(), 4);
    let (frames, _) = read(&mut hub.subscribe(Some("1")));
    assert_eq!(
        frames[0],
        gap("2", r#"{"after":"1","resumes_at":null,"lost":1}"#)
    );
}

#[test]
fn the_log_is_bounded_in_bytes() {
    let hub = Hub::new(HubConfig::new().max_bytes(100));
    let line = "x".repeat(17);
    for _ in 0..20 {
        hub.publish(&Message::new(&line)).unwrap();
        assert!(hub.stats().bytes <= 100);
    }
    let stats = hub.stats();
    assert_eq!(
        (stats.frames, stats.bytes),
        (3, 3 * "id: 20\ndata: \n\n".len() + 3 * 17)
    );
    assert_eq!(
        (stats.oldest.as_deref(), stats.newest.as_deref()),
        (Some("18"), Some("20"))
    );

    let huge = "x".repeat(200);
    assert_eq!(
        hub.publish(&Message::new(&huge)),
        Err(PublishError::TooLarge)
    );
    assert_eq!(hub.stats(), stats);
}

#[test]
fn a_reader_that_falls_off_gets_a_gap_and_goes_on() {
    let hub = small(4);
    let mut reader = hub.subscribe(None);
    publish_numbers(&hub, 1..=2);
    assert_eq!(read(&mut reader).0, numbered(1..=2));
    publish_numbers(&hub, 3..=9);
    let mut expected = vec![gap("5", r#"{"after":"2","resumes_at":"6","lost":3}"#)];
    expected.extend(numbered(6..=9));
    assert_eq!(read(&mut reader), (expected, false));
    let stats = hub.stats();
    assert_eq!((stats.gaps, stats.lagged, stats.delivered), (1, 3, 6));
}

#[test]
fn a_reader_that_falls_off_is_closed_if_so_configured() {
    let hub = Hub::new(HubConfig::new().max_frames(4).overrun(Overrun::Close));
    let mut reader = hub.subscribe(None);
    publish_numbers(&hub, 1..=5);
    assert_eq!(read(&mut reader), (vec![], true));
    assert_eq!(read(&mut reader), (vec![], true));
    let stats = hub.stats();
    assert_eq!((stats.gaps, stats.lagged), (0, 1));

    publish_numbers(&hub, 6..=6);
    let (frames, ended) = read(&mut hub.subscribe(Some("1")));
    assert_eq!(
        frames[0],
        gap("2", r#"{"after":"1","resumes_at":"3","lost":1}"#)
    );
    assert_eq!((frames.len(), ended), (5, false));
}

#[test]
fn a_batch_takes_what_is_there_up_to_its_limit() {
    let hub = small(4);
    publish_numbers(&hub, 1..=10);
    let mut cx = Context::from_waker(Waker::noop());
    let mut reader = hub.subscribe(Some("1"));
    let mut frames = Vec::new();
    assert_eq!(reader.poll_batch(&mut cx, &mut frames, 100), Poll::Ready(1));
    assert_eq!(reader.poll_batch(&mut cx, &mut frames, 3), Poll::Ready(3));
    assert_eq!(reader.poll_batch(&mut cx, &mut frames, 0), Poll::Ready(1));
    assert_eq!(reader.poll_batch(&mut cx, &mut frames, 3), Poll::Pending);
    assert_eq!(
        frames[1..].iter().map(text).collect::<Vec<_>>(),
        numbered(7..=10)
    );
    hub.close();
    assert_eq!(reader.poll_batch(&mut cx, &mut frames, 3), Poll::Ready(0));
}

#[test]
fn a_waiting_reader_is_woken_once_and_by_its_last_waker() {
    let hub = Hub::default();
    let (first, first_waker) = CountingWaker::new();
    let (last, last_waker) = CountingWaker::new();
    let mut reader = hub.subscribe(None);
    for waker in [&first_waker, &first_waker, &last_waker] {
        assert!(
            reader
                .poll_next(&mut Context::from_waker(waker))
                .is_pending()
        );
    }
    assert_eq!(
        (Arc::strong_count(&first), Arc::strong_count(&last)),
        (2, 3)
    );
    publish_numbers(&hub, 1..=3);
    assert_eq!((first.woken(), last.woken()), (0, 1));
}

#[test]
fn a_dropped_reader_leaves_at_once_and_frees_its_waker() {
    let hub = Hub::default();
    let (counter, waker) = CountingWaker::new();
    let mut reader = hub.subscribe(None);
    assert!(
        reader
            .poll_next(&mut Context::from_waker(&waker))
            .is_pending()
    );
    assert_eq!(
        (hub.stats().subscribers, Arc::strong_count(&counter)),
        (1, 3)
    );
    drop(reader);
    assert_eq!(
        (hub.stats().subscribers, Arc::strong_count(&counter)),
        (0, 2)
    );
    publish_numbers(&hub, 1..=1);
    assert_eq!(counter.woken(), 0);
}

#[test]
fn a_waker_may_use_the_hub() {
    struct Publishes(Hub);
    impl Wake for Publishes {
        fn wake(self: Arc<Self>) {
            self.0.publish(&Message::comment("from a waker")).unwrap();
        }
    }
    let hub = Hub::default();
    let waker = Waker::from(Arc::new(Publishes(hub.clone())));
    let mut reader = hub.subscribe(None);
    assert!(
        reader
            .poll_next(&mut Context::from_waker(&waker))
            .is_pending()
    );
    publish_numbers(&hub, 1..=1);
    assert_eq!(hub.stats().published, 2);
}

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

#[test]
fn readers_in_one_place_share_what_is_joined() {
    let hub = Hub::default();
    let mut readers = [(); 3].map(|()| hub.subscribe(None));
    let mut cx = Context::from_waker(Waker::noop());
    let mut joined = |reader: &mut Subscription, max| match reader.poll_joined(&mut cx, max) {
        Poll::Ready(frame) => frame,
        Poll::Pending => panic!("nothing there"),
    };
    publish_numbers(&hub, 1..=3);
    let frames: Vec<_> = readers
        .iter_mut()
        .map(|reader| joined(reader, 1000).unwrap())
        .collect();
    for frame in &frames {
        assert_eq!(text(frame), numbered(1..=3).concat());
        assert_eq!(frame.as_ref().as_ptr(), frames[0].as_ref().as_ptr());
    }
    // One alone is the frame itself, and what has grown is joined anew.
    publish_numbers(&hub, 4..=4);
    let alone = joined(&mut readers[0], 1000).unwrap();
    assert_eq!(text(&alone), numbered(4..=4).concat());
    publish_numbers(&hub, 5..=6);
    let [first, second, third] = &mut readers;
    assert_eq!(text(&joined(second, 30).unwrap()), numbered(4..=5).concat());
    assert_eq!(text(&joined(third, 30).unwrap()), numbered(4..=5).concat());
    publish_numbers(&hub, 7..=7);
    for reader in [second, third] {
        assert_eq!(
            text(&joined(reader, 1000).unwrap()),
            numbered(6..=7).concat()
        );
    }
    assert_eq!(
        text(&joined(first, 1000).unwrap()),
        numbered(5..=7).concat()
    );
    // A message that is too large comes alone.
    publish_numbers(&hub, 8..=8);
    assert_eq!(text(&joined(first, 1).unwrap()), numbered(8..=8).concat());
    assert_eq!(hub.stats().delivered, 3 * 7 + 1);
    hub.close();
    assert_eq!(joined(first, 1000), None);
}

#[test]
fn what_is_joined_ends_at_a_gap() {
    let hub = small(2);
    let mut readers = [(); 2].map(|()| hub.subscribe(None));
    publish_numbers(&hub, 1..=2);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(readers[0].poll_joined(&mut cx, 1000).is_ready());
    publish_numbers(&hub, 3..=5);
    let told = gap("3", r#"{"after":"2","resumes_at":"4","lost":1}"#);
    let told_all = gap("3", r#"{"after":null,"resumes_at":"4","lost":3}"#);
    for (reader, told) in readers.iter_mut().zip([told, told_all]) {
        for expected in [told, numbered(4..=5).concat()] {
            match reader.poll_joined(&mut cx, 1000) {
                Poll::Ready(Some(frame)) => assert_eq!(text(&frame), expected),
                other => panic!("{other:?}"),
            }
        }
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

fn portion(reader: &mut Subscription) -> Option<Portion> {
    match reader.poll_portion(&mut Context::from_waker(Waker::noop()), 1000) {
        Poll::Ready(portion) => portion,
        Poll::Pending => panic!("nothing there"),
    }
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
