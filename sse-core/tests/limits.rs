//! What is too large is reported once, skipped and forgotten; what is not costs no memory.
#![cfg(feature = "alloc")]

use std::iter;

use sse_core::{Buffer, ID_LIMIT, Parser, SliceBuffer, TooLarge};

#[path = "common/limited.rs"]
mod limited;
#[allow(dead_code, reason = "text is for the encoder's tests")]
#[path = "common/random.rs"]
mod random;
#[path = "common/seen.rs"]
mod seen;
#[path = "common/streams.rs"]
mod streams;

use limited::{Limits, limited};
use random::Random;
use seen::{Door, Seen, see};

#[test]
fn growing_buffers_report_the_same_for_every_cutting() {
    let mut random = Random(3);
    for _ in 0..50_000 {
        let limit = random.below(12);
        let limits = Limits {
            data: limit,
            event_type: limit,
            id: limit,
            id_pair: usize::MAX,
        };
        check_random_stream(&mut random, limits, Parser::new().with_limit(limit));
    }
}

fn check_random_stream<D: Buffer, F: Buffer>(
    random: &mut Random,
    limits: Limits,
    mut parser: Parser<D, F>,
) {
    let stream = streams::stream(random, 24);
    let cuts = streams::cuts(random, stream.len());
    let door = Door::ALL[random.below(4)];
    let (seen, _) = see(&mut parser, door, &stream, cuts.iter().copied());
    assert_eq!(
        seen,
        limited(&stream, door, limits),
        "{} {door:?} {cuts:?} {limits:?}",
        stream.escape_ascii(),
    );
}

#[test]
fn event_of_exactly_the_limit_passes_and_of_one_byte_more_does_not() {
    for (stream, size) in [
        (&b"data: abcd\n\n"[..], 4_usize),
        (b"data:  ab \n\n", 4),
        (b"data: a\ndata: b\n\n", 3),
        (b"data: abcd\ndata\n\n", 5),
        (b"data\n\n", 0),
        (b"data\ndata\n\n", 1),
        (b"data\ndata:\ndata\ndata: \n\n", 3),
        (b"data: \xFF\n\n", 3),
        (b"data: \xF0\x9F\x8C\n\n", 3),
        (b"data: \xC3\ndata: a\xFF\xFF\n\n", 11),
        (b"event: tick\ndata\n\n", 4),
        (b"event: \xFF\ndata\n\n", 3),
        (b"id: 1234\ndata\n\n", 4),
        (b"id: 1234\n\n", 4),
        (b"id: \xE2\x82\ndata\n\n", 3),
    ] {
        let mut memory = [[0; 16]; 4];
        let cuttings = iter::once(Vec::new())
            .chain([(1..stream.len()).collect()])
            .chain((0..stream.len()).map(|offset| vec![offset]));
        for cuts in cuttings {
            for limit in [size.checked_sub(1), Some(size)].into_iter().flatten() {
                let parser = Parser::new().with_limit(limit);
                let growing = errors(parser, stream, &cuts);
                let [data, event_type, id, last] = memory
                    .each_mut()
                    .map(|memory| SliceBuffer::new(&mut memory[..limit]));
                let parser = Parser::with_buffers(data, event_type, id, last);
                let fixed = errors(parser, stream, &cuts);
                let expected = usize::from(limit < size);
                let stream = stream.escape_ascii();
                assert_eq!(growing, expected, "{stream} {limit} {cuts:?}");
                assert_eq!(fixed, expected, "{stream} {limit} {cuts:?}");
            }
        }
    }
}

fn errors<D: Buffer, F: Buffer>(mut parser: Parser<D, F>, stream: &[u8], cuts: &[usize]) -> usize {
    let (seen, _) = see(&mut parser, Door::Event, stream, cuts.iter().copied());
    seen.events.iter().filter(|event| event.is_err()).count()
}

