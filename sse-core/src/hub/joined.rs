//! Many frames as one, made once for all readers in the same place.

use core::mem;
use std::{boxed::Box, vec::Vec};

use super::{
    cursor::{Cursor, Outcome},
    portion::{Place, Step},
    room::Room,
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
    step: Step,
}

/// Frames that come one by one and leave as one.
struct Joiner {
    first: Option<Frame>,
    all: Vec<u8>,
}

impl Cursor {
    /// Gives what comes next, up to so many bytes, as one frame; and the way that others go with
    /// it, if others may.
    pub(super) fn advance_joined(
        &mut self,
        state: &mut State,
        max_bytes: usize,
        out: &mut Option<(Frame, Option<Step>)>,
    ) -> Outcome {
        let before = self.place_in_ring(state);
        if let Some(place) = before
            && let Some((frame, step)) = self.take_joined(state, place, max_bytes)
        {
            let frames = step.frames as usize;
            *out = Some((frame, Some(step)));
            return Outcome::Frames(frames);
        }
        let mut room = Room::new(usize::MAX, max_bytes);
        let mut joiner = Joiner::new(mem::take(&mut state.joining));
        let outcome = self.advance(state, &mut room, &mut |frame: &Frame| joiner.push(frame));
        let (frame, memory) = joiner.join();
        state.joining = memory;
        *out = frame.map(|frame| {
            let step = before.and_then(|from| self.step_from(from, room.frames()));
            if let Some(step) = &step {
                keep_joined(state, step, &room, &frame);
            }
            (frame, step)
        });
        outcome
    }

    /// What was joined for another reader that was in the same place.
    fn take_joined(
        &mut self,
        state: &mut State,
        from: Place,
        max_bytes: usize,
    ) -> Option<(Frame, Step)> {
        let topic = state.topic(from.topic);
        let Joined { frame, step, .. } = topic.joined.as_deref().filter(|joined| {
            let until = joined.step.from.next + joined.step.frames;
            joined.step.from.next == from.next
                && joined.max_bytes == max_bytes
                && (joined.is_full || until == topic.log.end())
        })?;
        let (frame, step) = (
            frame.clone(),
            Step {
                from,
                ..step.clone()
            },
        );
        self.go(&step);
        state.count_delivered(from.topic, step.frames);
        Some((frame, step))
    }

    /// Where it stands, if that is in the ring of its only topic and it has nothing else to be
    /// given or told first.
    fn place_in_ring(&self, state: &State) -> Option<Place> {
        let place = self.place()?;
        let log = &state.topic(place.topic).log;
        let in_ring = place.next >= log.first() && !self.follows.have_lost(self.rank, state);
        let kept = log.kept_after(self.rank.number).next().is_some();
        (in_ring && !kept).then_some(place)
    }
}

fn keep_joined(state: &mut State, step: &Step, room: &Room, frame: &Frame) {
    let topic = state.topic_mut(step.from.topic);
    if topic.subscribers < 2 || step.frames < 2 {
        return;
    }
    topic.joined = Some(Box::new(Joined {
        max_bytes: room.max_bytes(),
        is_full: room.is_full(),
        frame: frame.clone(),
        step: step.clone(),
    }));
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
