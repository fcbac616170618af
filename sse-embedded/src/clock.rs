//! The core's time told by embassy-time.

use core::{future::pending, time::Duration};

use embassy_time::Timer;
use sse_core::Instant;

/// The present, since the firmware started.
pub(crate) fn now() -> Instant {
    let micros = embassy_time::Instant::now().as_micros();
    Instant::since_epoch(Duration::from_micros(micros))
}

/// Waits for the deadline; for ever if there is none.
pub(crate) async fn until(deadline: Option<Instant>) {
    let Some(deadline) = deadline else {
        return pending().await;
    };
    loop {
        let left = deadline.since(now());
        if left.is_zero() {
            return;
        }
        // In ticks, the end of a longer wait may lie behind the end of time.
        let left = left.min(LONGEST);
        let micros = left.as_secs() * 1_000_000 + u64::from(left.subsec_nanos().div_ceil(1_000));
        Timer::after_micros(micros).await;
    }
}

const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
