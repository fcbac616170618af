//! Wakes those who wait, with the hub unlocked in between.

use super::{
    Shared,
    slots::{Batch, List},
    state::State,
    sync::MutexGuard,
};

/// Wakers are anyone's code, and there may be many of them: they are taken out of the hub a batch
/// at a time and run while it is unlocked. Dropping this runs those that are left, so that a waker
/// that panics takes no other's wake-up with it.
pub(super) struct Waking<'h> {
    shared: &'h Shared,
    batch: Batch,
    rest: Option<List>,
}

impl<'h> Waking<'h> {
    /// Of all who wait in a list; whoever joins it from now on is none of them.
    pub(super) fn new(shared: &'h Shared, mut state: MutexGuard<'_, State>, list: List) -> Self {
        let mut batch = Batch::new();
        state.slots.take(list, &mut batch);
        let rest = (!state.slots.is_empty(list)).then(|| state.slots.detach(list));
        Self {
            shared,
            batch,
            rest,
        }
    }

    pub(super) fn run(&mut self) {
        loop {
            self.batch.wake();
            let Some(rest) = self.rest else {
                return;
            };
            let slots = &mut self.shared.lock().slots;
            slots.take(rest, &mut self.batch);
            if slots.is_empty(rest) {
                slots.remove_list(rest);
                self.rest = None;
            }
        }
    }
}

impl Drop for Waking<'_> {
    fn drop(&mut self) {
        self.run();
    }
}
