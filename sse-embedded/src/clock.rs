//! The core's time told by embassy-time.

use embassy_time::{Duration, Timer};
use sse_core::Instant;

/// The present, since the firmware started.
pub(crate) fn now() -> Instant {
    Instant::from_micros(embassy_time::Instant::now().as_micros())
}

/// Waits for the deadline; for ever if there is none, or if it is behind the end of ticks.
pub(crate) fn until(deadline: Option<Instant>) -> Timer {
    let since_start = deadline.and_then(|at| Duration::try_from_micros(at.as_micros()));
    let ticks = since_start.map_or(u64::MAX, |since_start| since_start.as_ticks());
    Timer::at(embassy_time::Instant::from_ticks(ticks))
}
