//! What a hub says about itself.

use std::string::{String, ToString as _};

use super::{
    log::Entry,
    state::{State, UNNAMED},
};

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
    /// Topics there are now, the unnamed one not counted.
    pub topics: usize,
    /// Frames held.
    pub frames: usize,
    /// Encoded bytes held.
    pub bytes: usize,
    /// The id of the oldest event in the log of the unnamed topic.
    pub oldest: Option<String>,
    /// The id of the newest event in the log of the unnamed topic.
    pub newest: Option<String>,
}

/// Counters and sizes of one topic of a [`Hub`](crate::Hub), since it was last made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicStats {
    /// Messages published.
    pub published: u64,
    /// Frames that subscriptions took, each counted once per subscription.
    pub delivered: u64,
    /// Subscriptions that follow it now.
    pub subscribers: usize,
    /// Frames held.
    pub frames: usize,
    /// Encoded bytes held.
    pub bytes: usize,
    /// The id of the oldest event held.
    pub oldest: Option<String>,
    /// The id of the newest event held.
    pub newest: Option<String>,
}

impl HubStats {
    pub(super) fn of(state: &State) -> Self {
        let unnamed = TopicStats::of(state, UNNAMED);
        let counters = state.counters;
        Self {
            published: counters.published,
            delivered: counters.delivered,
            gaps: counters.gaps,
            lagged: counters.lagged,
            subscribers: state.subscribers,
            topics: state.topics(),
            frames: state.held.frames,
            bytes: state.held.bytes,
            oldest: unnamed.oldest,
            newest: unnamed.newest,
        }
    }
}

impl TopicStats {
    pub(super) fn of(state: &State, index: u32) -> Self {
        let topic = state.topic(index);
        let held = topic.log.held();
        let id = |entry: &Entry| entry.id().text(&mut [0; 20]).to_string();
        Self {
            published: topic.log.published(),
            delivered: topic.delivered,
            subscribers: topic.subscribers as usize,
            frames: held.frames,
            bytes: held.bytes,
            oldest: topic.log.oldest_event().map(id),
            newest: topic.log.newest_event().map(id),
        }
    }
}
