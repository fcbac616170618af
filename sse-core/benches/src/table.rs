//! Results as Markdown.

use std::fmt::Write as _;

use crate::trial::{Cost, Fault, Trial};

/// A row for each decoder. Ratios are to the registry's `sse-core`: how many times as fast.
pub(crate) fn trial(trial: &Trial) -> String {
    let mut out = String::from(
        "| | ns an event | times as fast as the peer | GB/s | allocations an event |\n|---|--:|--:|--:|--:|\n",
    );
    let reference = trial.time("sse-core (registry)");
    for (decoder, result) in &trial.rows {
        let row = match result {
            Ok(Cost { time, allocations }) => {
                let ratio =
                    reference.map_or_else(String::new, |peer| format!("{:.2}", peer / time));
                let speed = trial.bytes as f64 / trial.events as f64 / time;
                format!("{time:.1} | {ratio} | {speed:.2} | {allocations:.2}")
            }
            Err(Fault::Wrong) => "wrong | | |".to_owned(),
            Err(Fault::Slow) => "too slow | | |".to_owned(),
        };
        let _ = writeln!(out, "| {} | {row} |", decoder.name);
    }
    out
}
