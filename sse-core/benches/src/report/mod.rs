//! The report: everything measured, printed, and written into the repository.

mod machine;
mod measured;
mod plot;
mod results;
mod summary;
mod table;
mod targets;

use std::{fs, io};

use crate::trial::Trial;
use measured::Measured;
pub(crate) use measured::PEER;

/// Measures everything and prints it; with `write`, also puts it where readers find it.
///
/// # Errors
/// If something cannot be measured or written.
pub(crate) fn run(write: bool) -> io::Result<()> {
    let measured = Measured::new()?;
    let machine = machine::machine();
    let results = format!(
        "# Results\n\n{machine}.\n\nPeers: {}.\n\n## What was to be reached\n\n{}{}",
        machine::versions(),
        targets::targets(&measured),
        results::results(&measured),
    );
    println!("{results}");
    if write {
        fs::write(RESULTS, results)?;
        fs::write(PLOT, plot::plot(&summary::bars(&measured), &machine))?;
        let readme = fs::read_to_string(README)?;
        let summary = format!("{}\nMeasured on {machine}.\n", summary::table(&measured));
        fs::write(
            README,
            between_marks(&readme, &summary).ok_or(io::ErrorKind::NotFound)?,
        )?;
    }
    Ok(())
}

/// A trial by itself. Ratios are to `reference`: how many times as fast.
pub(crate) fn trial(trial: &Trial, reference: &str) -> String {
    results::single(trial, reference)
}

/// `readme` with `summary` in the place that is kept for it.
fn between_marks(readme: &str, summary: &str) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{summary}\n{END}{after}"))
}

const RESULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/RESULTS.md");
const PLOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/plot.svg");
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
const BEGIN: &str = "<!-- made by benches: begin -->";
const END: &str = "<!-- made by benches: end -->";
