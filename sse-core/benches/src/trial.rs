//! Candidates at one task, in the same rounds.

use std::time::{Duration, Instant};

use crate::{allocator::heap, rounds};

/// What each candidate made of a task.
pub(crate) struct Trial {
    /// How many bytes an event has on the wire.
    pub(crate) size: f64,
    pub(crate) rows: Vec<Row>,
}

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) result: Result<Cost, Fault>,
}

/// For one event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// In nanoseconds.
    pub(crate) time: f64,
    /// Once warm.
    pub(crate) allocations: f64,
}

/// Why a candidate is not measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// What comes out is not what it should be.
    Wrong,
    /// It takes longer than anybody would wait.
    Slow,
}

/// Somebody who can do the task.
pub(crate) struct Candidate<'a> {
    pub(crate) name: &'static str,
    pub(crate) fault: Option<Fault>,
    /// Does the task.
    pub(crate) once: Box<dyn Fn() + 'a>,
    /// Does it, and then again with the buffers that have grown.
    pub(crate) twice: Box<dyn Fn() + 'a>,
}

impl Trial {
    /// Measures the candidates without fault. The task has so many bytes and events.
    pub(crate) fn run(candidates: &[Candidate<'_>], bytes: usize, events: usize) -> Self {
        let fit: Vec<_> = candidates.iter().filter(|c| c.fault.is_none()).collect();
        let runs: Vec<_> = fit.iter().map(|candidate| &*candidate.once).collect();
        let mut times = rounds::fastest(&runs, BUDGET * runs.len() as u32).into_iter();
        let each = |whole: f64| whole / events as f64;
        let row = |candidate: &Candidate<'_>| Row {
            name: candidate.name,
            result: match candidate.fault {
                Some(fault) => Err(fault),
                None => Ok(Cost {
                    time: each(times.next().expect("a time for each").as_nanos() as f64),
                    allocations: each(allocations(&candidate.once, &candidate.twice) as f64),
                }),
            },
        };
        Self {
            size: each(bytes as f64),
            rows: candidates.iter().map(row).collect(),
        }
    }

    /// What the candidate of this name has cost, if it was fit.
    pub(crate) fn cost(&self, name: &str) -> Option<Cost> {
        let row = self.rows.iter().find(|row| row.name == name)?;
        row.result.ok()
    }
}

/// How many allocations `twice` makes beyond those of `once`.
pub(crate) fn allocations(once: impl Fn(), twice: impl Fn()) -> usize {
    let (once, twice) = (heap(once), heap(twice));
    twice.allocations.saturating_sub(once.allocations)
}

/// Whether `run` takes too long. It is given longer and longer shares of the task, to find out
/// before it has taken long.
pub(crate) fn is_slow(run: impl Fn(usize)) -> bool {
    [64, 16, 4, 2].into_iter().any(|share| {
        let start = Instant::now();
        run(share);
        start.elapsed() > PATIENCE
    })
}

/// For each candidate.
const BUDGET: Duration = Duration::from_millis(25);
const PATIENCE: Duration = Duration::from_millis(200);
