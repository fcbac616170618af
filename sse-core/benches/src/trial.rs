//! One corpus in one delivery, through each decoder.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use crate::{
    allocator::heap,
    corpus::{Corpus, Kind},
    decode::{DECODERS, Decoder},
    delivery::{Chunks, Delivery},
    rounds,
};

/// What each decoder made of it.
pub(crate) struct Trial {
    pub(crate) bytes: usize,
    pub(crate) events: usize,
    pub(crate) rows: Vec<(&'static Decoder, Result<Cost, Fault>)>,
}

/// What decoding has cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Nanoseconds an event.
    pub(crate) time: f64,
    /// Allocations an event, once warm.
    pub(crate) allocations: f64,
}

/// Why a decoder is not measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not see the events that were written.
    Wrong,
    /// It takes longer than anybody would wait.
    Slow,
}

impl Trial {
    /// Compares what the decoders see with what was written, and measures those that see it.
    pub(crate) fn run(kind: Kind, delivery: Delivery) -> Self {
        let corpus = Corpus::new(kind, delivery.least());
        let chunks = delivery.cut(&corpus);
        let faults: Vec<_> = DECODERS
            .iter()
            .map(|decoder| fault(decoder, chunks, &corpus))
            .collect();

        let events = corpus.ends.len();
        let passing = |i: &usize| faults[*i].is_none();
        let runs: Vec<_> = (0..DECODERS.len())
            .filter(passing)
            .map(|i| move || assert_eq!((DECODERS[i].tally)(black_box(chunks)).events, events))
            .collect();
        let runs: Vec<_> = runs.iter().map(|run| run as &dyn Fn()).collect();
        let mut times = rounds::fastest(&runs, BUDGET * runs.len() as u32).into_iter();

        let row = |(decoder, fault): (&'static Decoder, Option<Fault>)| {
            let result = match fault {
                Some(fault) => Err(fault),
                None => Ok(Cost {
                    time: times.next().unwrap_or_default().as_nanos() as f64 / events as f64,
                    allocations: allocations(decoder, chunks) as f64 / events as f64,
                }),
            };
            (decoder, result)
        };
        Self {
            bytes: corpus.bytes.len(),
            events,
            rows: DECODERS.iter().zip(faults).map(row).collect(),
        }
    }

    /// The time of the decoder of this name.
    pub(crate) fn time(&self, name: &str) -> Option<f64> {
        let (_, result) = self.rows.iter().find(|(decoder, _)| decoder.name == name)?;
        Some(result.ok()?.time)
    }
}

/// What keeps `decoder` from being measured. Longer and longer parts show it first if the whole
/// would take too long.
fn fault(decoder: &Decoder, chunks: Chunks, corpus: &Corpus) -> Option<Fault> {
    for share in [64, 16, 4, 2] {
        let start = Instant::now();
        black_box((decoder.tally)(&chunks[..chunks.len() / share]));
        if start.elapsed() > PATIENCE {
            return Some(Fault::Slow);
        }
    }
    ((decoder.digest)(chunks) != corpus.expected).then_some(Fault::Wrong)
}

/// How many allocations it takes to decode the chunks once more, when all buffers have grown.
pub(crate) fn allocations(decoder: &Decoder, chunks: Chunks) -> usize {
    let twice: Chunks = chunks.repeat(2).leak();
    let count = |chunks| heap(|| (decoder.tally)(chunks)).allocations;
    count(twice).saturating_sub(count(chunks))
}

/// For each candidate.
const BUDGET: Duration = Duration::from_millis(25);
const PATIENCE: Duration = Duration::from_millis(200);
