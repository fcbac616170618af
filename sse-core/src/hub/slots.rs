//! One waker per subscription, and which of them wait for what.

use core::{array, task::Waker};

use super::slab::Slab;

/// The wakers, and lists of those who wait, all in one slab.
///
/// A subscription has a slot for each topic it follows; the first holds its waker. Whatever is
/// done to a slot or a whole list takes constant time, and nothing here allocates once there was
/// room for as many slots.
#[derive(Debug)]
pub(super) struct Slots(Slab<Node>);

/// A link of one ring, or alone. A ring has one node that is a [`List`], the others are slots.
#[derive(Debug, Default)]
struct Node {
    waker: Option<Waker>,
    /// The slot that holds the waker.
    owner: u32,
    prev: u32,
    next: u32,
}

/// Those who wait for the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct List(u32);

/// Wakers taken out of a list, to be woken with the hub unlocked.
#[derive(Debug)]
pub(super) struct Batch {
    wakers: [Option<Waker>; BATCH],
    len: usize,
}

impl Slots {
    pub(super) const fn new() -> Self {
        Self(Slab::new())
    }

    pub(super) fn insert_list(&mut self) -> List {
        List(self.insert_alone(None))
    }

    /// A slot whose waker is in `owner`, or in itself.
    pub(super) fn insert(&mut self, owner: Option<u32>) -> u32 {
        self.insert_alone(owner)
    }

    fn insert_alone(&mut self, owner: Option<u32>) -> u32 {
        let place = self.0.insert(Node::default());
        let node = &mut self.0[place];
        (node.prev, node.next) = (place, place);
        node.owner = owner.unwrap_or(place);
        place
    }

    /// Frees the slot; the waker is for the caller to drop.
    pub(super) fn remove(&mut self, slot: u32) -> Option<Waker> {
        self.unlink(slot);
        self.0.remove(slot).waker
    }

    /// Frees an empty list.
    pub(super) fn remove_list(&mut self, list: List) {
        debug_assert!(self.is_empty(list));
        self.0.remove(list.0);
    }

    pub(super) fn is_empty(&self, list: List) -> bool {
        !self.is_linked(list.0)
    }

    pub(super) fn is_linked(&self, slot: u32) -> bool {
        self.0[slot].next != slot
    }

    pub(super) fn holds(&self, owner: u32, waker: &Waker) -> bool {
        let held = self.0[owner].waker.as_ref();
        held.is_some_and(|held| held.will_wake(waker))
    }

    /// Puts the waker in and gives back the one that it replaces.
    pub(super) fn put(&mut self, owner: u32, waker: Waker) -> Option<Waker> {
        self.0[owner].waker.replace(waker)
    }

    /// Appends the slot to the list, unless it is in one.
    pub(super) fn wait(&mut self, list: List, slot: u32) {
        if self.is_linked(slot) {
            return;
        }
        let last = self.0[list.0].prev;
        self.join(last, slot);
        self.join(slot, list.0);
    }

    /// Moves all who wait to a list of their own.
    pub(super) fn detach(&mut self, list: List) -> List {
        let detached = self.insert_list();
        if !self.is_empty(list) {
            let (last, first) = (self.0[list.0].prev, self.0[list.0].next);
            self.join(last, detached.0);
            self.join(detached.0, first);
            self.join(list.0, list.0);
        }
        detached
    }

    /// Takes the wakers of the list's first slots, as many as there is room for.
    pub(super) fn take(&mut self, list: List, batch: &mut Batch) {
        while batch.len < BATCH && !self.is_empty(list) {
            let slot = self.0[list.0].next;
            self.unlink(slot);
            let owner = self.0[slot].owner;
            // Another topic may have taken it already.
            if let Some(waker) = self.0[owner].waker.take() {
                batch.wakers[batch.len] = Some(waker);
                batch.len += 1;
            }
        }
    }

    fn unlink(&mut self, slot: u32) {
        let Node { prev, next, .. } = self.0[slot];
        self.join(prev, next);
        self.join(slot, slot);
    }

    fn join(&mut self, prev: u32, next: u32) {
        self.0[prev].next = next;
        self.0[next].prev = prev;
    }
}

impl Batch {
    pub(super) fn new() -> Self {
        Self {
            wakers: array::from_fn(|_| None),
            len: 0,
        }
    }

    /// A waker that panics is gone from the batch.
    pub(super) fn wake(&mut self) {
        while let Some(last) = self.len.checked_sub(1) {
            self.len = last;
            if let Some(waker) = self.wakers[last].take() {
                waker.wake();
            }
        }
    }
}

/// How many wakers are taken out each time the hub is locked.
const BATCH: usize = if cfg!(loom) { 1 } else { 32 };
