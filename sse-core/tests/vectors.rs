//! The conformance vectors: every buffer, every door, many cuttings.
#![cfg(feature = "alloc")]

use std::iter;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sse_core::{Buffer, DEFAULT_LIMIT, Parser, SliceBuffer, TooLarge};

#[cfg(feature = "std")]
#[path = "common/body.rs"]
mod body;
#[path = "common/seen.rs"]
mod seen;

use seen::{Door, Owned, Seen, see};

/// Longer streams are not delivered byte by byte.
const LONGEST_BYTEWISE: usize = 64 * 1024;
/// What a fixed buffer holds here, as much as the longest text that a vector spells out.
const CAPACITY: usize = 4096;

#[test]
fn growing_buffers_see_what_the_standard_says() {
    for vector in vectors() {
        for door in Door::ALL {
            for cuts in vector.cuttings() {
                vector.check(Parser::new(), DEFAULT_LIMIT, door, &cuts);
            }
        }
    }
}

#[test]
#[cfg(feature = "std")]
fn from_a_body_the_events_are_the_same() {
    for vector in vectors() {
        for cuts in vector.cuttings() {
            let (expected, _) = see(
                &mut Parser::new(),
                Door::Item,
                &vector.stream,
                cuts.iter().copied(),
            );
            let seen = body::events_of(&vector.stream, &cuts);
            assert_eq!(seen, expected.events, "{} {cuts:?}", vector.json["name"]);
        }
    }
}

#[test]
#[cfg(feature = "heapless")]
fn inline_buffers_see_the_same_or_report_too_large() {
    for vector in vectors() {
        for (cuts, door) in iter::zip(vector.cuttings(), Door::ALL.into_iter().cycle()) {
            let memory = heapless::Vec::<u8, CAPACITY>::new;
            let parser = Parser::with_buffers(memory(), memory(), memory(), memory());
            vector.check(parser, CAPACITY, door, &cuts);
        }
    }
}

#[test]
fn borrowed_buffers_see_the_same_or_report_too_large() {
    let mut memory = [const { [0; CAPACITY] }; 4];
    for vector in vectors() {
        for (cuts, door) in iter::zip(vector.cuttings(), Door::ALL.into_iter().cycle()) {
            let [data, event_type, id, last] = memory.each_mut().map(|m| SliceBuffer::new(m));
            let parser = Parser::with_buffers(data, event_type, id, last);
            vector.check(parser, CAPACITY, door, &cuts);
        }
    }
}

#[test]
fn events_are_out_with_the_byte_that_is_due() {
    for vector in vectors() {
        let expected: Vec<usize> = serde_json::from_value(vector.json["due"].clone()).unwrap();
        let cuts: Vec<usize> = match vector.stream.len() {
            len @ ..=LONGEST_BYTEWISE => (1..len).collect(),
            _ => expected.iter().flat_map(|due| [due - 1, *due]).collect(),
        };
        for door in Door::ALL {
            let (_, due) = see(&mut Parser::new(), door, &vector.stream, cuts.clone());
            assert_eq!(due, expected, "{} {door:?}", vector.json["name"]);
        }
    }
}

struct Vector {
    json: Value,
    stream: Vec<u8>,
}

fn vectors() -> impl Iterator<Item = Vector> {
    include_str!("vectors/public.jsonl")
        .lines()
        .map(|line| Vector::new(serde_json::from_str(line).unwrap()))
}

impl Vector {
    fn new(json: Value) -> Self {
        let decoded = |base64: &Value| BASE64_STANDARD.decode(base64.as_str().unwrap()).unwrap();
        let stream = match json["input_gen"].as_array() {
            None => decoded(&json["input_b64"]),
            Some(parts) => {
                let stream = parts
                    .iter()
                    .map(|part| decoded(&part[1]).repeat(part[2].as_u64().unwrap_or(1) as usize))
                    .collect::<Vec<_>>()
                    .concat();
                assert_eq!(sha256(&stream), json["input_sha256"]);
                stream
            }
        };
        Self { json, stream }
    }

