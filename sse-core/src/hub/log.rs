//! The ring of encoded frames: what is held, where an id lies in it, what has been evicted.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use super::HubConfig;
use crate::{Frame, event_id, replay::Replay};

/// Names an event of a hub.
pub(super) type EventId = event_id::EventId<Arc<str>>;

/// Frames at consecutive positions; the oldest leave when there are too many or too large ones.
#[derive(Debug)]
pub(super) struct Log {
    entries: VecDeque<Entry>,
    /// Position of the oldest entry. Starts at 1: 0 is before everything.
    first: u64,
    bytes: usize,
    max_frames: usize,
    max_bytes: usize,
    /// Positions of the held events whose ids are not their numbers.
    own_ids: HashMap<Arc<str>, u64>,
    /// Whether the number of each event so far was its id.
    numbered: bool,
    /// The newest event that is no longer held.
    before: EventId,
    newest: EventId,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) frame: Frame,
    /// This event, or for a frame without an id the newest event before it.
    pub(super) at: EventId,
    is_event: bool,
}

impl Log {
    pub(super) fn new(config: &HubConfig) -> Self {
        let before = EventId::numbered(config.first_id - 1);
        Self {
            entries: VecDeque::new(),
            first: 1,
            bytes: 0,
            max_frames: config.max_frames,
            max_bytes: config.max_bytes,
            own_ids: HashMap::new(),
            numbered: true,
            newest: before.clone(),
            before,
        }
    }

    /// Appends an event; without an id of its own, its number is its id.
    pub(super) fn push_event(&mut self, frame: Frame, own: Option<Arc<str>>) {
        if let Some(own) = &own {
            self.own_ids.insert(Arc::clone(own), self.end());
            self.numbered = false;
        }
        self.newest = EventId {
            number: self.next_number(),
            own,
        };
        self.push(frame, true);
    }

    /// Appends a frame that has no id.
    pub(super) fn push_aside(&mut self, frame: Frame) {
        self.push(frame, false);
    }

    fn push(&mut self, frame: Frame, is_event: bool) {
        self.bytes += frame.as_ref().len();
        self.entries.push_back(Entry {
            frame,
            at: self.newest.clone(),
            is_event,
        });
        while self.entries.len() > self.max_frames || self.bytes > self.max_bytes {
            let Some(evicted) = self.entries.pop_front() else {
                return;
            };
            if let (true, Some(own)) = (evicted.is_event, &evicted.at.own) {
                self.own_ids.remove(own);
            }
            self.first += 1;
            self.bytes -= evicted.frame.as_ref().len();
            self.before = evicted.at;
        }
    }

    pub(super) fn entry(&self, position: u64) -> Option<&Entry> {
        let index = position.checked_sub(self.first)?;
        self.entries.get(usize::try_from(index).ok()?)
    }

    pub(super) fn oldest_event(&self) -> Option<EventId> {
        self.find_number(self.before.number + 1).map(|(_, id)| id)
    }

    pub(super) fn newest_event(&self) -> Option<&EventId> {
        (self.newest.number > self.before.number).then_some(&self.newest)
    }

    pub(super) fn next_number(&self) -> u64 {
        self.newest.number + 1
    }

    pub(super) fn frames(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn fits(&self, len: usize) -> bool {
        len <= self.max_bytes
    }
}

impl Replay for Log {
    type Text = Arc<str>;

    fn first(&self) -> u64 {
        self.first
    }

    fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    fn before(&self) -> &EventId {
        &self.before
    }

    fn newest(&self) -> &EventId {
        &self.newest
    }

    fn is_numbered(&self) -> bool {
        self.numbered
    }

    fn find_own(&self, id: &str) -> Option<(u64, EventId)> {
        let &position = self.own_ids.get(id)?;
        Some((position, self.entry(position)?.at.clone()))
    }

    fn find_number(&self, number: u64) -> Option<(u64, EventId)> {
        let index = self
            .entries
            .partition_point(|entry| entry.at.number < number);
        let entry = self.entries.get(index)?;
        Some((self.first + index as u64, entry.at.clone()))
    }

    fn keep(id: &str) -> Option<Arc<str>> {
        Some(id.into())
    }
}
