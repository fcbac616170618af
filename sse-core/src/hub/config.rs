//! What a hub keeps, and what becomes of a reader that falls behind it.

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
}

impl HubConfig {
    /// 1024 frames or 16 MiB, whichever is less, [`Overrun::Gap`], ids from 1.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            max_frames: 1024,
            max_bytes: 16 * 1024 * 1024,
            overrun: Overrun::Gap,
            first_id: 1,
        }
    }

    /// How many frames the log holds; at least one.
    #[must_use]
    pub const fn max_frames(mut self, frames: usize) -> Self {
        self.max_frames = if frames == 0 { 1 } else { frames };
        self
    }

    /// How many encoded bytes the log holds. A single message larger than that is refused.
    ///
    /// A frame that a reader has taken but not yet sent lives on outside the log.
    #[must_use]
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
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
