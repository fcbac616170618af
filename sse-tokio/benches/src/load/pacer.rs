//! How far the publisher may go: so many events ahead of the slowest subscriber.

use std::collections::VecDeque;

/// Counts for each event under way how many have it.
///
/// Subscribers that are counted must have joined before the first event that is under way.
#[derive(Debug, Default)]
pub struct Pacer {
    subscribers: usize,
    published: u64,
    /// Everyone has the events up to this one.
    complete: u64,
    /// How many have each of the events after it.
    received: VecDeque<usize>,
}

impl Pacer {
    /// Notes that events up to `number` are published.
    pub fn publish(&mut self, count: u64) {
        self.published += count;
        self.received
            .resize((self.published - self.complete) as usize, 0);
    }

    pub fn joined(&mut self) {
        self.subscribers += 1;
    }

    pub fn left(&mut self) {
        self.subscribers -= 1;
    }

    pub fn received(&mut self, number: u64) {
        // An event from before the subscribers that count is none of them.
        let Some(index) = number.checked_sub(self.complete + 1) else {
            return;
        };
        if let Some(count) = self.received.get_mut(index as usize) {
            *count += 1;
        }
        while self
            .received
            .front()
            .is_some_and(|count| *count >= self.subscribers)
        {
            self.received.pop_front();
            self.complete += 1;
        }
    }

    pub fn subscribers(&self) -> usize {
        self.subscribers
    }

    pub fn published(&self) -> u64 {
        self.published
    }

    /// Events that not everyone has.
    pub fn under_way(&self) -> u64 {
        self.received.len() as u64
    }

    /// How many have the newest event.
    pub fn up_to_date(&self) -> usize {
        self.received
            .back()
            .map_or(self.subscribers, |count| *count)
    }

    /// Takes what is under way for received, after a run in which not everyone got everything.
    pub fn forget(&mut self) {
        self.received.clear();
        self.complete = self.published;
    }
}
