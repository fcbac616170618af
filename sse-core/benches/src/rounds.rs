//! Interleaved measurement: each round runs every candidate once, so that what the machine does
//! beside falls on all of them, and the best run of each is compared.

use std::time::{Duration, Instant};

/// The shortest time of one run of each of `candidates`.
///
/// Each round starts with another candidate, and a candidate that is quick is run several times in
/// a row, so that reading the clock does not count. Before that it runs once untimed, as the one
/// before it, always the same, may have left little of what it needs in the caches.
pub(crate) fn fastest(candidates: &[&dyn Fn()], budget: Duration) -> Vec<Duration> {
    let repeats: Vec<u32> = candidates.iter().map(|run| repeats(run)).collect();
    let mut best = vec![Duration::MAX; candidates.len()];
    let start = Instant::now();
    for round in 0.. {
        if round >= FEWEST_ROUNDS && start.elapsed() >= budget {
            break;
        }
        for turn in 0..candidates.len() {
            let i = (turn + round) % candidates.len();
            candidates[i]();
            best[i] = best[i].min(time(candidates[i], repeats[i]));
        }
    }
    best
}

/// How many runs in a row take long enough.
fn repeats(run: &dyn Fn()) -> u32 {
    let once = time(run, 1).max(Duration::from_nanos(1));
    (LONG_ENOUGH.as_nanos() / once.as_nanos() + 1) as u32
}

fn time(run: &dyn Fn(), repeats: u32) -> Duration {
    let start = Instant::now();
    (0..repeats).for_each(|_| run());
    start.elapsed() / repeats
}

const FEWEST_ROUNDS: usize = 5;
const LONG_ENOUGH: Duration = Duration::from_micros(200);
