//! How much a reader takes at a time.

use super::{log::Entry, rank::Rank};
use crate::Frame;

/// At least one frame, then as long as there is room.
#[derive(Debug)]
pub(super) struct Room {
    max_frames: usize,
    max_bytes: usize,
    frames: usize,
    bytes: usize,
    is_full: bool,
}

impl Room {
    pub(super) fn new(max_frames: usize, max_bytes: usize) -> Self {
        Self {
            max_frames: max_frames.max(1),
            max_bytes,
            frames: 0,
            bytes: 0,
            is_full: false,
        }
    }

    pub(super) const fn frames(&self) -> usize {
        self.frames
    }

    pub(super) const fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    pub(super) const fn is_full(&self) -> bool {
        self.is_full
    }

    /// Gives entries to `sink` as far as there is room for them and they come before `until`.
    /// Returns the last of them, and the last event.
    pub(super) fn take<'e>(
        &mut self,
        entries: impl Iterator<Item = &'e Entry>,
        until: Rank,
        sink: &mut impl FnMut(&Frame),
    ) -> (Option<&'e Entry>, Option<&'e Entry>) {
        let (mut last, mut event) = (None, None);
        for entry in entries.take_while(|entry| entry.rank < until) {
            let bytes = self.bytes + entry.frame.as_ref().len();
            self.is_full = self.frames > 0 && bytes > self.max_bytes;
            if self.is_full {
                break;
            }
            sink(&entry.frame);
            (self.bytes, self.frames) = (bytes, self.frames + 1);
            last = Some(entry);
            if entry.rank.is_event() {
                event = last;
            }
            self.is_full = self.frames == self.max_frames;
            if self.is_full {
                break;
            }
        }
        (last, event)
    }
}
