//! Everything there is to report.

use std::{io, iter};

use crate::{
    callgrind, conformance,
    corpus::{KINDS, Kind, LONG},
    decode::{self, DECODERS, WHOLE_PATHS},
    delivery::Delivery,
    encode::{self, ENCODERS},
    guard::{self, Count},
    javascript, limits,
    trial::Trial,
    variant::{Line, VARIANTS},
};

/// A trial of a corpus in a delivery.
pub(crate) type Decoded = (Kind, Delivery, Trial);

/// What one run of this program has found out.
pub(crate) struct Measured {
    /// Of each decoder: how many of the vectors it gets right.
    pub(crate) scores: Vec<usize>,
    pub(crate) vectors: usize,
    pub(crate) decode: Vec<Decoded>,
    pub(crate) whole: Vec<Decoded>,
    /// Of each encoder: how many of the hard cases it gets right, and of how many.
    pub(crate) encoder_scores: Vec<(usize, usize)>,
    pub(crate) encode: Vec<(Kind, Trial)>,
    pub(crate) limits: Vec<(Kind, Trial)>,
    /// Most memory held by each decoder for a long line, in lengths of it.
    pub(crate) peaks: Vec<f64>,
    /// Our counts.
    pub(crate) counts: Vec<Count>,
    /// The peer's instructions an event.
    pub(crate) peer_instructions: Vec<(Kind, f64)>,
    pub(crate) javascript: io::Result<(String, Vec<javascript::Row>)>,
    /// In the order of [`VARIANTS`].
    pub(crate) variants: [io::Result<Vec<Line>>; 3],
}

impl Measured {
    /// Measures everything; takes minutes.
    ///
    /// # Errors
    /// If instructions cannot be counted.
    pub(crate) fn new() -> io::Result<Self> {
        let vectors = conformance::vectors();
        let pairs = || {
            KINDS
                .iter()
                .flat_map(|kind| iter::zip(iter::repeat(*kind), Delivery::ALL))
        };
        let kinds = || KINDS.iter().copied();
        let short = || kinds().filter(|kind| kind.name != LONG.name);
        let instructions =
            |kind| Ok((kind, callgrind::instructions(kind, PEER, Delivery::CHUNKS)?));
        Ok(Self {
            scores: DECODERS
                .iter()
                .map(|d| conformance::score(d, &vectors))
                .collect(),
            vectors: vectors.len(),
            decode: pairs()
                .map(|(k, d)| (k, d, decode::trial(DECODERS, k, d)))
                .collect(),
            whole: pairs()
                .filter(|(_, delivery)| WHOLE_DELIVERIES.contains(delivery))
                .map(|(k, d)| (k, d, decode::trial(WHOLE_PATHS, k, d)))
                .collect(),
            encoder_scores: ENCODERS.iter().map(encode::score).collect(),
            encode: short().map(|kind| (kind, encode::trial(kind))).collect(),
            limits: kinds().map(|kind| (kind, limits::trial(kind))).collect(),
            peaks: DECODERS.iter().map(guard::peak).collect(),
            counts: guard::counts()?,
            peer_instructions: short().map(instructions).collect::<io::Result<_>>()?,
            javascript: javascript::run(),
            variants: VARIANTS
                .each_ref()
                .map(|variant| variant.run(&["16KiB", "event", "64B"])),
        })
    }

    /// The trial of a corpus in a delivery.
    pub(crate) fn decoded(&self, kind: &str, delivery: Delivery) -> Option<&Trial> {
        let found = self
            .decode
            .iter()
            .find(|(k, d, _)| k.name == kind && *d == delivery)?;
        Some(&found.2)
    }

    /// The quickest peer that gets all vectors and this corpus right.
    pub(crate) fn conforming(&self, trial: &Trial) -> Option<(&'static str, f64)> {
        quickest(trial, |name| self.is_conforming(name))
    }

    /// Whether the decoder of this name gets all vectors right.
    pub(crate) fn is_conforming(&self, name: &str) -> bool {
        iter::zip(DECODERS, &self.scores).any(|(d, s)| d.name == name && *s == self.vectors)
    }

    /// The quickest peer that gets this corpus right.
    pub(crate) fn correct(trial: &Trial) -> Option<(&'static str, f64)> {
        quickest(trial, |_| true)
    }

    /// One of our counts.
    pub(crate) fn count(&self, name: &str) -> Option<f64> {
        self.counts
            .iter()
            .find(|count| count.name == name)
            .map(|count| count.value)
    }
}

fn quickest(trial: &Trial, counts: impl Fn(&str) -> bool) -> Option<(&'static str, f64)> {
    let peers = trial
        .rows
        .iter()
        .filter(|row| !decode::is_ours(row.name) && counts(row.name));
    let times = peers.filter_map(|row| Some((row.name, row.result.ok()?.time)));
    times.min_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// The peer whose instructions are counted beside ours.
pub(crate) const PEER: &str = "sse-core (registry)";
const WHOLE_DELIVERIES: [Delivery; 2] = [Delivery::CHUNKS, Delivery::Events];
