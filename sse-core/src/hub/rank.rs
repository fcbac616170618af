//! The one order of all that a hub has published.

/// Where a frame stands among all of a hub, whatever its topic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    /// The event's, or for another frame that of the newest event before it.
    pub(super) number: u64,
    /// Zero for an event; other frames are counted from the event on.
    pub(super) aside: u64,
}

impl Rank {
    pub(super) const END: Self = Self {
        number: u64::MAX,
        aside: u64::MAX,
    };

    pub(super) const fn of_event(number: u64) -> Self {
        Self { number, aside: 0 }
    }

    pub(super) const fn is_event(self) -> bool {
        self.aside == 0
    }

    pub(super) const fn next_event(self) -> Self {
        Self::of_event(self.number + 1)
    }

    pub(super) const fn next_aside(self) -> Self {
        Self {
            number: self.number,
            aside: self.aside + 1,
        }
    }
}
