//! What a reader is told that has missed something, and how much that was.

use core::mem;

use super::{
    cursor::{Astray, Cursor, Next, Reader},
    log::{Entry, EventId, Log, seam_id},
    rank::Rank,
    state::State,
};
use crate::{Frame, gap};

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
            after: self.after.as_ref().map_or("", |id| id.text(after)),
            resumes_at: self
                .resumes_at
                .as_ref()
                .map_or("", |id| id.text(resumes_at)),
            lost: self.lost,
        };
        let frame = gap.message(self.at.text(at)).to_frame();
        frame.expect("an id is written without error")
    }
}

impl Cursor {
    /// What the reader is to be told, since it is astray or since the topics have lost events.
    ///
    /// It is told before it gets anything else. The id leads to where it stands then: after the
    /// lost events, unless others that it is still given come before the last of them.
    pub(super) fn gap(&mut self, state: &mut State) -> Gap {
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
