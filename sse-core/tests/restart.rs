//! One parser over several connections: what a new one forgets and what it keeps.
#![cfg(feature = "alloc")]

use core::time::Duration;

use sse_core::{ID_LIMIT, Parser, SliceBuffer, TooLarge};

#[path = "common/seen.rs"]
mod seen;

use seen::{Door, see};

#[test]
fn restart_forgets_what_is_half_read_wherever_the_stream_broke() {
    let broken =
        b"\xEF\xBB\xBFid: 1\nretry: 5\ndata: a\r\n\r\nevent: x\nid: 2\ndata: b\ndata: c\r\n\r\n";
    let first_event = b"\xEF\xBB\xBFid: 1\nretry: 5\ndata: a\r\n\r".len();
    for end in 0..broken.len() - 1 {
        let mut parser = Parser::new();
        let (before, _) = see(&mut parser, Door::Event, &broken[..end], []);
        parser.restart();
        assert!(!parser.has_unfinished());
        assert_eq!(parser.last_event_id(), before.last_event_id);
        assert_eq!(
            parser.retry().is_some(),
            end > b"\xEF\xBB\xBFid: 1\nretry: 5".len()
        );

        let (after, _) = see(&mut parser, Door::Event, b"\xEF\xBB\xBFdata: new\n\n", []);
        let id = if end < first_event { "" } else { "1" };
        let event = ("message".to_owned(), "new".to_owned(), id.to_owned());
        assert_eq!(after.events, [Ok(event)], "broken at {end}");
    }
}

#[test]
fn line_feed_after_a_broken_carriage_return_is_a_blank_line_of_the_new_stream() {
    let mut parser = Parser::new();
    assert_eq!(parser.next_event(&mut &b"data: a\r"[..]), Ok(None));
    parser.restart();
    let (seen, _) = see(&mut parser, Door::Event, b"\ndata: b\n\n", []);
    let event = ("message".to_owned(), "b".to_owned(), String::new());
    assert_eq!(seen.events, [Ok(event)]);
}

#[test]
fn restart_ends_the_skipping_of_a_large_event() {
    let mut parser = Parser::new().with_limit(2);
    assert_eq!(parser.next_event(&mut &b"data: abc\n"[..]), Err(TooLarge));
    assert!(parser.has_unfinished());
    parser.restart();
    let mut input = &b"data: d\n\n"[..];
    assert_eq!(parser.next_event(&mut input).unwrap().unwrap().data, "d");
}

#[test]
fn id_and_retry_outlive_connections_until_they_are_replaced() {
    let mut parser = Parser::new();
    let mut read = |stream: &[u8]| {
        parser.restart();
        let (seen, _) = see(&mut parser, Door::Event, stream, []);
        (seen.last_event_id, seen.retry)
    };
    let some = |id: &str, retry| (id.to_owned(), Some(retry));
    assert_eq!(read(b""), (String::new(), None));
    assert_eq!(read(b"id: 7\nretry: 9\n\n"), some("7", 9));
    assert_eq!(read(b"\n\ndata\n\nid: 8\nretry: 10"), some("7", 9));
    assert_eq!(read(b"retry: 11\r"), some("7", 11));
    assert_eq!(read(b"id\nretry\n\n"), some("", 11));
}

#[test]
fn seeded_id_stands_until_the_stream_sets_one() {
    let mut parser = Parser::new();
    parser.set_last_event_id("seed").unwrap();
    let mut input = &b"data: a\n\nid\ndata: b\n\n"[..];
    let event = parser.next_event(&mut input).unwrap().unwrap();
    assert_eq!((event.data, event.last_event_id), ("a", "seed"));
    let event = parser.next_event(&mut input).unwrap().unwrap();
    assert_eq!((event.data, event.last_event_id), ("b", ""));
}

#[test]
fn seeded_id_that_does_not_fit_leaves_none() {
    let mut parser = Parser::new();
    parser.set_last_event_id("1").unwrap();
    let long = "1".repeat(ID_LIMIT + 1);
    assert_eq!(parser.set_last_event_id(&long), Err(TooLarge));
    assert_eq!(parser.last_event_id(), "");

    let mut memory = [[0; 4]; 4];
    let [data, event_type, id, last] = memory.each_mut().map(|m| SliceBuffer::new(m));
    let mut parser = Parser::with_buffers(data, event_type, id, last);
    assert_eq!(parser.set_last_event_id("1234"), Ok(()));
    assert_eq!(parser.set_last_event_id("12345"), Err(TooLarge));
    assert_eq!(parser.last_event_id(), "");
}

#[test]
fn end_of_a_stream_is_clean_only_between_two_blocks() {
    for (stream, unfinished) in [
        (&b""[..], false),
        (b"\xEF\xBB\xBF", false),
        (b"\xEF\xBB", true),
        (b"data: a\n\n", false),
        (b"data: a\r\r", false),
        (b"data: a\r\n\r", false),
        (b"data: a\n", true),
        (b"data", true),
        (b"data\n", true),
        (b"id\n", true),
        (b"event: a\n", true),
        (b"id: 1\n\n:\nretry: 1\n", false),
        (b"data\n\n:", true),
    ] {
        for cut in 0..=stream.len() {
            for door in Door::ALL {
                let mut parser = Parser::new();
                see(&mut parser, door, stream, [cut]);
                let stream = stream.escape_ascii();
                assert_eq!(parser.has_unfinished(), unfinished, "{stream} {cut}");
            }
        }
    }
}

#[test]
fn retry_is_a_duration_of_any_length() {
    let mut parser = Parser::new();
    assert_eq!(parser.retry(), None);
    for (stream, milliseconds) in [
        (&b"retry: 0\n"[..], 0),
        (b"retry:0000000000000000000000001500\n", 1500),
        (b"retry: 18446744073709551615\n", u64::MAX),
        (b"retry: 99999999999999999999999999\n", u64::MAX),
    ] {
        assert_eq!(parser.next_event(&mut &*stream), Ok(None));
        assert_eq!(parser.retry(), Some(Duration::from_millis(milliseconds)));
    }
}
