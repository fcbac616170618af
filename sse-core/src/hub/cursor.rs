//! Where a reader stands in the topics that it follows, and what it gets next.

use core::mem;
use std::{boxed::Box, sync::Arc};

use super::{
    follow::{Follow, Follows},
    gap::Gap,
    log::EventId,
    rank::Rank,
    room::Room,
    state::State,
};
use crate::{Frame, Overrun};

#[derive(Debug)]
pub(super) struct Cursor {
    pub(super) follows: Follows,
    /// All up to here was taken, was told of as lost, or is nothing to the reader.
    pub(super) rank: Rank,
    pub(super) reader: Reader,
    /// Which subscription of the hub this is.
    ordinal: u64,
    /// Whether something was lost before the subscription began that the reader was not told of.
    pub(super) behind: bool,
    pub(super) ended: bool,
}

/// What the reader takes for the last event it had.
#[derive(Debug)]
pub(super) enum Reader {
    /// It had none.
    Fresh,
    Had(EventId),
    /// It named an id that the topics do not know, and has not been told yet.
    Astray(Box<Astray>),
}

#[derive(Debug)]
pub(super) struct Astray {
    pub(super) named: Arc<str>,
    /// The newest event when it subscribed.
    pub(super) at: EventId,
}

/// What there is for a reader.
#[derive(Debug)]
pub(super) enum Outcome {
    Frames(usize),
    Gap(Gap),
    Farewell(Frame),
    Wait,
    End,
}

/// What comes next in the topics.
pub(super) enum Next {
    /// The topic has frames, the first of which has this rank; the others have none before `until`.
    Frames {
        first: Rank,
        of: usize,
        kept: bool,
        until: Rank,
    },
    Nothing,
}

impl Cursor {
    /// Where a reader starts that had `last_event_id`.
    pub(super) fn new(
        state: &State,
        mut follows: Follows,
        last_event_id: Option<&str>,
        ordinal: u64,
    ) -> Self {
        let (reader, rank) = match last_event_id {
            None | Some("") => (Reader::Fresh, state.newest()),
            Some(id) => match state.place(&follows, id) {
                Some(at) => {
                    let rank = Rank::of_event(at.number);
                    (Reader::Had(at), rank)
                }
                None => (Reader::astray(state, &follows, id), state.newest()),
            },
        };
        for follow in &mut *follows {
            let place = state.topic(follow.topic).log.place(rank);
            follow.next = place.map_or(0, |(next, _)| next);
            follow.events = place.map(|(_, events)| events);
        }
        Self {
            rank,
            reader,
            ordinal,
            behind: follows.have_lost(rank, state),
            ended: follows.is_empty(),
            follows,
        }
    }

    /// Gives the next frames to `sink`, or says what there is instead.
    pub(super) fn advance(
        &mut self,
        state: &mut State,
        room: &mut Room,
        sink: &mut impl FnMut(&Frame),
    ) -> Outcome {
        if self.ended {
            return Outcome::End;
        }
        for follow in &mut *self.follows {
            let first = state.topic(follow.topic).log.first();
            if follow.next < first {
                let taken = mem::replace(&mut follow.next, first);
                state.counters.lagged += if taken == 0 { 0 } else { first - taken };
            }
        }
        let has_lost = self.follows.have_lost(self.rank, state);
        self.behind &= has_lost;
        if has_lost && !self.behind && state.config.overrun == Overrun::Close {
            self.ended = true;
            return Outcome::End;
        }
        if has_lost || matches!(self.reader, Reader::Astray(_)) {
            return Outcome::Gap(self.gap(state));
        }
        while !room.is_full()
            && let Next::Frames {
                of, kept, until, ..
            } = self.next(state)
        {
            self.take((of, kept), until, state, room, sink);
        }
        if room.frames() > 0 {
            return Outcome::Frames(room.frames());
        }
        let Some(farewell) = &state.closed else {
            return Outcome::Wait;
        };
        self.ended = true;
        match farewell.frame(self.ordinal) {
            Some(frame) => Outcome::Farewell(frame),
            None => Outcome::End,
        }
    }

    /// Looks which topic comes next in the order of publication.
    pub(super) fn next(&self, state: &State) -> Next {
        let mut first: Option<(Rank, usize, bool)> = None;
        let mut until = Rank::END;
        for (of, follow) in self.follows.iter().enumerate() {
            let log = &state.topic(follow.topic).log;
            let Some((rank, kept)) = follow.next(log, self.rank) else {
                continue;
            };
            match first {
                Some((best, ..)) if rank > best => until = until.min(rank),
                _ => {
                    until = first.map_or(until, |(best, ..)| best);
                    first = Some((rank, of, kept));
                }
            }
        }
        match first {
            Some((first, of, kept)) => Next::Frames {
                first,
                of,
                kept,
                until,
            },
            None => Next::Nothing,
        }
    }

    fn take(
        &mut self,
        (of, kept): (usize, bool),
        until: Rank,
        state: &mut State,
        room: &mut Room,
        sink: &mut impl FnMut(&Frame),
    ) {
        let follow = &mut self.follows[of];
        let topic = state.topic_mut(follow.topic);
        let before = room.frames();
        let (last, event) = if kept {
            room.take(topic.log.kept_after(self.rank.number), until, sink)
        } else {
            room.take(topic.log.ring_from(follow.next), until, sink)
        };
        let taken = (room.frames() - before) as u64;
        if let Some(last) = last {
            self.rank = last.rank;
            follow.events = Some(last.nth);
        }
        if let Some(event) = event {
            self.reader = Reader::Had(event.id());
        }
        if !kept {
            follow.next += taken;
        }
        topic.delivered += taken;
        state.counters.delivered += taken;
    }
}

impl Reader {
    fn astray(state: &State, follows: &[Follow], named: &str) -> Self {
        let newest = follows.iter().map(|of| state.topic(of.topic).log.newest());
        match newest.max_by_key(|event| event.number) {
            Some(at) => Self::Astray(Box::new(Astray {
                named: named.into(),
                at,
            })),
            None => Self::Fresh,
        }
    }
}
