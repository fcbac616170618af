//! What a hub keeps, and what becomes of a reader that falls behind it.

use core::time::Duration;

use crate::{Overrun, event_id::first_number};

/// How a [`Hub`](crate::Hub) behaves.
///
/// ```
/// use sse_core::{HubConfig, Overrun};
///
/// let config = HubConfig::new().max_frames(10_000).overrun(Overrun::Close);
/// # let _ = config;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct HubConfig {
    pub(super) max_frames: usize,
    pub(super) max_bytes: usize,
    pub(super) overrun: Overrun,
    pub(super) first_id: u64,
    pub(super) max_age: Option<Duration>,
    pub(super) max_keys: usize,
    pub(super) max_topics: usize,
}

impl HubConfig {
    /// 1024 frames or 16 MiB for each topic, whichever is less, of any age, [`Overrun::Gap`], ids
    /// from 1, at most 100,000 topics.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            max_frames: 1024,
            max_bytes: 16 * 1024 * 1024,
            overrun: Overrun::Gap,
            first_id: 1,
            max_age: None,
            max_keys: 1024,
            max_topics: 100_000,
        }
    }

    /// How many frames the log of each topic holds; at least one.
    #[must_use]
    pub const fn max_frames(mut self, frames: usize) -> Self {
        self.max_frames = if frames == 0 { 1 } else { frames };
        self
    }

    /// How many encoded bytes the log of each topic holds. A single message larger than that is
    /// refused.
    ///
    /// A frame that a reader has taken but not yet sent lives on outside the log.
    #[must_use]
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// How long a frame is held, as far as the hub is [told the time](crate::Hub::tick).
    ///
    /// A frame leaves no sooner than this after it was published, and at the latest a sixteenth
    /// and two ticks later. In a hub with many topics this is what lets them go: one that nobody
    /// follows is dropped with its last frame.
    #[must_use]
    pub const fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// With [`Overrun::Latest`], how many events the hub keeps for each topic beside its log, each
    /// the newest of its key; 1024 unless set. They may have as many bytes as the log.
    ///
    /// Beyond that the oldest is lost, as an event without a key is that leaves the log: a reader
    /// that has not had it gets a gap.
    #[must_use]
    pub const fn max_keys(mut self, keys: usize) -> Self {
        self.max_keys = keys;
        self
    }

    /// How many topics there may be at a time, the unnamed one not counted.
    ///
    /// If the names come from peers, this bounds the memory that they can have the hub take:
    /// a topic with one subscription takes at most 500 bytes, and its name.
    #[must_use]
    pub const fn max_topics(mut self, topics: usize) -> Self {
        self.max_topics = topics;
        self
    }

    /// What becomes of a reader that falls off the log.
    #[must_use]
    pub const fn overrun(mut self, overrun: Overrun) -> Self {
        self.overrun = overrun;
        self
    }

    /// The number of the first event published; at least 1, at most 2⁶³.
    ///
    /// A server that kept its log over a restart goes on where it ended. One that did not must
    /// begin past every id it ever gave, or it will take a stale id for one of its own: the time
    /// of the start in microseconds will do.
    #[must_use]
    pub const fn first_id(mut self, id: u64) -> Self {
        self.first_id = first_number(id);
        self
    }
}

impl Default for HubConfig {
    fn default() -> Self {
        Self::new()
    }
}
