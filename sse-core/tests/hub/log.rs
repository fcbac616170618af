//! The hub as one log: what it holds, and who gets which frame.

use std::time::Duration;

use sse_core::{Hub, HubConfig, Message, Overrun, PublishError};

use crate::common::{gap, numbered, publish_numbers, publish_with_id, read, small};

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
