//! What the README of `sse-core` shows: a table and a plot.

use super::{
    measured::Measured,
    table::{Table, number},
};
use crate::{corpus::KINDS, delivery::Delivery, trial::Cost};

/// How many times as fast as the quickest conforming peer, in 16 KiB chunks.
pub(crate) struct Bars {
    pub(crate) kind: &'static str,
    pub(crate) text: f64,
    pub(crate) raw: f64,
    pub(crate) owned: f64,
    /// The quickest of all peers that get this corpus right.
    pub(crate) correct: f64,
    pub(crate) javascript: Option<f64>,
}

/// A row of the table for each corpus.
pub(crate) fn table(measured: &Measured) -> String {
    let mut table = Table::new([
        "",
        "`next_event`",
        "`next_raw`",
        "`EventBuf`",
        "quickest peer that conforms",
        "quickest peer",
        "JavaScript",
    ]);
    for kind in KINDS {
        let Some(trial) = measured.decoded(kind.name, Delivery::CHUNKS) else {
            continue;
        };
        let (conforming, correct) = (measured.conforming(trial), Measured::correct(trial));
        let ours = ["next_event", "next_raw", "EventBuf"].map(|door| {
            let Some(Cost { time, .. }) = trial.cost(door) else {
                return String::new();
            };
            let ratio = conforming.map_or(0.0, |(_, peer)| peer / time);
            format!("{} ns ({ratio:.1} ×)", number(time))
        });
        let peers = [conforming, correct].map(|peer| match peer {
            Some((name, time)) => format!("{} ns, {name}", number(time)),
            None => String::new(),
        });
        let javascript = javascript(measured, kind.name);
        let javascript = javascript.map_or_else(String::new, |time| format!("{} ns", number(time)));
        let what = format!("{} ({} B)", kind.description, number(trial.size));
        table.row(
            [what]
                .into_iter()
                .chain(ours)
                .chain(peers)
                .chain([javascript]),
        );
    }
    table.finish()
}

/// What the plot shows.
pub(crate) fn bars(measured: &Measured) -> Vec<Bars> {
    let bars = |kind: &crate::corpus::Kind| {
        let trial = measured.decoded(kind.name, Delivery::CHUNKS)?;
        let (_, reference) = measured.conforming(trial)?;
        let door = |name| Some(reference / trial.cost(name)?.time);
        Some(Bars {
            kind: kind.name,
            text: door("next_event")?,
            raw: door("next_raw")?,
            owned: door("EventBuf")?,
            correct: reference / Measured::correct(trial)?.1,
            javascript: javascript(measured, kind.name).map(|time| reference / time),
        })
    };
    KINDS.iter().filter_map(bars).collect()
}

fn javascript(measured: &Measured, kind: &str) -> Option<f64> {
    let (_, rows) = measured.javascript.as_ref().ok()?;
    rows.iter().find(|row| row.kind == kind)?.from_bytes
}
