//! The parser reads a stream as the standard does, however it is cut.
#![cfg(feature = "alloc")]

use sse_core::{Buffer, Parser, SliceBuffer};

#[cfg(feature = "std")]
#[path = "common/body.rs"]
mod body;
#[allow(dead_code, reason = "text is for the encoder's tests")]
#[path = "common/random.rs"]
mod random;
#[path = "common/reference.rs"]
mod reference;
#[path = "common/seen.rs"]
mod seen;
#[path = "common/streams.rs"]
mod streams;

use random::Random;
use reference::reference;
use seen::{Door, Seen, see};

#[test]
fn random_streams_in_random_pieces_are_read_as_the_reference_reads_them() {
    agree_on_random_streams(1, 100_000);
}

#[test]
#[ignore = "meant for release mode"]
fn millions_of_random_streams_are_read_as_the_reference_reads_them() {
    agree_on_random_streams(2, 5_000_000);
}

fn agree_on_random_streams(seed: u64, count: usize) {
    let mut random = Random(seed);
    let mut memory = [[0; 1024]; 4];
    for n in 0..count {
        let stream = streams::stream(&mut random, 30);
        let cuts = streams::cuts(&mut random, stream.len());
        let door = Door::ALL[random.below(4)];
        let last_event_id = ["", "earlier"][random.below(2)];
        let expected = expected(&stream, last_event_id);
        let seen = if random.below(2) == 0 {
            see_from(Parser::new(), last_event_id, door, &stream, &cuts)
        } else {
            let [data, event_type, id, last] = memory.each_mut().map(|m| SliceBuffer::new(m));
            let parser = Parser::with_buffers(data, event_type, id, last);
            see_from(parser, last_event_id, door, &stream, &cuts)
        };
        #[cfg(feature = "std")]
        if last_event_id.is_empty() {
            let of_body = body::events_of(&stream, &cuts);
            assert_eq!(of_body, expected.events, "stream {n}: {cuts:?}");
        }
        let stream = stream.escape_ascii();
        assert_eq!(seen, expected, "stream {n}: {stream} {door:?} {cuts:?}");
    }
}

#[test]
fn more_than_is_checked_ahead_is_read_as_the_reference_reads_it() {
    let mut random = Random(5);
    for size in [1, 10, 300] {
        let text = format!("data: {}\n\n", "\u{20AC} text ".repeat(size)).repeat(30_000 / size);
        let odd = (0..1000).flat_map(|_| streams::stream(&mut random, 30));
        let mut stream: Vec<u8> = text.bytes().chain(odd).collect();
        stream.extend_from_within(..);
        let expected = expected(&stream, "");
        for door in Door::ALL {
            let half = stream.len() / 2 - 1;
            let seen = see_from(Parser::new(), "", door, &stream, &[half]);
            assert!(seen == expected, "{door:?}, {size}");
        }
    }
}

#[test]
fn every_way_to_cut_a_stream_in_three_is_the_same() {
    for stream in NASTY {
        let expected = expected(stream, "");
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                for door in Door::ALL {
                    let cuts = [first, second];
                    let seen = see_from(Parser::new(), "", door, stream, &cuts);
                    let stream = stream.escape_ascii();
                    assert_eq!(seen, expected, "{stream} {door:?} {cuts:?}");
                }
            }
        }
    }
}

fn expected(stream: &[u8], last_event_id: &str) -> Seen {
    let outcome = reference(stream, last_event_id);
    Seen {
        events: outcome.events.into_iter().map(Ok).collect(),
        last_event_id: outcome.last_event_id,
        retry: outcome.retry.map(u128::from),
    }
}

fn see_from<D: Buffer, F: Buffer>(
    mut parser: Parser<D, F>,
    last_event_id: &str,
    door: Door,
    stream: &[u8],
    cuts: &[usize],
) -> Seen {
    parser.set_last_event_id(last_event_id).unwrap();
    see(&mut parser, door, stream, cuts.iter().copied()).0
}

const NASTY: &[&[u8]] = &[
    b"\xEF\xBB\xBFdata: a\r\n\r\ndata: b\n\rdata: c\r\r",
    b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\ndata: b\n\n",
    b"\xEF\xBBdata: a\n\ndata: b\n\n",
    b"\xEF\xBB\n\ndata\n\n",
    b"\xEF\r\rdata\r\r",
    b"\xEF\xBB\xBF\r\n\xEF\xBB\xBF\ndata:\n\n",
    b"data: \xE2\x82\xAC\xE2\x82\ndata:\xF0\x9F\x8C\n\xF0: x\n\n",
    b"event: \xFF\xFE\nid: \xC3\nid: a\0\xC3\ndata: \xED\xA0\x80\n\n",
    b"id: 1\nid: 2\0\n\ndata: a\nid: 3\0\nid: 4\nid: \0\n\ndata\n\n",
    b"id: kept\nid:\0dropped\nid: drop\0ped\ndata: x\n\n",
    b"id\n\nid: 5\n\nid: 6\ndata: x\r\rid: unfinished\n",
    b"id: 7\ndata: x\n\nid\ndata: y\n\ndata: z\n\n",
    b"event: a\nevent: b\nevent\ndata: x\n\nevent: c\n\ndata: y\n\n",
    b"event: a\nevent: b\ndata\nevent:  c \ndata: x\n\n",
    b"data\ndata:\ndata: \ndata:  \ndata::\ndata: :\n\n",
    b"data:a\rdata:b\r\ndata:c\n\rdata:d\r\n\r\n\r\r\n\n",
    b"datas: a\ndat: b\nData: c\n data: d\ndata : e\ndata: f\n\n",
    b"retry: 10\nretry: 1x\nretry: x1\nretry:\nretry\nretry:  3\nretry: 020\n",
    b"retry: 18446744073709551616\nretry: 5 \ndata: a\n\nretry: 3",
    b":data: a\n: event: b\n:\n::\ndata: c\n:d\n\n:e\r\r",
    b"\n\n\r\r\r\n\r\ndata: a\n\n\n\n\r\ndata: b\n\n",
];
