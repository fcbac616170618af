//! How old frames are, as far as the hub is told the time.

use core::time::Duration;
use std::{collections::VecDeque, vec::Vec};

use crate::Instant;

/// Divides time into epochs, which age as a whole. A frame belongs to the epoch that was open when
/// it was published.
#[derive(Debug)]
pub(super) struct Clock {
    max_age: Option<Duration>,
    told: Option<Instant>,
    /// What has passed from one telling to the next, backward steps left out.
    elapsed: Duration,
    /// When the last epoch was closed.
    closed_at: Duration,
    /// The number of the oldest epoch.
    first: u64,
    /// The last is open, the others are closed.
    epochs: VecDeque<Epoch>,
}

#[derive(Debug, Default)]
struct Epoch {
    /// Once it is closed, when that was.
    end: Duration,
    /// The topics whose oldest frame may be of this epoch.
    topics: Vec<u32>,
}

impl Clock {
    pub(super) fn new(max_age: Option<Duration>) -> Self {
        Self {
            max_age,
            told: None,
            elapsed: Duration::ZERO,
            closed_at: Duration::ZERO,
            first: 0,
            epochs: VecDeque::from([Epoch::default()]),
        }
    }

    pub(super) fn tick(&mut self, now: Instant) {
        let Some(max_age) = self.max_age else {
            return;
        };
        if let Some(told) = self.told.replace(now) {
            self.elapsed = self.elapsed.saturating_add(now.since(told));
        }
        if self.elapsed - self.closed_at >= max_age / EPOCHS
            && let Some(open) = self.epochs.back_mut()
        {
            open.end = self.elapsed;
            self.closed_at = self.elapsed;
            self.epochs.push_back(Epoch::default());
        }
    }

    /// The epoch of what is published now.
    pub(super) fn epoch(&self) -> u64 {
        self.first + self.epochs.len() as u64 - 1
    }

    /// Has the topic looked at when this epoch is too old.
    pub(super) fn enroll(&mut self, topic: u32, epoch: u64) {
        let index = usize::try_from(epoch.saturating_sub(self.first)).unwrap_or(usize::MAX);
        if let Some(epoch) = self.epochs.get_mut(index) {
            epoch.topics.push(topic);
        }
    }

    /// A topic whose frames of this epoch or earlier ones are too old.
    pub(super) fn next_due(&mut self) -> Option<(u32, u64)> {
        let max_age = self.max_age?;
        while self.epochs.len() > 1 {
            let oldest = self.epochs.front_mut()?;
            if oldest.end.saturating_add(max_age) > self.elapsed {
                return None;
            }
            if let Some(topic) = oldest.topics.pop() {
                return Some((topic, self.first));
            }
            self.epochs.pop_front();
            self.first += 1;
        }
        None
    }
}

/// How many epochs the greatest age has, at most.
const EPOCHS: u32 = 16;
