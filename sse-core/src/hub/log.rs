//! The ring of encoded frames: what is held, where an id lies in it, what has been evicted.

use core::fmt;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use super::HubConfig;
use crate::Frame;

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

/// Names an event: by its number, and by its id where that is another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EventId {
    pub(super) number: u64,
    own: Option<Arc<str>>,
}

/// Where an id lies.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Named the event just before `next`.
    Before { next: u64, at: EventId },
    /// Was in the log once.
    Evicted(EventId),
    /// Never was in this log, or is too old to tell.
    Unknown,
}

impl Log {
    pub(super) fn new(config: &HubConfig) -> Self {
        let before = EventId {
            number: config.first_id - 1,
            own: None,
        };
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

    pub(super) fn place(&self, id: &str) -> Place {
        if let Some(&position) = self.own_ids.get(id)
            && let Some(entry) = self.entry(position)
        {
            return Place::Before {
                next: position + 1,
                at: entry.at.clone(),
            };
        }
        if self.before.is(id) {
            return Place::Before {
                next: self.first,
                at: self.before.clone(),
            };
        }
        let Some(number) = decimal(id) else {
            return Place::Unknown;
        };
        if number < self.before.number {
            let at = EventId { number, own: None };
            return if self.numbered {
                Place::Evicted(at)
            } else {
                Place::Unknown
            };
        }
        let index = self
            .entries
            .partition_point(|entry| entry.at.number < number);
        match self.entries.get(index) {
            Some(entry) if entry.at.is(id) => Place::Before {
                next: self.first + index as u64 + 1,
                at: entry.at.clone(),
            },
            Some(_) | None => Place::Unknown,
        }
    }

    /// The oldest event held that is newer than `id`.
    pub(super) fn event_after(&self, id: &EventId) -> Option<&EventId> {
        let index = self
            .entries
            .partition_point(|entry| entry.at.number <= id.number);
        self.entries.get(index).map(|entry| &entry.at)
    }

    pub(super) fn oldest_event(&self) -> Option<&EventId> {
        self.event_after(&self.before)
    }

    pub(super) fn newest_event(&self) -> Option<&EventId> {
        (self.newest.number > self.before.number).then_some(&self.newest)
    }

    /// The newest event there ever was, or the number before the first.
    pub(super) fn newest(&self) -> &EventId {
        &self.newest
    }

    /// The newest event evicted, or the number before the first.
    pub(super) fn before(&self) -> &EventId {
        &self.before
    }

    pub(super) fn next_number(&self) -> u64 {
        self.newest.number + 1
    }

    /// Position of the oldest frame held.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Position of the next frame to be pushed.
    pub(super) fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
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

impl EventId {
    fn is(&self, id: &str) -> bool {
        match &self.own {
            Some(own) => **own == *id,
            None => decimal(id) == Some(self.number),
        }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.own {
            Some(own) => f.write_str(own),
            None => self.number.fmt(f),
        }
    }
}

/// Reads a number only in the form in which it would have been written.
pub(super) fn decimal(id: &str) -> Option<u64> {
    let canonical = id == "0" || id.starts_with(|first| matches!(first, '1'..='9'));
    if canonical { id.parse().ok() } else { None }
}
