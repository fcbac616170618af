//! The conformance vectors on the target, through fixed buffers.
//!
//! Those that are too long for any buffer here are made piece by piece as they are read; what they
//! hold that does not fit must be reported, and the stream go on.
#![no_std]
#![no_main]

use semihosting::{println, process::exit};
use sse_core::{Event, Parser, SliceBuffer, TooLarge};

include!(concat!(env!("OUT_DIR"), "/vectors.rs"));

pub struct Vector {
    name: &'static str,
    /// What the stream consists of, and how often.
    parts: &'static [(&'static [u8], usize)],
    splits: &'static [usize],
    events: &'static [Expected],
    last_event_id: &'static str,
    /// In milliseconds; any of them.
    retries: &'static [Option<u128>],
    /// Or some 2^k - 1 from 2^31 - 1 up, less than the first of them.
    may_saturate: bool,
}

pub struct Expected {
    event_type: Text,
    data: Text,
    id: &'static str,
}

pub enum Text {
    Spelled(&'static str),
    /// Of this many bytes.
    Long(usize),
}

#[board::entry]
fn main() -> ! {
    let (mut runs, mut events, mut too_large) = (0, 0, 0);
    for vector in VECTORS {
        let mut run = |cuts: &mut dyn Iterator<Item = usize>| {
            let seen = vector.check(cuts);
            runs += 1;
            events += seen.0;
            too_large += seen.1;
        };
        let len = vector.len();
        run(&mut core::iter::empty());
        run(&mut vector.splits.iter().copied());
        if len <= LONGEST_BYTEWISE {
            run(&mut (1..len));
        }
        let step = match len {
            0..=1024 => 1,
            _ => len / 8,
        };
        for offset in (0..=len).step_by(step) {
            run(&mut core::iter::once(offset));
        }
    }
    println!(
        "{} vectors in {runs} cuttings: {events} events, {too_large} too large",
        VECTORS.len()
    );
    assert!(too_large > 0, "no vector is over the limit");
    exit(0)
}

impl Vector {
    fn len(&self) -> usize {
        self.parts
            .iter()
            .map(|(part, times)| part.len() * times)
            .sum()
    }

    /// Delivers the stream cut at these offsets, and where the memory for reads is full. Returns
    /// how many events were seen, and how many were too large.
    fn check(&self, cuts: &mut dyn Iterator<Item = usize>) -> (usize, usize) {
        let mut memory = [const { [0; CAPACITY] }; 4];
        let [data, event_type, id, last] = memory.each_mut().map(|m| SliceBuffer::new(m));
        let mut parser = Parser::with_buffers(data, event_type, id, last);
        let mut stream = self
            .parts
            .iter()
            .flat_map(|&(part, times)| core::iter::repeat_n(part, times).flatten().copied());
        let mut read = [0; READ];
        let mut expected = self.events.iter();
        let (mut events, mut too_large, mut start) = (0, 0, 0);
        let len = self.len();
        for end in cuts.chain([len]) {
            while start < end {
                let n = (end - start).min(READ);
                for (place, byte) in read[..n].iter_mut().zip(&mut stream) {
                    *place = byte;
                }
                start += n;
                let mut input = &read[..n];
                while let Some(event) = parser.next_event(&mut input).transpose() {
                    match event {
                        Ok(event) => {
                            let fits = |expected: &&Expected| expected.fits();
                            let expected = expected.by_ref().find(fits);
                            self.is(expected.is_some_and(|e| e.is(event)), "another event");
                            events += 1;
                        }
                        Err(TooLarge) => too_large += 1,
                    }
                }
                self.is(input.is_empty(), "input is left");
            }
        }
        self.is(!expected.any(|e| e.fits()), "an event is missing");
        let over = self.events.iter().filter(|e| !e.fits()).count();
        let unfinished = parser.has_unfinished() && len > CAPACITY;
        self.is(
            too_large == over + usize::from(unfinished),
            "another number is too large",
        );
        self.is(
            parser.last_event_id() == self.last_event_id,
            "another last event ID",
        );
        self.is(
            self.accepts(parser.retry().map(|time| time.as_millis())),
            "another retry",
        );
        (events, too_large)
    }

    fn accepts(&self, retry: Option<u128>) -> bool {
        let is_saturated = |retry: u128| {
            retry >= (1 << 31) - 1 && Some(retry) < self.retries[0] && (retry + 1).is_power_of_two()
        };
        self.retries.contains(&retry) || self.may_saturate && retry.is_some_and(is_saturated)
    }

    fn is(&self, right: bool, or: &str) {
        assert!(right, "{}: {or}", self.name);
    }
}

impl Expected {
    fn fits(&self) -> bool {
        self.event_type.len() <= CAPACITY && self.data.len() <= CAPACITY
    }

    fn is(&self, event: Event<'_>) -> bool {
        self.event_type.is(event.event_type)
            && self.data.is(event.data)
            && self.id == event.last_event_id
    }
}

impl Text {
    fn len(&self) -> usize {
        match self {
            Self::Spelled(text) => text.len(),
            Self::Long(len) => *len,
        }
    }

    /// Those that are only as long are not compared: none of them fits.
    fn is(&self, text: &str) -> bool {
        matches!(self, Self::Spelled(spelled) if *spelled == text)
    }
}

/// What a buffer holds, as much as the longest text that a vector spells out.
const CAPACITY: usize = 4096;
/// What is read at a time.
const READ: usize = 1024;
/// Longer streams are not delivered byte by byte.
const LONGEST_BYTEWISE: usize = 64 * 1024;
