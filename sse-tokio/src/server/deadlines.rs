//! When to look at which connection again: one timer for all.

use std::{collections::BTreeMap, time::Duration};

use sse_core::Instant;

/// Connections by the time at which something may be due with them, in coarse steps.
///
/// Nothing is ever taken out before its time: who wants to know whether a connection is really
/// due asks the connection.
#[derive(Debug)]
pub(super) struct Deadlines {
    step: u64,
    slots: BTreeMap<Slot, Vec<u32>>,
}

/// A step of the coarse clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot(u64);

impl Slot {
    /// No time at all.
    pub(super) const NEVER: Self = Self(u64::MAX);
}

impl Deadlines {
    /// In steps of a small part of the shortest of these.
    pub(super) fn new(shortest: Duration) -> Self {
        let step = (shortest / STEPS).clamp(Duration::from_millis(1), Duration::from_secs(1));
        Self {
            step: milliseconds(step),
            slots: BTreeMap::new(),
        }
    }

    /// The step in which `at` will have been reached.
    pub(super) fn slot(&self, at: Option<Instant>) -> Slot {
        at.map_or(Slot::NEVER, |at| {
            Slot(milliseconds(at.elapsed()).div_ceil(self.step))
        })
    }

    pub(super) fn add(&mut self, slot: Slot, index: u32) {
        if slot != Slot::NEVER {
            self.slots.entry(slot).or_default().push(index);
        }
    }

    /// When the next step with anything in it begins.
    pub(super) fn next(&self) -> Option<Duration> {
        let (slot, _) = self.slots.first_key_value()?;
        Some(Duration::from_millis(slot.0.saturating_mul(self.step)))
    }

    /// Takes out the first step if it has begun.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Slot, Vec<u32>)> {
        let begun = self.next()? <= now.elapsed();
        begun.then(|| self.slots.pop_first()).flatten()
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// How many steps the shortest time is divided into.
const STEPS: u32 = 32;
