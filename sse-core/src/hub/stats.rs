//! What a hub says about itself.

use std::string::String;

use super::{State, log::EventId};

/// Counters and sizes of a [`Hub`](crate::Hub), all of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HubStats {
    /// Messages published.
    pub published: u64,
    /// Frames of the log that subscriptions took, each counted once per subscription.
    pub delivered: u64,
    /// `gap` events that subscriptions were given.
    pub gaps: u64,
    /// Frames that left the log before a subscription took them, each counted once per
    /// subscription. What a reader missed before it subscribed is not counted.
    pub lagged: u64,
    /// Subscriptions there are now.
    pub subscribers: usize,
    /// Frames in the log.
    pub frames: usize,
    /// Encoded bytes in the log.
    pub bytes: usize,
    /// The id of the oldest event in the log.
    pub oldest: Option<String>,
    /// The id of the newest event in the log.
    pub newest: Option<String>,
}

impl HubStats {
    pub(super) fn of(state: &State) -> Self {
        Self {
            published: state.published,
            delivered: state.delivered,
            gaps: state.gaps,
            lagged: state.lagged,
            subscribers: state.slots.in_use(),
            frames: state.log.frames(),
            bytes: state.log.bytes(),
            oldest: state.log.oldest_event().map(|id| text(&id)),
            newest: state.log.newest_event().map(text),
        }
    }
}

fn text(id: &EventId) -> String {
    id.text(&mut [0; 20]).into()
}
