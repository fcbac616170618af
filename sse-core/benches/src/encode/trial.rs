//! The events of one corpus, through each encoder.

use std::hint::black_box;

use super::{Blocks, ENCODERS, Encoder};
use crate::{
    corpus::{Corpus, Kind},
    reference::reference,
    tally::{Digest, Sink as _},
    trial::{Candidate, Fault, Trial},
};

/// Compares what a client reads with what was to be written, and measures those who wrote it.
pub(crate) fn trial(kind: Kind) -> Trial {
    let corpus = Corpus::new(kind, LEAST);
    let (bytes, expected) = (corpus.bytes.len(), corpus.expected);
    let twice: Blocks = [&*corpus.blocks, &*corpus.blocks].concat().leak();
    let blocks: Blocks = corpus.blocks.leak();
    let candidate = |encoder: &'static Encoder| {
        let encode = move |blocks| {
            black_box((encoder.lengths)(black_box(blocks)));
        };
        let read = (encoder.bytes)(blocks).map(|bytes| {
            let mut digest = Digest::default();
            for (event_type, data, id) in reference(&bytes, "").events {
                digest.text(&event_type, &data, &id);
            }
            digest
        });
        Candidate {
            name: encoder.name,
            fault: (read.as_ref() != Some(&expected)).then_some(Fault::Wrong),
            once: Box::new(move || encode(blocks)),
            twice: Box::new(move || encode(twice)),
        }
    };
    let candidates: Vec<_> = ENCODERS.iter().map(candidate).collect();
    Trial::run(&candidates, bytes, blocks.len())
}

const LEAST: usize = 64 * 1024;
