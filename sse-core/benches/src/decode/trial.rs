//! One corpus in one delivery, through each decoder.

use std::hint::black_box;

use super::Decoder;
use crate::{
    corpus::{Corpus, Kind},
    delivery::{Chunks, Delivery},
    trial::{Candidate, Fault, Trial, is_slow},
};

/// Compares what the decoders see with what was written, and measures those that see it.
pub(crate) fn trial(decoders: &'static [Decoder], kind: Kind, delivery: Delivery) -> Trial {
    let corpus = Corpus::new(kind, delivery.least());
    let chunks = delivery.cut(&corpus);
    let twice: Chunks = chunks.repeat(2).leak();
    let candidate = |decoder: &'static Decoder| {
        let decode = move |chunks| drop_tally(decoder, chunks);
        Candidate {
            name: decoder.name,
            fault: if is_slow(|share| decode(&chunks[..chunks.len() / share])) {
                Some(Fault::Slow)
            } else {
                ((decoder.digest)(chunks) != corpus.expected).then_some(Fault::Wrong)
            },
            once: Box::new(move || decode(chunks)),
            twice: Box::new(move || decode(twice)),
        }
    };
    let candidates: Vec<_> = decoders.iter().map(candidate).collect();
    Trial::run(&candidates, corpus.bytes.len(), corpus.ends.len())
}

fn drop_tally(decoder: &Decoder, chunks: Chunks) {
    black_box((decoder.tally)(black_box(chunks)));
}
