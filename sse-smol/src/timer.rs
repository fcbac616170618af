//! The clock, and the one timer that waits for a deadline.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use sse_core::{Instant, adapter};

#[derive(Debug)]
pub(crate) struct Timer {
    epoch: std::time::Instant,
    /// What the runtime's timer is set to, and that timer until it fires.
    sleep: Option<(std::time::Instant, async_io::Timer)>,
}

impl Timer {
    pub(crate) fn new() -> Self {
        Self {
            epoch: std::time::Instant::now(),
            sleep: None,
        }
    }
}

impl adapter::Timer for Timer {
    fn now(&self) -> Instant {
        Instant::since_epoch(self.epoch.elapsed())
    }

    /// A deadline put off is looked at when the earlier one is over: traffic does not touch the
    /// runtime's timers.
    fn poll(&mut self, deadline: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = deadline.and_then(|d| self.epoch.checked_add(d.elapsed())) else {
            return Poll::Pending;
        };
        loop {
            let (set, sleep) = self
                .sleep
                .get_or_insert_with(|| (deadline, async_io::Timer::at(deadline)));
            if *set > deadline {
                *set = deadline;
                sleep.set_at(deadline);
            }
            ready!(Pin::new(sleep).poll(cx));
            let fired = *set;
            self.sleep = None;
            if fired >= deadline {
                return Poll::Ready(());
            }
        }
    }
}
