//! What the subscribers saw, all together.

use std::time::Duration;

/// Counts, and how long events were under way.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub opened: u64,
    /// Streams that the server ended.
    pub ended: u64,
    pub delivered: u64,
    pub bytes: u64,
    pub comments: u64,
    /// Events missing without a word.
    pub lost: u64,
    /// Events missing, which a `gap` event said.
    pub told: u64,
    /// Events that were there before: doubled, or out of order.
    pub repeated: u64,
    /// Nanoseconds, saturating at four seconds.
    latencies: Vec<u32>,
}

impl Tally {
    pub fn late(&mut self, latency: Duration) {
        let nanos = u32::try_from(latency.as_nanos()).unwrap_or(u32::MAX);
        self.latencies.push(nanos);
    }

    /// The latency that this part of the deliveries did not exceed.
    pub fn latency(&mut self, part: f64) -> Duration {
        if self.latencies.is_empty() {
            return Duration::ZERO;
        }
        let last = self.latencies.len() - 1;
        let index = (last as f64 * part) as usize;
        let (_, nanos, _) = self.latencies.select_nth_unstable(index);
        Duration::from_nanos((*nanos).into())
    }

    /// Adds the counts of another, not its latencies.
    pub fn add(&mut self, other: &Self) {
        self.opened += other.opened;
        self.ended += other.ended;
        self.delivered += other.delivered;
        self.bytes += other.bytes;
        self.comments += other.comments;
        self.lost += other.lost;
        self.told += other.told;
        self.repeated += other.repeated;
    }

    /// Begins anew.
    pub fn reset(&mut self) {
        let mut latencies = std::mem::take(&mut self.latencies);
        latencies.clear();
        *self = Self {
            latencies,
            ..Self::default()
        };
    }
}
