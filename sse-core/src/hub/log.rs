//! What a hub holds of one topic: the ring of encoded frames, where an id lies in it, what has
//! been evicted.

use std::{
    boxed::Box,
    collections::{HashMap, VecDeque},
    format,
    sync::Arc,
};

use super::{HubConfig, latest::Latest, rank::Rank};
use crate::{Frame, Overrun, PublishError, event_id::decimal};

pub(super) use crate::event_id::EventId;

/// Frames in the order of publication; the oldest leave when there are too many, too large or too
/// old ones.
#[derive(Debug)]
pub(super) struct Log {
    ring: VecDeque<Entry>,
    /// Index of the ring's oldest frame. Starts at 1: 0 is before everything.
    first: u64,
    /// In the ring.
    bytes: usize,
    /// How many events there ever were.
    events: u64,
    /// Numbers of the held events whose ids are not their numbers.
    #[expect(clippy::box_collection, reason = "most topics have none")]
    own_ids: Option<Box<HashMap<Arc<str>, u64>>>,
    /// Whether the number of each event so far was its id.
    numbered: bool,
    /// The number before the first, if it may be that of another topic's event.
    seam: Option<u64>,
    /// The newest event that has left the ring.
    before: EventId,
    /// With [`Overrun::Latest`].
    latest: Option<Box<Latest>>,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) frame: Frame,
    pub(super) rank: Rank,
    /// How many events there were by then, this one included.
    pub(super) nth: u64,
    /// The id of the event, where it is not its number.
    pub(super) own: Option<Arc<str>>,
    pub(super) key: Option<Arc<str>>,
    /// The epoch of the hub's clock.
    pub(super) epoch: u64,
}

/// What went before a log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Past {
    /// There may have been events up to this number.
    pub(super) number: u64,
    /// Whether their numbers were their ids.
    pub(super) numbered: bool,
    /// Whether the number may be that of another topic's event.
    pub(super) seam: bool,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) frames: usize,
    pub(super) bytes: usize,
}

impl Log {
    pub(super) fn new(past: Past, config: &HubConfig) -> Self {
        let before = EventId::numbered(past.number);
        let latest = || Box::new(Latest::new(before.clone()));
        Self {
            ring: VecDeque::new(),
            first: 1,
            bytes: 0,
            events: 0,
            own_ids: None,
            numbered: past.numbered,
            seam: past.seam.then_some(past.number),
            latest: (config.overrun == Overrun::Latest).then(latest),
            before,
        }
    }

    /// Appends a frame; an event without an id of its own has its number as its id.
    pub(super) fn push(
        &mut self,
        frame: Frame,
        rank: Rank,
        own: Option<Arc<str>>,
        key: Option<&str>,
        epoch: u64,
        config: &HubConfig,
    ) {
        if rank.is_event() {
            self.events += 1;
        }
        if let Some(own) = &own {
            let own_ids = self.own_ids.get_or_insert_default();
            own_ids.insert(Arc::clone(own), rank.number);
            self.numbered = false;
        }
        let mut held_key = None;
        if let (Some(latest), Some(key)) = (&mut self.latest, key.filter(|_| rank.is_event())) {
            let (key, superseded) = latest.publish(key, rank.number);
            held_key = Some(key);
            self.forget_id(superseded);
        }
        self.bytes += frame.as_ref().len();
        self.ring.push_back(Entry {
            frame,
            rank,
            nth: self.events,
            own,
            key: held_key,
            epoch,
        });
        while self.ring.len() > config.max_frames || self.bytes > config.max_bytes {
            let Some(evicted) = self.pop() else { break };
            let gone = match &mut self.latest {
                Some(latest) => latest.keep(evicted).err(),
                None => Some(evicted),
            };
            self.forget_id(gone);
        }
        while let Some(latest) = &mut self.latest
            && let Some(lost) = latest.pop_beyond(config)
        {
            self.forget_id(Some(lost));
        }
    }

