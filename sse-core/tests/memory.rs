//! What the parser copies, allocates and holds.
#![cfg(feature = "alloc")]

use sse_core::{Chunk, ID_LIMIT, Parser, TooLarge};

#[path = "common/allocator.rs"]
mod allocator;

use allocator::{allocations, held, peak};

#[test]
fn event_that_lies_whole_in_the_input_is_lent_from_it() {
    for (stream, ends_with_data) in [
        ("data: lent\n\n", true),
        ("\u{FEFF}event: lent\r\nid: 1\r\ndata:lent\r\n\r\n", true),
        (":\rretry: 1\rdata: \u{20AC}\rid: 2\revent: e\r\r", false),
    ] {
        let within = |text: &[u8]| {
            let (outer, inner) = (stream.as_bytes().as_ptr_range(), text.as_ptr_range());
            outer.start <= inner.start && inner.end <= outer.end
        };
        let mut input = stream.as_bytes();
        let mut parser = Parser::new();
        let event = parser.next_event(&mut input).unwrap().unwrap();
        let lends_data = cfg!(feature = "std") || ends_with_data;
        assert_eq!(within(event.data.as_bytes()), lends_data, "{stream}");
        let lends_types = cfg!(feature = "std") && event.event_type != "message";
        assert_eq!(within(event.event_type.as_bytes()), lends_types, "{stream}");

        let mut input = stream.as_bytes();
        let mut parser = Parser::new();
        let event = parser.next_raw(&mut input).unwrap().unwrap();
        assert_eq!(within(event.data), lends_data, "{stream}");
        assert_eq!(within(event.event_type), lends_types, "{stream}");
    }
}

#[test]
fn data_is_lent_though_the_type_came_in_an_earlier_input() {
    let mut parser = Parser::new();
    let early = parser.next_event(&mut &b"event: early\nid: 2\n"[..]);
    assert_eq!(early, Ok(None));

    let mut input = &b"data: lent\n\n"[..];
    let memory = input.as_ptr_range();
    let event = parser.next_event(&mut input).unwrap().unwrap();
    assert_eq!((event.event_type, event.last_event_id), ("early", "2"));
    assert!(memory.contains(&event.data.as_ptr()));
}

#[test]
fn events_after_the_first_few_allocate_nothing() {
    let lines = "data: first\r\ndata: second\r\n\r\n".repeat(20);
    for stream in [
        "data: a\n\n",
        "event: tick\nid: 1\ndata: a\n\nid: 23\ndata: b\n\n",
        "event: a type of some length\ndata: a\ndata: b\n\n",
        "id: 1\nid: 2\nid: 3\0\nretry: 10\ndata\n\nid\n\n",
        ": comment\nname: value\ndata: \u{20AC}\n:\n\n",
        &lines,
    ] {
        for size in [1, 3, 10, stream.len()] {
            let mut parser = Parser::new();
            let mut round = || {
                for mut input in stream.as_bytes().chunks(size) {
                    while let Some(event) = parser.next_event(&mut input).unwrap() {
                        assert!(!event.event_type.is_empty());
                    }
                }
            };
            round();
            round();
            let (count, ()) = allocations(|| (0..100).for_each(|_| round()));
            assert_eq!(count, 0, "{stream:?} in pieces of {size}");
        }
    }
}

#[test]
fn text_that_needs_repair_allocates_nothing_either() {
    let stream = b"event: \xFF\xFE\nid: \xC3\ndata: \xE2\x82 \xFF\xFF\xFF\xFF\n\n";
    for size in [1, 4, stream.len()] {
        let mut parser = Parser::new();
        let mut round = || {
            for mut input in stream.chunks(size) {
                while parser.next_item(&mut input).unwrap().is_some() {}
            }
        };
        round();
        round();
        let (count, ()) = allocations(|| (0..100).for_each(|_| round()));
        assert_eq!(count, 0, "pieces of {size}");
    }
}

#[test]
fn large_events_one_after_another_allocate_nothing() {
    let stream = format!("data: {}\n\n", "x".repeat(1 << 18));
    for size in [1, 64, 1460, 16 * 1024] {
        for looks in [&[false][..], &[true], &[true, false]] {
            let mut parser = Parser::new();
            let mut round = || {
                for look in looks {
                    assert_eq!(data_len(&mut parser, &stream, size, *look), 1 << 18);
                }
            };
            round();
            round();
            let (count, ()) = allocations(|| (0..3).for_each(|_| round()));
            assert_eq!(count, 0, "pieces of {size}, looked at ahead: {looks:?}");
        }
    }
}

