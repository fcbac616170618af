//! Many frames as one, made once for all readers in the same place.

use core::mem;
use std::{boxed::Box, vec::Vec};

use super::{
    cursor::{Cursor, Follow, Follows, Outcome, Reader, Room},
    log::EventId,
    rank::Rank,
    state::State,
};
use crate::Frame;

/// What was joined last in a topic, and where whoever takes it goes on.
#[derive(Debug)]
pub(super) struct Joined {
    /// How many bytes were asked for.
    max_bytes: usize,
    /// Whether a longer ring would have made no difference.
    is_full: bool,
    frame: Frame,
    frames: u64,
    /// Index in the ring of the first frame in it.
    from: u64,
    /// As they are in a cursor that has taken it.
    rank: Rank,
    events: Option<u64>,
    event: Option<EventId>,
}

/// Frames that come one by one and leave as one.
struct Joiner {
    first: Option<Frame>,
    all: Vec<u8>,
}

impl Cursor {
    /// Gives what comes next, up to so many bytes, as one frame.
    pub(super) fn advance_joined(
        &mut self,
        state: &mut State,
        max_bytes: usize,
        out: &mut Option<Frame>,
    ) -> Outcome {
        if let Some((frame, frames)) = self.take_joined(state, max_bytes) {
            *out = Some(frame);
            return Outcome::Frames(frames);
        }
        let before = self.next_in_ring(state).map(|from| (from, self.rank));
        let mut room = Room::new(usize::MAX, max_bytes);
        let mut joiner = Joiner::new(mem::take(&mut state.joining));
        let outcome = self.advance(state, &mut room, &mut |frame: &Frame| joiner.push(frame));
        let (frame, memory) = joiner.join();
        state.joining = memory;
        if let (Some(before), 2.., Some(frame)) = (before, room.frames(), &frame) {
            self.keep_joined(state, before, &room, frame);
        }
        *out = frame;
        outcome
    }

    /// What was joined for another reader that was in the same place.
    fn take_joined(&mut self, state: &mut State, max_bytes: usize) -> Option<(Frame, usize)> {
        let next = self.next_in_ring(state)?;
        let [follow] = &mut *self.follows else {
            return None;
        };
        let topic = state.topic_mut(follow.topic);
        let joined = topic.joined.as_deref()?;
        let is_whole = joined.is_full || joined.from + joined.frames == topic.log.end();
        if joined.from != next || joined.max_bytes != max_bytes || !is_whole {
            return None;
        }
        self.rank = joined.rank;
        follow.next = next + joined.frames;
        follow.events = joined.events;
        if let Some(event) = &joined.event {
            self.reader = Reader::Had(event.clone());
        }
        let (frame, frames) = (joined.frame.clone(), joined.frames);
        topic.delivered += frames;
        state.counters.delivered += frames;
        Some((frame, frames as usize))
    }

    fn keep_joined(&self, state: &mut State, before: (u64, Rank), room: &Room, frame: &Frame) {
        let (from, taken) = before;
        let Follows::One(follow) = &self.follows else {
            return;
        };
        let topic = state.topic_mut(follow.topic);
        let frames = room.frames() as u64;
        if topic.subscribers < 2 || follow.next != from + frames {
            return;
        }
        let event = match &self.reader {
            Reader::Had(event) if event.number > taken.number => Some(event.clone()),
            Reader::Had(_) | Reader::Fresh | Reader::Astray(_) => None,
        };
        topic.joined = Some(Box::new(Joined {
            max_bytes: room.max_bytes(),
            is_full: room.is_full(),
            frame: frame.clone(),
            frames,
            from,
            rank: self.rank,
            events: follow.events,
            event,
        }));
    }

    /// Index in the ring of the next frame, if the cursor is in the ring of its only topic and has
    /// nothing else to be given or told first.
    fn next_in_ring(&self, state: &State) -> Option<u64> {
        let Follows::One(Follow { topic, next, .. }) = self.follows else {
            return None;
        };
        let log = &state.topic(topic).log;
        let in_ring = next >= log.first() && !self.follows.have_lost(self.rank, state);
        let astray = matches!(self.reader, Reader::Astray(_));
        let kept = log.kept_after(self.rank.number).next().is_some();
        (in_ring && !astray && !kept && !self.ended).then_some(next)
    }
}

impl Joiner {
    /// With memory to use.
    fn new(all: Vec<u8>) -> Self {
        Self { first: None, all }
    }

    fn push(&mut self, frame: &Frame) {
        match &self.first {
            None => self.first = Some(frame.clone()),
            Some(first) => {
                if self.all.is_empty() {
                    self.all.extend_from_slice(first.as_ref());
                }
                self.all.extend_from_slice(frame.as_ref());
            }
        }
    }

    /// Also gives the memory back, unless it has grown large.
    fn join(self) -> (Option<Frame>, Vec<u8>) {
        let Self { first, mut all } = self;
        if all.is_empty() {
            return (first, all);
        }
        let frame = Frame::from_tail(all.to_vec(), 0);
        all.clear();
        all.shrink_to(KEPT_CAPACITY);
        (Some(frame), all)
    }
}

const KEPT_CAPACITY: usize = 128 * 1024;