#[test]
fn large_event_is_reported_once_with_the_byte_that_is_too_much() {
    let stream =
        b"data: 12345678\ndata: 9\ndata: 10\nevent: 123456789\nid: 123456789\n\ndata: b\n\n";
    let mut parser = Parser::new().with_limit(7);
    let (seen, due) = see(&mut parser, Door::Event, stream, 1..stream.len());
    let event = ("message".to_owned(), "b".to_owned(), String::new());
    assert_eq!(seen.events, [Err(TooLarge), Ok(event)]);
    assert_eq!(due, [b"data: 12345678".len(), stream.len()]);
}

#[test]
fn large_event_keeps_its_id_to_itself_and_its_retry_not() {
    let stream = b"id: 1\ndata: a\n\n\
        id: 2\nretry: 10\ndata: 123456789\nretry: 20\nid: 3\nevent: x\n\n\
        data: b\n\n";
    for offset in 0..stream.len() {
        let mut parser = Parser::new().with_limit(8);
        let (seen, _) = see(&mut parser, Door::Event, stream, [offset]);
        let event = |data: &str| Ok(("message".to_owned(), data.to_owned(), "1".to_owned()));
        let expected = Seen {
            events: vec![event("a"), Err(TooLarge), event("b")],
            last_event_id: "1".to_owned(),
            retry: Some(20),
        };
        assert_eq!(seen, expected);
    }
}

#[test]
fn each_id_of_a_block_may_have_the_limit() {
    let stream = b"id: 1234\nid: 5678\n\n";
    for offset in 0..stream.len() {
        let mut parser = Parser::new().with_limit(4);
        let (seen, _) = see(&mut parser, Door::Event, stream, [offset]);
        assert_eq!((seen.events, &*seen.last_event_id), (vec![], "5678"));
    }
}

#[test]
fn id_is_limited_whatever_the_limit_of_an_event() {
    for (len, last_event_id) in [(ID_LIMIT, ID_LIMIT), (ID_LIMIT + 1, 0)] {
        let id = "1".repeat(len);
        let stream = format!("id: {id}\n\n");
        for cuts in [None, Some(ID_LIMIT)] {
            let mut parser = Parser::new().with_limit(usize::MAX);
            let (seen, _) = see(&mut parser, Door::Event, stream.as_bytes(), cuts);
            assert_eq!(seen.last_event_id.len(), last_event_id);
        }
        let adopted = Parser::new().set_last_event_id(&id);
        assert_eq!(adopted.is_ok(), last_event_id > 0);
    }
}

#[test]
fn a_type_that_another_has_replaced_does_not_count() {
    // As text the first would have 10 bytes.
    let stream = b"event: msgF\xFF\xFF\ndata\ndata\nevent: msg\n\n";
    for cut in 0..stream.len() {
        let mut parser = Parser::new().with_limit(8);
        let (seen, _) = see(&mut parser, Door::Event, stream, [cut]);
        let event = ("msg".to_owned(), "\n".to_owned(), String::new());
        assert_eq!(seen.events, [Ok(event)], "cut at {cut}");
    }
}

#[test]
fn comments_and_unknown_fields_of_any_length_need_no_memory() {
    let long = "x".repeat(100_000);
    let stream = format!(":{long}\n{long}\n{long}:{long}\ndatas: {long}\n\ndata\n\n: {long}");
    for step in [1000, 4096, stream.len()] {
        let nothing = || SliceBuffer::new(&mut []);
        let mut parser = Parser::with_buffers(nothing(), nothing(), nothing(), nothing());
        let cuts = (0..stream.len()).step_by(step);
        let (seen, _) = see(&mut parser, Door::Item, stream.as_bytes(), cuts);
        let event = ("message".to_owned(), String::new(), String::new());
        assert_eq!(seen.events, [Ok(event)]);
    }
}

#[test]
fn a_reconnection_time_is_exact_up_to_the_longest() {
    let max = u128::from(u64::MAX);
    for time in [
        max / 10,
        max / 10 + 1,
        max - 6,
        max - 5,
        max - 1,
        max,
        max + 1,
        10 * max,
    ] {
        let mut parser = Parser::new();
        let stream = format!("retry: {time}\n");
        assert_eq!(parser.next_event(&mut stream.as_bytes()), Ok(None));
        let retry = parser.retry().map(|retry| retry.as_millis());
        assert_eq!(retry, Some(time.min(max)), "{stream}");
    }
}
