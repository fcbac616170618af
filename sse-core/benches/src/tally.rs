//! What is done with each event: little where time counts, all of it where the result does.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Takes the events of a stream.
pub(crate) trait Sink: Default + PartialEq {
    /// Takes one event.
    fn event(&mut self, event_type: &[u8], data: &[u8], id: &[u8]);

    /// Takes one event that is text.
    fn text(&mut self, event_type: &str, data: &str, id: &str) {
        self.event(event_type.as_bytes(), data.as_bytes(), id.as_bytes());
    }
}

/// What is consumed while time is taken: the count of events, the sum of lengths, and a checksum
/// of types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) events: usize,
    lengths: usize,
    types: u64,
}

impl Sink for Tally {
    fn event(&mut self, event_type: &[u8], data: &[u8], id: &[u8]) {
        self.events += 1;
        self.lengths += data.len() + id.len();
        let last = event_type.last().copied().unwrap_or_default();
        self.types = self.types.rotate_left(5) ^ (event_type.len() as u64) << 8 ^ u64::from(last);
    }
}

/// What is compared before: every byte of every event, as text.
#[derive(Debug, Default)]
pub(crate) struct Digest {
    pub(crate) events: usize,
    hash: DefaultHasher,
}

impl Sink for Digest {
    fn event(&mut self, event_type: &[u8], data: &[u8], id: &[u8]) {
        self.events += 1;
        for part in [event_type, data, id] {
            String::from_utf8_lossy(part).hash(&mut self.hash);
        }
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        (self.events, self.hash.finish()) == (other.events, other.hash.finish())
    }
}