#[test]
fn long_line_takes_half_its_length_more_at_most() {
    for len in [100_000, 1 << 20, 3_000_000] {
        let stream = format!("data: {}\n\n", "x".repeat(len));
        for size in [64, 1460, 16 * 1024] {
            for look in [false, true] {
                let mut parser = Parser::new();
                let (most, ()) = peak(|| {
                    assert_eq!(data_len(&mut parser, &stream, size, look), len);
                });
                assert!(
                    most <= len / 2 * 3,
                    "{len} in pieces of {size}, looked at ahead: {look}: {most}"
                );
            }
        }
    }
}

#[test]
fn long_line_that_is_no_text_is_held_beside_its_text() {
    let (len, text_len) = (1 << 20, 2 << 20);
    let stream = [b"data: ", &*b"a\xFF".repeat(len / 2), b"\n\n"].concat();
    for size in [64, 1460, 16 * 1024] {
        let mut parser = Parser::new();
        let (most, lent) = peak(|| {
            let mut lent = 0;
            for piece in stream.chunks(size) {
                let mut chunk = Chunk::new(piece);
                while let Some(event) = parser.next_event(&mut chunk).unwrap() {
                    lent += event.data.len();
                }
            }
            lent
        });
        assert_eq!(lent, text_len);
        assert!(most <= len / 2 * 3 + text_len, "pieces of {size}: {most}");
    }
}

/// Reads events in pieces of `size`, as chunks that are looked at ahead or as slices.
fn data_len(parser: &mut Parser, stream: &str, size: usize, look: bool) -> usize {
    let mut len = 0;
    for mut slice in stream.as_bytes().chunks(size) {
        let mut chunk = Chunk::new(slice);
        while let Some(event) = match look {
            true => parser.next_event(&mut chunk).unwrap(),
            false => parser.next_event(&mut slice).unwrap(),
        } {
            len += event.data.len();
        }
    }
    len
}

#[test]
fn memory_of_a_large_event_is_given_back_with_the_next() {
    let long = "x".repeat(ID_LIMIT);
    for stream in [
        format!("data: {}\ndata\n\n", long.repeat(20)),
        format!("event: {}\ndata\n\n", long.repeat(20)),
        format!("id: {long}\ndata\n\nid: 1\n\n"),
        format!("id: {long}\nid: {long}\ndata\n\nid: 1\n\n"),
    ] {
        for size in [1400, stream.len()] {
            let before = held();
            let mut parser = Parser::new();
            for mut input in stream.as_bytes().chunks(size) {
                while parser.next_event(&mut input).unwrap().is_some() {}
            }
            // Buffers of IDs that are copied change places.
            for _ in 0..if cfg!(feature = "std") { 2 } else { 4 } {
                let mut small = &b"event: a\nid: b\ndata: c\ndata: d\n\n"[..];
                parser.next_event(&mut small).unwrap();
            }
            let kept = held() - before;
            assert!(
                kept <= 4 * KEPT,
                "{:.20} in pieces of {size}: {kept}",
                stream
            );
        }
    }
}

#[test]
fn line_without_end_holds_no_more_than_the_limit_asks_for() {
    const LIMIT: usize = 1024 * 1024;
    for (start, most) in [
        ("data: ", 2 * LIMIT),
        ("data\ndata: ", 2 * LIMIT),
        ("event: ", 2 * LIMIT),
        ("id: ", 2 * ID_LIMIT),
        ("id: 1\nid: ", 2 * ID_LIMIT),
        ("retry: 1", 0),
        (": ", 0),
        ("name", 0),
        ("name: ", 0),
    ] {
        let piece = [b'0'; 1400];
        let mut parser = Parser::new().with_limit(LIMIT);
        let (bytes, errors) = peak(|| {
            assert_eq!(parser.next_event(&mut start.as_bytes()), Ok(None));
            let large = |_: &usize| parser.next_event(&mut &piece[..]) == Err(TooLarge);
            (0..4 * LIMIT / piece.len()).filter(large).count()
        });
        assert!(bytes <= most, "{start:?}: {bytes}");
        assert_eq!(errors, usize::from(most > 0), "{start:?}");
    }
}

/// What each of a parser's four buffers may keep from a large event.
const KEPT: usize = 64 * 1024;
