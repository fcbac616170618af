//! The parser against the standard read naively: every kind of buffer, any cuts, any limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sse_core::{Buffer, Full, Item, ItemPlace, Parser, SliceBuffer, TooLarge};

mod cuts;
#[path = "../../sse-core/tests/common/limited.rs"]
mod limited;
#[path = "../../sse-core/tests/common/reference.rs"]
mod reference;
#[path = "../../sse-core/tests/common/seen.rs"]
mod seen;

use cuts::split_off_cuts;
use limited::{Limits, limited};
use reference::reference;
use seen::{Door, Seen, see};

// A stream, then cuts, then a byte for the limit.
fuzz_target!(|input: &[u8]| {
    let Some((limit, rest)) = input.split_last() else {
        return;
    };
    let (stream, cuts) = split_off_cuts(rest);
    let case = Case {
        stream,
        cuts: &cuts,
    };
    for door in Door::ALL {
        case.check_unlimited(door);
        case.check_limited(door, usize::from(*limit));
    }
    case.check_comments(usize::from(*limit));
    case.check_places(usize::from(*limit));
});

struct Case<'a> {
    stream: &'a [u8],
    cuts: &'a [usize],
}

impl Case<'_> {
    fn check_unlimited(&self, door: Door) {
        let mut parser = Parser::new();
        for _connection in 0..2 {
            let outcome = reference(self.stream, parser.last_event_id());
            let expected = Seen {
                events: outcome.events.into_iter().map(Ok).collect(),
                last_event_id: outcome.last_event_id,
                retry: outcome.retry.map(u128::from),
            };
            parser.restart();
            let (seen, _) = see(&mut parser, door, self.stream, self.cuts.iter().copied());
            assert_eq!(seen, expected);
        }
    }

    fn check_limited(&self, door: Door, limit: usize) {
        // Two IDs of one block stand in one buffer for a while.
        let watched = |most| Watched {
            bytes: Vec::new(),
            most,
        };
        self.check(
            Parser::with_buffers(
                watched(limit),
                watched(limit),
                watched(2 * limit),
                watched(2 * limit),
            )
            .with_limit(limit),
            door,
            Limits {
                data: limit,
                event_type: limit,
                id: limit,
                id_pair: usize::MAX,
            },
        );

        let mut memory = [[0; 255]; 4];
        let [data, event_type, id, last_event_id] = &mut memory;
        self.check(
            Parser::with_buffers(
                SliceBuffer::new(&mut data[..limit]),
                SliceBuffer::new(&mut event_type[..limit / 2]),
                SliceBuffer::new(&mut id[..limit]),
                SliceBuffer::new(&mut last_event_id[..limit / 4]),
            ),
            door,
            Limits {
                data: limit,
                event_type: limit / 2,
                id: usize::MAX,
                id_pair: limit / 4,
            },
        );

        self.check(
            Parser::with_buffers(
                heapless::Vec::<u8, 16>::new(),
                heapless::Vec::<u8, 8>::new(),
                heapless::Vec::new(),
                heapless::Vec::new(),
            ),
            door,
            Limits {
                data: 16,
                event_type: 8,
                id: usize::MAX,
                id_pair: 8,
            },
        );
    }

    /// Three connections: the first breaks off after a piece, the second brings all pieces, the
    /// third the whole stream at once.
    fn check<D: Buffer, F: Buffer>(&self, mut parser: Parser<D, F>, door: Door, limits: Limits) {
        let first = &self.stream[..self.cuts.first().copied().unwrap_or(self.stream.len())];
        let (seen, _) = see(&mut parser, door, first, []);
        assert_eq!(seen, limited(first, door, limits));

        let mut unfinished = Vec::new();
        for cuts in [self.cuts, &[]] {
            parser.restart();
            assert!(!parser.has_unfinished());
            assert_eq!(parser.set_last_event_id(""), Ok(()));
            let mut expected = limited(self.stream, door, limits);
            expected.retry = expected.retry.or(seen.retry);
            let (seen, _) = see(&mut parser, door, self.stream, cuts.iter().copied());
            assert_eq!(seen, expected);
            unfinished.push(parser.has_unfinished());
        }
        assert_eq!(unfinished[0], unfinished[1]);
    }

    /// Comments are handed out whole or in parts, as they came, whatever else is in the stream.
    fn check_comments(&self, limit: usize) {
        let mut parser = Parser::new().with_limit(limit);
        let mut comments: Vec<Vec<u8>> = Vec::new();
        let mut goes_on = false;
        for mut piece in self.pieces() {
            loop {
                match parser.next_item(&mut piece) {
                    Ok(Some(Item::Comment(comment))) => {
                        match comments.last_mut() {
                            Some(last) if goes_on => last.extend_from_slice(comment.text),
                            _ => comments.push(comment.text.to_owned()),
                        }
                        goes_on = !comment.ended;
                    }
                    Ok(Some(Item::Event(_))) | Err(TooLarge) => assert!(!goes_on),
                    Ok(None) => break,
                }
            }
        }
        let text = self.stream.strip_prefix(b"\xEF\xBB\xBF");
        let lines = text
            .unwrap_or(self.stream)
            .split(|byte| b"\r\n".contains(byte));
        let expected = lines.filter_map(|line| line.strip_prefix(b":"));
        // An empty one at the very end is not yet known to be one.
        assert!(
            expected.clone().eq(&comments) || expected.eq(comments.iter().chain([&Vec::new()]))
        );
    }

    /// A place leads to the event that would have been lent.
    fn check_places(&self, limit: usize) {
        let mut lending = Parser::new().with_limit(limit);
        let mut finding = Parser::new().with_limit(limit);
        for piece in self.pieces() {
            let (mut rest, mut at) = (piece, 0);
            loop {
                let lent = lending.next_item(&mut rest);
                let found = finding.find_item(piece, &mut at);
                let found = found.map(|place| {
                    place.map(|place| match place {
                        ItemPlace::Event(place) => Item::Event(finding.event_at(piece, place)),
                        ItemPlace::Comment(place) => Item::Comment(place.of(piece)),
                    })
                });
                assert_eq!(found, lent);
                let done = lent == Ok(None);
                assert_eq!(&piece[at..], rest);
                if done {
                    break;
                }
            }
        }
    }

    fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let starts = core::iter::once(0).chain(self.cuts.iter().copied());
        let ends = self.cuts.iter().copied().chain([self.stream.len()]);
        starts
            .zip(ends)
            .map(|(start, end)| &self.stream[start..end])
    }
}

/// Memory that could grow, were it not for the limit that the parser was told.
struct Watched {
    bytes: Vec<u8>,
    most: usize,
}

impl Buffer for Watched {
    fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    fn limit(&self) -> usize {
        usize::MAX
    }

    fn push_slice(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.bytes.extend_from_slice(bytes);
        assert!(self.bytes.len() <= self.most);
        Ok(())
    }

    fn resize(&mut self, len: usize) -> Result<(), Full> {
        assert!(len <= self.most);
        self.bytes.resize(len, 0);
        Ok(())
    }

    fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
    }
}