    /// Lets frames go that are of this epoch or an earlier one, at most so many. Returns how many
    /// went.
    pub(super) fn age(&mut self, epoch: u64, max: usize) -> usize {
        for gone in 0..max {
            if self.oldest_epoch().is_none_or(|oldest| oldest > epoch) {
                return gone;
            }
            let oldest = self.latest.as_mut().and_then(|latest| latest.pop_oldest());
            let oldest = oldest.or_else(|| {
                let evicted = self.pop()?;
                if let Some(latest) = &mut self.latest {
                    latest.lose(&evicted);
                }
                Some(evicted)
            });
            self.forget_id(oldest);
        }
        max
    }

    /// Takes the oldest frame out of the ring.
    fn pop(&mut self) -> Option<Entry> {
        let evicted = self.ring.pop_front()?;
        self.first += 1;
        self.bytes -= evicted.frame.as_ref().len();
        if evicted.rank.is_event() {
            self.before = evicted.id();
        }
        Some(evicted)
    }

    fn forget_id(&mut self, gone: Option<Entry>) {
        if let (Some(own_ids), Some(own)) = (&mut self.own_ids, gone.and_then(|entry| entry.own)) {
            own_ids.remove(&own);
        }
    }

    /// The event that has this id, as long as it is held or was the last to leave.
    pub(super) fn find(&self, id: &str) -> Option<EventId> {
        let own_id = self.own_ids.as_ref().and_then(|own| own.get_key_value(id));
        if let Some((own, &number)) = own_id {
            let own = Some(Arc::clone(own));
            return Some(EventId { number, own });
        }
        for gone in [&self.before, self.lost()] {
            if gone.is(id) && !self.is_seam(gone) {
                return Some(gone.clone());
            }
        }
        let number = decimal(id)?;
        let rank = Rank::of_event(number);
        let index = self.ring.partition_point(|entry| entry.rank < rank);
        let in_ring = self.ring.get(index).filter(|entry| entry.rank == rank);
        let entry = in_ring.or_else(|| self.latest.as_ref()?.event(number))?;
        entry.own.is_none().then(|| entry.id())
    }

    /// Whether an event with this id of its own may be pushed.
    pub(super) fn check_own(&self, id: &str) -> Result<(), PublishError> {
        if id.is_empty() {
            return Err(PublishError::EmptyId);
        }
        // Events named by their numbers have taken them all.
        let is_taken =
            |number| self.numbered && !self.is_seam(&self.before) && number < self.before.number;
        if self.find(id).is_some() || seam(id).is_some() || decimal(id).is_some_and(is_taken) {
            return Err(PublishError::DuplicateId);
        }
        Ok(())
    }

