//! A parser in fixed memory, by random streams: with and without a heap beside it, and with every
//! loop it may have.

use sse_core::{ItemPlace, Parser, SliceBuffer};

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
fn what_is_too_large_is_reported_the_same_for_every_cutting() {
    with_random_buffers(4, |random, mut parser, limits| {
        let stream = streams::stream(random, 24);
        let cuts = streams::cuts(random, stream.len());
        let door = Door::ALL[random.below(4)];
        let (seen, _) = see(&mut parser, door, &stream, cuts.iter().copied());
        let expected = limited(&stream, door, limits);
        let stream = stream.escape_ascii();
        assert_eq!(seen, expected, "{stream} {door:?} {cuts:?} {limits:?}");
    });
}

#[test]
fn what_is_before_the_place_that_is_read_from_does_not_matter() {
    with_random_buffers(5, |random, mut parser, limits| {
        let stream = streams::stream(random, 24);
        let cuts = streams::cuts(random, stream.len());
        let (mut seen, mut start) = (Seen::default(), 0);
        for end in cuts.iter().copied().chain([stream.len()]) {
            let before = [&b""[..], b"\r", b"\n", b"data: x\r"][random.below(4)];
            let input = [before, &stream[start..end]].concat();
            let mut at = before.len();
            loop {
                let found = parser.find_item(&input, &mut at);
                match found.transpose() {
                    Some(Ok(ItemPlace::Comment(_))) => {}
                    Some(Ok(ItemPlace::Event(place))) => {
                        let event = parser.event_at(&input, place);
                        let texts = [event.event_type, event.data, event.last_event_id];
                        let [event_type, data, id] = texts.map(str::to_owned);
                        seen.events.push(Ok((event_type, data, id)));
                    }
                    Some(Err(too_large)) => seen.events.push(Err(too_large)),
                    None => break,
                }
            }
            // Nothing more has come.
            assert_eq!(parser.find_item(before, &mut before.len()), Ok(None));
            start = end;
        }
        parser.last_event_id().clone_into(&mut seen.last_event_id);
        seen.retry = parser.retry().map(|time| time.as_millis());
        let expected = limited(&stream, Door::Event, limits);
        let stream = stream.escape_ascii();
        assert_eq!(seen, expected, "{stream} {cuts:?} {limits:?}");
    });
}

/// Gives `check` many parsers of random sizes, and what fits into them.
fn with_random_buffers(
    seed: u64,
    mut check: impl FnMut(&mut Random, Parser<SliceBuffer<'_>>, Limits),
) {
    let mut random = Random(seed);
    let mut memory = [[0; 12]; 4];
    for _ in 0..100_000 {
        let limit = random.below(16);
        let sizes = [(); 4].map(|()| random.below(13));
        let limits = Limits {
            data: limit.min(sizes[0]),
            event_type: limit.min(sizes[1]),
            id: limit,
            id_pair: sizes[2].min(sizes[3]),
        };
        let mut sizes = sizes.into_iter();
        let [data, event_type, id, last] = memory
            .each_mut()
            .map(|memory| SliceBuffer::new(&mut memory[..sizes.next().unwrap_or(0)]));
        let parser = Parser::with_buffers(data, event_type, id, last).with_limit(limit);
        check(&mut random, parser, limits);
    }
}
