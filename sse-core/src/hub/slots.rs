//! One waker per subscription, and which of them wait.

use core::{mem, task::Waker};
use std::vec::Vec;

/// A slab of wakers. Its size follows the most subscriptions there were at once, however often
/// they are polled.
#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// The slots to look at when the log grows, each at most once.
    queue: Vec<usize>,
    /// Kept from one publication to the next for its memory.
    woken: Vec<Waker>,
}

#[derive(Debug, Default)]
struct Slot {
    waker: Option<Waker>,
    queued: bool,
}

impl Slots {
    pub(super) fn insert(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            self.slots.len() - 1
        })
    }

    /// Frees the slot; the waker is for the caller to drop.
    pub(super) fn remove(&mut self, slot: usize) -> Option<Waker> {
        self.free.push(slot);
        self.slots.get_mut(slot)?.waker.take()
    }

    /// Whether the slot already waits with a waker as good as this.
    pub(super) fn is_waiting(&self, slot: usize, waker: &Waker) -> bool {
        let held = self.slots.get(slot).and_then(|slot| slot.waker.as_ref());
        held.is_some_and(|held| held.will_wake(waker))
    }

    /// Puts the waker into the slot and gives back the one that it replaces.
    pub(super) fn wait(&mut self, index: usize, waker: Waker) -> Option<Waker> {
        let slot = self.slots.get_mut(index)?;
        if !mem::replace(&mut slot.queued, true) {
            self.queue.push(index);
        }
        slot.waker.replace(waker)
    }

    /// Takes all wakers out, to be woken once the lock is released.
    pub(super) fn take_waiting(&mut self) -> Vec<Waker> {
        let mut woken = mem::take(&mut self.woken);
        for index in self.queue.drain(..) {
            if let Some(slot) = self.slots.get_mut(index) {
                slot.queued = false;
                woken.extend(slot.waker.take());
            }
        }
        woken
    }

    /// Takes the emptied memory of [`Self::take_waiting`] back.
    pub(super) fn recycle(&mut self, woken: Vec<Waker>) {
        if woken.is_empty() && woken.capacity() > self.woken.capacity() {
            self.woken = woken;
        }
    }

    pub(super) fn in_use(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polling_again_and_again_holds_one_waker() {
        let mut slots = Slots::default();
        let slot = slots.insert();
        for _ in 0..100 {
            drop(slots.wait(slot, Waker::noop().clone()));
        }
        assert_eq!((slots.slots.len(), slots.queue.len()), (1, 1));
        assert_eq!(slots.take_waiting().len(), 1);
        assert_eq!(slots.take_waiting().len(), 0);
    }

    #[test]
    fn a_freed_slot_is_used_again_without_its_waker() {
        let mut slots = Slots::default();
        for _ in 0..100 {
            let slot = slots.insert();
            drop(slots.wait(slot, Waker::noop().clone()));
            assert!(slots.remove(slot).is_some());
        }
        assert_eq!((slots.slots.len(), slots.queue.len()), (1, 1));
        assert_eq!((slots.in_use(), slots.take_waiting().len()), (0, 0));
    }
}