    /// Whole, as the vector says, byte by byte, and in two pieces: at each offset, or at offsets
    /// spread over a long stream.
    fn cuttings(&self) -> impl Iterator<Item = Vec<usize>> {
        let len = self.stream.len();
        let given = self.json.get("splits").map(|offsets| {
            let offsets = offsets.as_array().unwrap();
            offsets.iter().map(|o| o.as_u64().unwrap() as usize)
        });
        let bytewise = (len <= LONGEST_BYTEWISE).then(|| (1..len).collect());
        let step = match len {
            0..=2048 => 1,
            2049..=8192 => 61,
            _ => len / 2 + 1,
        };
        iter::once(Vec::new())
            .chain(given.map(Iterator::collect))
            .chain(bytewise)
            .chain((0..=len).step_by(step).map(|offset| vec![offset]))
    }

    /// Checks all that `parser` sees, whose buffers hold up to `capacity` bytes each.
    fn check<D: Buffer, F: Buffer>(
        &self,
        mut parser: Parser<D, F>,
        capacity: usize,
        door: Door,
        cuts: &[usize],
    ) {
        let context = format!("{} {door:?} {:?}..", self.json["name"], cuts.get(..1));
        let (seen, _) = see(&mut parser, door, &self.stream, cuts.iter().copied());
        let (expected, larger): (Vec<_>, Vec<_>) = self.json["events"]
            .as_array()
            .unwrap()
            .iter()
            .partition(|event| {
                let len = |key: &str| event[key].as_u64().unwrap_or(0) as usize;
                len("data_len").max(len("type_len")) <= capacity
            });
        let unfinished = parser.has_unfinished() && self.stream.len() > capacity;
        let (events, errors): (Vec<_>, Vec<_>) = seen.events.iter().partition(|e| e.is_ok());

        let too_large = larger.len() + usize::from(unfinished);
        assert_eq!(errors, vec![&Err(TooLarge); too_large], "{context}");
        assert_eq!(events.len(), expected.len(), "{context}");
        for (event, expected) in iter::zip(events.into_iter().flatten(), expected) {
            assert!(is_event(event, expected), "{context}: {event:.200?}");
        }
        assert_eq!(seen.last_event_id, self.json["last_event_id"], "{context}");
        assert!(self.accepts_retry(&seen), "{context}: {:?}", seen.retry);
    }

    fn accepts_retry(&self, seen: &Seen) -> bool {
        let expected = milliseconds(&self.json["retry_ms"]);
        let others = self.json["retry_alt"].as_array();
        let is_saturated = |retry: u128| {
            retry >= (1 << 31) - 1 && Some(retry) < expected && (retry + 1).is_power_of_two()
        };
        seen.retry == expected
            || others.into_iter().flatten().any(|other| match other {
                Value::String(text) if text == "saturate" => seen.retry.is_some_and(is_saturated),
                other => seen.retry == milliseconds(other),
            })
    }
}

fn is_event((event_type, data, last_event_id): &Owned, expected: &Value) -> bool {
    let is_text = |text: &str, key: &str| match &expected[key] {
        Value::String(expected) => text == expected,
        _ => {
            expected[format!("{key}_len")] == text.len()
                && expected[format!("{key}_sha256")] == sha256(text.as_bytes())
        }
    };
    is_text(event_type, "type")
        && is_text(data, "data")
        && expected["last_event_id"] == **last_event_id
}

/// Numbers beyond what a double holds are strings; those of more than 38 digits do not fit here,
/// nor does any parser see them.
fn milliseconds(value: &Value) -> Option<u128> {
    match value {
        Value::String(digits) => Some(digits.parse().unwrap_or(u128::MAX)),
        number => number.as_u64().map(u128::from),
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
