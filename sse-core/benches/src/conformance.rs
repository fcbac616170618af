//! How many of the conformance vectors a decoder gets right.

use std::panic::{self, AssertUnwindSafe};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;

use crate::{
    decode::Decoder,
    delivery::Chunks,
    reference::reference,
    tally::{Digest, Sink as _},
};

/// A stream in some cuttings, and what the standard says of it.
pub(crate) struct Vector {
    deliveries: Vec<Chunks>,
    expected: Digest,
}

/// The vectors that spell their stream out: whole, byte by byte, and cut where they say.
pub(crate) fn vectors() -> Vec<Vector> {
    include_str!("../../tests/vectors/public.jsonl")
        .lines()
        .filter_map(|line| {
            let json: Value = serde_json::from_str(line).expect("each line is JSON");
            let stream = BASE64_STANDARD.decode(json["input_b64"].as_str()?);
            let stream: &'static [u8] = stream.expect("it is base64").leak();
            let mut expected = Digest::default();
            for (event_type, data, id) in reference(stream, "").events {
                expected.text(&event_type, &data, &id);
            }
            let splits = json["splits"].as_array().into_iter().flatten();
            let splits = splits.filter_map(Value::as_u64).map(|at| at as usize);
            let deliveries = [vec![], (1..stream.len()).collect(), splits.collect()];
            Some(Vector {
                deliveries: deliveries
                    .into_iter()
                    .map(|cuts| cut(stream, &cuts))
                    .collect(),
                expected,
            })
        })
        .collect()
}

/// How many of `vectors` the decoder gets right, in each of their cuttings.
pub(crate) fn score(decoder: &Decoder, vectors: &[Vector]) -> usize {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let right = |vector: &&Vector| {
        vector.deliveries.iter().all(|chunks| {
            panic::catch_unwind(AssertUnwindSafe(|| (decoder.digest)(chunks)))
                .is_ok_and(|digest| digest == vector.expected)
        })
    };
    let score = vectors.iter().filter(right).count();
    panic::set_hook(hook);
    score
}

fn cut(stream: &'static [u8], cuts: &[usize]) -> Chunks {
    let mut start = 0;
    let mut piece = |end| {
        let piece = &stream[start..end];
        start = end;
        piece
    };
    let ends = cuts.iter().copied().chain([stream.len()]);
    ends.map(&mut piece).collect::<Vec<_>>().leak()
}
