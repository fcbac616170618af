//! Where a reader stands in the topics that it follows, and what it gets next.

use core::{
    mem,
    ops::{Deref, DerefMut},
    slice,
};
use std::{boxed::Box, sync::Arc};

use super::{
    log::{Entry, EventId, Log, seam_id},
    rank::Rank,
    state::State,
};
use crate::{Frame, Overrun, gap};

/// What a reader is to be told that has missed something.
#[derive(Debug)]
pub(super) struct Gap {
    /// The last id the reader had, if it had one.
    after: Option<EventId>,
    /// The id of the next event it gets, as far as there is one yet.
    resumes_at: Option<EventId>,
    /// How many events are between them, if that can be known.
    lost: Option<u64>,
    /// Where the reader stands now.
    at: EventId,
}

impl Gap {
    pub(super) fn frame(&self) -> Frame {
        let mut digits = [[0; 20]; 3];
        let [after, resumes_at, at] = digits.each_mut();
        let gap = gap::Gap {
            after: self.after.as_ref().map(|id| id.text(after)),
            resumes_at: self.resumes_at.as_ref().map(|id| id.text(resumes_at)),
            lost: self.lost,
        };
        let frame = gap.message(self.at.text(at)).to_frame();
        frame.expect("an id is written without error")
    }
}

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
    named: Arc<str>,
    /// The newest event when it subscribed.
    at: EventId,
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

/// How much is taken at a time: at least one frame, then as long as there is room.
#[derive(Debug)]
pub(super) struct Room {
    max_frames: usize,
    max_bytes: usize,
    frames: usize,
    bytes: usize,
    is_full: bool,
}

/// What comes next in the topics.
enum Next {
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
        while !room.is_full
            && let Next::Frames {
                of, kept, until, ..
            } = self.next(state)
        {
            self.take((of, kept), until, state, room, sink);
        }
        if room.frames > 0 {
            return Outcome::Frames(room.frames);
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
    fn next(&self, state: &State) -> Next {
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
        let before = room.frames;
        let (last, event) = if kept {
            room.take(topic.log.kept_after(self.rank.number), until, sink)
        } else {
            room.take(topic.log.ring_from(follow.next), until, sink)
        };
        let taken = (room.frames - before) as u64;
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

    /// What the reader is to be told, since it is astray or since the topics have lost events.
    ///
    /// It is told before it gets anything else. The id leads to where it stands then: after the
    /// lost events, unless others that it is still given come before the last of them.
    fn gap(&mut self, state: &mut State) -> Gap {
        state.counters.gaps += 1;
        let lost = self.count_lost(state);
        let first = match self.next(state) {
            Next::Frames { first, .. } => first,
            Next::Nothing => Rank::END,
        };
        let logs = self.follows.iter().map(|of| &state.topic(of.topic).log);
        let is_passed = |log: &&Log| {
            let lost = Rank::of_event(log.lost().number);
            self.rank.number < lost.number && lost <= first
        };
        let passed = logs.clone().filter(is_passed);
        let passed = passed.max_by_key(|log| log.lost().number);
        let passed = passed.map(|log| log.findable(log.lost()));
        let (after, lost, at) = match mem::replace(&mut self.reader, Reader::Fresh) {
            Reader::Fresh => (None, lost, passed),
            Reader::Had(id) => (Some(id), lost, passed),
            Reader::Astray(astray) => {
                let Astray { named, at } = *astray;
                (Some(EventId::foreign(named)), None, passed.or(Some(at)))
            }
        };
        let at = at.unwrap_or_else(|| seam_id(self.rank.number));
        let next = logs.filter_map(|log| log.event_after(at.number));
        let resumes_at = next.min_by_key(|entry| entry.rank).map(Entry::id);
        self.rank = self.rank.max(Rank::of_event(at.number));
        self.reader = Reader::Had(at.clone());
        Gap {
            after,
            resumes_at,
            lost,
            at,
        }
    }

    /// How many events the topics have lost that the reader does not know of, if they can be
    /// counted. It knows of them then.
    fn count_lost(&mut self, state: &State) -> Option<u64> {
        let mut count = Some(0);
        for follow in &mut *self.follows {
            let log = &state.topic(follow.topic).log;
            if !follow.has_lost(log, self.rank) {
                continue;
            }
            let [told, _] = mem::replace(&mut follow.told, log.losses());
            let evicted = log.evicted();
            let of_topic = if log.compacts() {
                None
            } else if state.has_all_numbers(follow.topic) {
                Some(log.lost().number - told.max(self.rank.number))
            } else {
                follow.events.map(|events| evicted.saturating_sub(events))
            };
            count = count.zip(of_topic).map(|(count, more)| count + more);
            follow.events = Some(evicted);
        }
        count
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
    fn has_lost(&self, log: &Log, rank: Rank) -> bool {
        let mut losses = log.losses().into_iter().zip(self.told);
        losses.any(|(lost, told)| lost > rank.number && lost > told)
    }

    /// The rank of the next frame in the topic, and whether it has left the ring and is kept.
    fn next(&self, log: &Log, taken: Rank) -> Option<(Rank, bool)> {
        if let Some(kept) = log.kept_after(taken.number).next() {
            return Some((kept.rank, true));
        }
        let next = log.ring_from(self.next).next()?;
        Some((next.rank, false))
    }
}

impl Follows {
    /// Whether one of the topics has lost an event after this rank that the reader does not know
    /// of.
    pub(super) fn have_lost(&self, rank: Rank, state: &State) -> bool {
        let mut follows = self.iter();
        follows.any(|follow| follow.has_lost(&state.topic(follow.topic).log, rank))
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

impl Room {
    pub(super) fn new(max_frames: usize, max_bytes: usize) -> Self {
        Self {
            max_frames: max_frames.max(1),
            max_bytes,
            frames: 0,
            bytes: 0,
            is_full: false,
        }
    }

    pub(super) const fn frames(&self) -> usize {
        self.frames
    }

    pub(super) const fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    pub(super) const fn is_full(&self) -> bool {
        self.is_full
    }

    /// Gives entries to `sink` as far as there is room for them and they come before `until`.
    /// Returns the last of them, and the last event.
    fn take<'e>(
        &mut self,
        entries: impl Iterator<Item = &'e Entry>,
        until: Rank,
        sink: &mut impl FnMut(&Frame),
    ) -> (Option<&'e Entry>, Option<&'e Entry>) {
        let (mut last, mut event) = (None, None);
        for entry in entries.take_while(|entry| entry.rank < until) {
            let bytes = self.bytes + entry.frame.as_ref().len();
            self.is_full = self.frames > 0 && bytes > self.max_bytes;
            if self.is_full {
                break;
            }
            sink(&entry.frame);
            (self.bytes, self.frames) = (bytes, self.frames + 1);
            last = Some(entry);
            if entry.rank.is_event() {
                event = last;
            }
            self.is_full = self.frames == self.max_frames;
            if self.is_full {
                break;
            }
        }
        (last, event)
    }
}