    /// What the ring holds from this index on.
    pub(super) fn ring_from(&self, index: u64) -> impl Iterator<Item = &Entry> {
        let skipped = usize::try_from(index.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.ring.range(skipped.min(self.ring.len())..)
    }

    /// What is kept after this number and has left the ring.
    pub(super) fn kept_after(&self, number: u64) -> impl Iterator<Item = &Entry> {
        let kept = self.latest.as_ref().filter(|latest| latest.frames() > 0);
        kept.into_iter()
            .flat_map(move |latest| latest.after(number))
    }

    /// Index of the first frame after this rank, and how many events there were before it. None
    /// if events have left the ring since.
    pub(super) fn place(&self, rank: Rank) -> Option<(u64, u64)> {
        if self.before.number > rank.number {
            return None;
        }
        let index = self.ring.partition_point(|entry| entry.rank <= rank);
        let events = self
            .ring
            .get(index)
            .map_or(self.events, Entry::events_before);
        Some((self.first + index as u64, events))
    }

    /// The oldest event held that has a greater number.
    pub(super) fn event_after(&self, number: u64) -> Option<&Entry> {
        self.kept_after(number).next().or_else(|| {
            let next = self
                .ring
                .partition_point(|entry| entry.rank.number <= number);
            let events = self.ring.get(next)?.events_before();
            self.ring
                .get(self.ring.partition_point(|entry| entry.nth <= events))
        })
    }

    pub(super) fn oldest_event(&self) -> Option<&Entry> {
        self.event_after(0)
    }

    /// The newest event held.
    pub(super) fn newest_event(&self) -> Option<&Entry> {
        let newest = self.ring.partition_point(|entry| entry.nth < self.events);
        let in_ring = self.ring.get(newest).filter(|entry| entry.rank.is_event());
        in_ring.or_else(|| self.latest.as_ref()?.newest())
    }

    /// The newest event there ever was, or the place before the first, by an id that finds it.
    pub(super) fn newest(&self) -> EventId {
        match self.newest_event() {
            Some(entry) if entry.rank.number > self.before.number => entry.id(),
            _ => self.findable(&self.before),
        }
    }

    /// The newest event that no reader can be given any more, or the place before the first.
    pub(super) fn lost(&self) -> &EventId {
        match &self.latest {
            Some(latest) => latest.lost(),
            None => &self.before,
        }
    }

    /// How far events are lost, from the ring and from what is kept beside it: each grows with
    /// every loss.
    pub(super) fn losses(&self) -> [u64; 2] {
        let dropped = self.latest.as_ref().map_or(0, |latest| latest.dropped());
        [self.lost().number, dropped]
    }

    /// An event or place by an id that finds it.
    pub(super) fn findable(&self, id: &EventId) -> EventId {
        match self.is_seam(id) {
            true => seam_id(id.number),
            false => id.clone(),
        }
    }

    fn is_seam(&self, id: &EventId) -> bool {
        id.own.is_none() && self.seam == Some(id.number)
    }

    /// How many events have left the ring. With [`Overrun::Latest`], not all of them are lost.
    pub(super) fn evicted(&self) -> u64 {
        self.ring.front().map_or(self.events, Entry::events_before)
    }

    /// How many events there ever were.
    pub(super) fn events(&self) -> u64 {
        self.events
    }

    /// How many frames there ever were.
    pub(super) fn published(&self) -> u64 {
        self.end() - 1
    }

    pub(super) fn is_numbered(&self) -> bool {
        self.numbered
    }

    pub(super) fn compacts(&self) -> bool {
        self.latest.is_some()
    }

    /// The number of the newest event evicted, or of the place before the first.
    pub(super) fn before(&self) -> u64 {
        self.before.number
    }

    /// Index of the ring's oldest frame.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Index of the next frame to be pushed.
    pub(super) fn end(&self) -> u64 {
        self.first + self.ring.len() as u64
    }

    pub(super) fn held(&self) -> Held {
        let latest = self.latest.as_ref();
        Held {
            frames: self.ring.len() + latest.map_or(0, |latest| latest.frames()),
            bytes: self.bytes + latest.map_or(0, |latest| latest.bytes()),
        }
    }

    pub(super) fn oldest_epoch(&self) -> Option<u64> {
        let kept = self.latest.as_ref().and_then(|latest| latest.oldest());
        kept.or_else(|| self.ring.front()).map(|entry| entry.epoch)
    }
}

impl Held {
    /// Something that is part of this has changed.
    pub(super) fn change(&mut self, before: Self, after: Self) {
        self.frames = self.frames - before.frames + after.frames;
        self.bytes = self.bytes - before.bytes + after.bytes;
    }
}

impl Entry {
    pub(super) fn id(&self) -> EventId {
        EventId {
            number: self.rank.number,
            own: self.own.clone(),
        }
    }

    fn events_before(&self) -> u64 {
        self.nth - u64::from(self.rank.is_event())
    }
}

/// An id for a place where no event of the topic is.
pub(super) fn seam_id(number: u64) -> EventId {
    EventId {
        number,
        own: Some(format!("{SEAM}{number}").into()),
    }
}

/// Reads such an id.
pub(super) fn seam(id: &str) -> Option<u64> {
    decimal(id.strip_prefix(SEAM)?)
}

const SEAM: char = '~';
