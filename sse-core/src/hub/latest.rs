//! What has left a ring and is still the newest of its key.

use core::ops::Bound;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    HubConfig,
    log::{Entry, EventId},
};

/// The compacted part of a log: at most one event of each key, in the order of publication.
#[derive(Debug)]
pub(super) struct Latest {
    /// By number.
    kept: BTreeMap<u64, Entry>,
    bytes: usize,
    /// The number of the newest event of each key, kept here or still in the ring.
    newest: HashMap<Arc<str>, u64>,
    /// The newest event that is gone and has no successor.
    lost: EventId,
    /// The number of the newest event that is gone from here and has no successor. What is kept
    /// may be lost after newer events were.
    dropped: u64,
}

impl Latest {
    /// Everything up to this event is gone.
    pub(super) fn new(lost: EventId) -> Self {
        Self {
            kept: BTreeMap::new(),
            bytes: 0,
            newest: HashMap::new(),
            lost,
            dropped: 0,
        }
    }

    /// Takes note of a new event. Returns the key as it is held, and what was kept of it so far.
    pub(super) fn publish(&mut self, key: &str, number: u64) -> (Arc<str>, Option<Entry>) {
        let key = match self.newest.get_key_value(key) {
            Some((key, _)) => Arc::clone(key),
            None => key.into(),
        };
        let before = self.newest.insert(Arc::clone(&key), number);
        let superseded = before.and_then(|before| self.take(before));
        (key, superseded)
    }

    /// Keeps what has left the ring, unless it is no event or is not the newest of a key.
    pub(super) fn keep(&mut self, evicted: Entry) -> Result<(), Entry> {
        if self.is_newest(&evicted) {
            self.bytes += evicted.frame.as_ref().len();
            self.kept.insert(evicted.rank.number, evicted);
            return Ok(());
        }
        self.lose(&evicted);
        Err(evicted)
    }

    /// Takes note of a frame that has left the ring for good.
    pub(super) fn lose(&mut self, gone: &Entry) {
        if !gone.rank.is_event() {
            return;
        }
        if let Some(key) = &gone.key {
            if !self.is_newest(gone) {
                return;
            }
            self.newest.remove(key);
        }
        if gone.rank.number > self.lost.number {
            self.lost = gone.id();
        }
    }

    /// Lets the oldest go.
    pub(super) fn pop_oldest(&mut self) -> Option<Entry> {
        let (&number, _) = self.kept.first_key_value()?;
        let oldest = self.take(number)?;
        self.lose(&oldest);
        self.dropped = number;
        Some(oldest)
    }

    /// Lets the oldest go if there is too much.
    pub(super) fn pop_beyond(&mut self, config: &HubConfig) -> Option<Entry> {
        let beyond = self.kept.len() > config.max_keys || self.bytes > config.max_bytes;
        if beyond { self.pop_oldest() } else { None }
    }

    pub(super) fn after(&self, number: u64) -> impl Iterator<Item = &Entry> {
        let range = (Bound::Excluded(number), Bound::Unbounded);
        self.kept.range(range).map(|(_, entry)| entry)
    }

    pub(super) fn event(&self, number: u64) -> Option<&Entry> {
        self.kept.get(&number)
    }

    pub(super) fn oldest(&self) -> Option<&Entry> {
        self.kept.first_key_value().map(|(_, entry)| entry)
    }

    pub(super) fn newest(&self) -> Option<&Entry> {
        self.kept.last_key_value().map(|(_, entry)| entry)
    }

    pub(super) fn lost(&self) -> &EventId {
        &self.lost
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(super) fn frames(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn is_newest(&self, entry: &Entry) -> bool {
        let key = entry.key.as_ref();
        key.is_some_and(|key| self.newest.get(key) == Some(&entry.rank.number))
    }

    fn take(&mut self, number: u64) -> Option<Entry> {
        let entry = self.kept.remove(&number)?;
        self.bytes -= entry.frame.as_ref().len();
        Some(entry)
    }
}
