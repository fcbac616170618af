//! An allocator that counts while it is asked to, and otherwise costs a branch.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
};

/// What happened to the heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heap {
    /// Allocations, growth of an existing one included.
    pub(crate) allocations: usize,
    /// The most bytes held at a time, beyond what was held before.
    pub(crate) peak: usize,
}

/// What `f` does to the heap. Nothing else may run meanwhile.
pub(crate) fn heap<T>(f: impl FnOnce() -> T) -> Heap {
    // From the middle, so that memory from before can be freed.
    HELD.store(usize::MAX / 2, Relaxed);
    PEAK.store(usize::MAX / 2, Relaxed);
    COUNT.store(0, Relaxed);
    COUNTING.store(true, Relaxed);
    let result = f();
    COUNTING.store(false, Relaxed);
    drop(result);
    Heap {
        allocations: COUNT.load(Relaxed),
        peak: PEAK.load(Relaxed) - usize::MAX / 2,
    }
}

struct Counting;

// SAFETY: memory is the system allocator's; only numbers are kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(0, layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(layout.size(), size);
        // SAFETY: as above.
        unsafe { System.realloc(memory, layout, size) }
    }
}

fn count(freed: usize, taken: usize) {
    if !COUNTING.load(Relaxed) {
        return;
    }
    if taken > 0 {
        COUNT.fetch_add(1, Relaxed);
    }
    let held = HELD.load(Relaxed) - freed + taken;
    HELD.store(held, Relaxed);
    PEAK.fetch_max(held, Relaxed);
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static COUNTING: AtomicBool = AtomicBool::new(false);
static COUNT: AtomicUsize = AtomicUsize::new(0);
static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
