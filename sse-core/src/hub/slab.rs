//! Values at numbered places, which are used again once they are free.

use core::{
    mem,
    ops::{Index, IndexMut},
};
use std::vec::Vec;

/// Grows by a chunk at a time, so that no growth moves what is there; its size follows the most
/// places there were in use at once.
#[derive(Debug)]
pub(super) struct Slab<T> {
    chunks: Vec<Vec<T>>,
    free: Vec<u32>,
}

impl<T: Default> Slab<T> {
    pub(super) const fn new() -> Self {
        Self {
            chunks: Vec::new(),
            free: Vec::new(),
        }
    }

    pub(super) fn insert(&mut self, value: T) -> u32 {
        if let Some(place) = self.free.pop() {
            self[place] = value;
            return place;
        }
        let place = self.len();
        if self.chunks.last().is_none_or(|last| last.len() == CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        if let Some(last) = self.chunks.last_mut() {
            last.push(value);
        }
        place
    }

    pub(super) fn remove(&mut self, place: u32) -> T {
        self.free.push(place);
        mem::take(&mut self[place])
    }

    /// One past the highest place that ever was in use.
    pub(super) fn len(&self) -> u32 {
        let full = self.chunks.len().saturating_sub(1) * CHUNK;
        let len = full + self.chunks.last().map_or(0, Vec::len);
        u32::try_from(len).expect("memory ends before 2³² values")
    }
}

impl<T> Index<u32> for Slab<T> {
    type Output = T;

    fn index(&self, place: u32) -> &T {
        &self.chunks[place as usize / CHUNK][place as usize % CHUNK]
    }
}

impl<T> IndexMut<u32> for Slab<T> {
    fn index_mut(&mut self, place: u32) -> &mut T {
        &mut self.chunks[place as usize / CHUNK][place as usize % CHUNK]
    }
}

const CHUNK: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_used_again() {
        let mut slab = Slab::new();
        let places: Vec<u32> = (0..1000).map(|n| slab.insert(n)).collect();
        assert!(places.iter().copied().eq(0..1000));
        for place in [999, 300, 0] {
            assert_eq!(slab.remove(place), place);
            assert_eq!(slab.insert(place + 5), place);
        }
        assert_eq!((slab.len(), slab[300], slab[301]), (1000, 305, 301));
    }
}
