//! The topics that a reader follows, and how far it is in each.

use core::{
    ops::{Deref, DerefMut},
    slice,
};
use std::boxed::Box;

use super::{log::Log, rank::Rank, state::State};

/// The topics of one subscription, each once.
#[derive(Debug)]
pub(super) enum Follows {
    One(Follow),
    Many(Box<[Follow]>),
}

#[derive(Debug)]
pub(super) struct Follow {
    pub(super) topic: u32,
    pub(super) slot: u32,
    /// Index in the topic's ring of the frame to be read next; 0 if the reader comes from before.
    pub(super) next: u64,
    /// How many events the topic had before that, if it is known.
    pub(super) events: Option<u64>,
    /// The topic's losses that the reader knows of.
    pub(super) told: [u64; 2],
}

impl Follows {
    /// Whether one of the topics has lost an event after this rank that the reader does not know
    /// of.
    pub(super) fn have_lost(&self, rank: Rank, state: &State) -> bool {
        let mut follows = self.iter();
        follows.any(|follow| follow.has_lost(&state.topic(follow.topic).log, rank))
    }
}

impl Follow {
    pub(super) const fn new(topic: u32, slot: u32) -> Self {
        Self {
            topic,
            slot,
            next: 0,
            events: None,
            told: [0; 2],
        }
    }

    /// Whether the topic has lost an event after this rank that the reader does not know of.
    pub(super) fn has_lost(&self, log: &Log, rank: Rank) -> bool {
        let mut losses = log.losses().into_iter().zip(self.told);
        losses.any(|(lost, told)| lost > rank.number && lost > told)
    }

    /// The rank of the next frame in the topic, and whether it has left the ring and is kept.
    pub(super) fn next(&self, log: &Log, taken: Rank) -> Option<(Rank, bool)> {
        if let Some(kept) = log.kept_after(taken.number).next() {
            return Some((kept.rank, true));
        }
        let next = log.ring_from(self.next).next()?;
        Some((next.rank, false))
    }
}

impl FromIterator<Follow> for Follows {
    fn from_iter<I: IntoIterator<Item = Follow>>(follows: I) -> Self {
        let mut follows = follows.into_iter();
        let (Some(first), second) = (follows.next(), follows.next()) else {
            return Self::Many(Box::default());
        };
        match second {
            None => Self::One(first),
            Some(second) => Self::Many([first, second].into_iter().chain(follows).collect()),
        }
    }
}

impl Deref for Follows {
    type Target = [Follow];

    fn deref(&self) -> &[Follow] {
        match self {
            Self::One(follow) => slice::from_ref(follow),
            Self::Many(follows) => follows,
        }
    }
}

impl DerefMut for Follows {
    fn deref_mut(&mut self) -> &mut [Follow] {
        match self {
            Self::One(follow) => slice::from_mut(follow),
            Self::Many(follows) => follows,
        }
    }
}
