//! What one reader takes for all who stand where it stood.

use std::sync::Arc;

use super::{
    Shared,
    cursor::{Cursor, Reader},
    follow::{Follow, Follows},
    log::EventId,
    rank::Rank,
    subscription::Subscription,
};
use crate::Frame;

/// What a reader took, for others to take that stood in the same place.
///
/// A task that serves many readers asks the hub on behalf of one of them, with
/// [`poll_portion`](Subscription::poll_portion), and [shares](Self::share) what it gets with the
/// others. They need no waker of their own as long as they [keep beside](Subscription::is_beside)
/// each other.
#[derive(Debug)]
pub struct Portion {
    shared: Arc<Shared>,
    frame: Frame,
    step: Option<Step>,
}

/// Has readers take a portion. They are counted when it is dropped, all at once; until then at
/// least one of them must be there.
#[derive(Debug)]
#[must_use = "readers are shared with one by one"]
pub struct Sharing<'p> {
    portion: &'p Portion,
    readers: u64,
}

/// A topic of a hub, as long as someone follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Feed {
    hub: usize,
    topic: u32,
}

/// From where to where a cursor goes in its only topic.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) from: Place,
    pub(super) frames: u64,
    /// As they are in a cursor that has gone there.
    pub(super) rank: Rank,
    pub(super) events: Option<u64>,
    /// The last event on the way.
    pub(super) event: Option<EventId>,
}

/// What decides what a cursor in one topic gets next from the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) topic: u32,
    pub(super) next: u64,
    pub(super) rank: Rank,
    told: [u64; 2],
}

impl Portion {
    pub(super) const fn new(shared: Arc<Shared>, frame: Frame, step: Option<Step>) -> Self {
        Self {
            shared,
            frame,
            step,
        }
    }

    /// Whole messages, one after another.
    #[must_use]
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Whether it comes from the log alone. What a reader is told for itself, such as a gap, and
    /// what is kept of a key, is for no other.
    #[must_use]
    pub const fn is_for_all(&self) -> bool {
        self.step.is_some()
    }

    /// Whether it is what this reader gets next.
    #[must_use]
    pub fn is_next_of(&self, reader: &Subscription) -> bool {
        self.step_of(reader).is_some()
    }

    /// Has readers take it, too.
    pub const fn share(&self) -> Sharing<'_> {
        Sharing {
            portion: self,
            readers: 0,
        }
    }

    fn step_of(&self, reader: &Subscription) -> Option<&Step> {
        let is_next = |step: &&Step| reader.cursor.place() == Some(step.from);
        let step = self.step.as_ref().filter(is_next);
        step.filter(|_| Arc::ptr_eq(&self.shared, &reader.shared))
    }
}

impl Sharing<'_> {
    /// Has this reader take the portion, if that is what it gets next.
    pub fn with(&mut self, reader: &mut Subscription) -> bool {
        let step = self.portion.step_of(reader);
        if let Some(step) = step {
            reader.cursor.go(step);
            self.readers += 1;
        }
        step.is_some()
    }
}

impl Drop for Sharing<'_> {
    fn drop(&mut self) {
        if let Some(step) = self.portion.step.as_ref().filter(|_| self.readers > 0) {
            let mut state = self.portion.shared.lock();
            state.count_delivered(step.from.topic, step.frames * self.readers);
        }
    }
}

impl Feed {
    /// The one topic that a cursor follows.
    pub(super) fn of(shared: &Arc<Shared>, cursor: &Cursor) -> Option<Self> {
        let Follows::One(Follow { topic, .. }) = cursor.follows else {
            return None;
        };
        Some(Self {
            hub: Arc::as_ptr(shared).addr(),
            topic,
        })
    }
}

impl Cursor {
    /// Where it stands, if it follows one topic and is not to be told that it is astray.
    pub(super) fn place(&self) -> Option<Place> {
        let Follows::One(follow) = &self.follows else {
            return None;
        };
        let has_place = !self.ended && !matches!(self.reader, Reader::Astray(_));
        has_place.then_some(Place {
            topic: follow.topic,
            next: follow.next,
            rank: self.rank,
            told: follow.told,
        })
    }

    /// The way from a place in the ring to where it stands after taking so many frames, if it took
    /// them all from there.
    pub(super) fn step_from(&self, from: Place, frames: usize) -> Option<Step> {
        let Follows::One(follow) = &self.follows else {
            return None;
        };
        let event = match &self.reader {
            Reader::Had(event) if event.number > from.rank.number => Some(event.clone()),
            Reader::Had(_) | Reader::Fresh | Reader::Astray(_) => None,
        };
        let frames = frames as u64;
        (follow.next == from.next + frames).then_some(Step {
            from,
            frames,
            rank: self.rank,
            events: follow.events,
            event,
        })
    }

    /// Goes where another went that stood in the same place.
    pub(super) fn go(&mut self, step: &Step) {
        self.rank = step.rank;
        self.behind = false;
        if let Follows::One(follow) = &mut self.follows {
            follow.next = step.from.next + step.frames;
            follow.events = step.events;
        }
        if let Some(event) = &step.event {
            self.reader = Reader::Had(event.clone());
        }
    }
}
