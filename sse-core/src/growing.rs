//! Memory that grows as it is needed.

use alloc::{string::String, vec::Vec};
use core::mem;

use crate::{Buffer, Full, scan};

/// The memory that parsers and clients use unless told otherwise: it grows as it is needed.
///
/// It grows by half, so that a long line takes no more than one and a half times its length, and
/// gives back what it took for something large when something small has followed.
#[derive(Debug, Default)]
pub struct Growing {
    bytes: Vec<u8>,
    /// What it holds instead of `bytes` once that has been found to be text, and is not empty.
    text: String,
}

impl Growing {
    /// Empty memory, which has allocated nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            text: String::new(),
        }
    }

    /// What it holds, to be changed.
    #[inline]
    fn bytes(&mut self) -> &mut Vec<u8> {
        if !self.text.is_empty() {
            self.bytes = mem::take(&mut self.text).into_bytes();
        }
        &mut self.bytes
    }
}

impl From<Vec<u8>> for Growing {
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            text: String::new(),
        }
    }
}

impl Buffer for Growing {
    #[inline]
    fn as_slice(&self) -> &[u8] {
        match self.text.as_bytes() {
            [] => &self.bytes,
            text => text,
        }
    }

    fn as_mut_slice(&mut self) -> &mut [u8] {
        self.bytes()
    }

    #[inline]
    fn limit(&self) -> usize {
        usize::MAX
    }

    #[inline]
    fn push_slice(&mut self, more: &[u8]) -> Result<(), Full> {
        let bytes = self.bytes();
        match more {
            [byte] if bytes.len() < bytes.capacity() => bytes.push(*byte),
            _ => extend(bytes, more),
        }
        Ok(())
    }

    fn resize(&mut self, len: usize) -> Result<(), Full> {
        self.bytes().resize(len, 0);
        Ok(())
    }

    fn truncate(&mut self, len: usize) {
        self.bytes().truncate(len);
    }

    fn clear(&mut self) {
        let bytes = self.bytes();
        let had_room = bytes.len() < bytes.capacity() / 4;
        bytes.clear();
        if had_room && bytes.capacity() > KEPT_CAPACITY {
            bytes.shrink_to(KEPT_CAPACITY);
        }
    }

    fn check_text(&mut self) -> bool {
        if self.bytes.is_empty() {
            return true;
        }
        match scan::owned_text(mem::take(&mut self.bytes)) {
            Ok(text) => {
                self.text = text;
                true
            }
            Err(bytes) => {
                self.bytes = bytes;
                scan::text(&self.bytes).is_ok()
            }
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match &*self.bytes {
            [] => &self.text,
            bytes => scan::text(bytes).unwrap_or_default(),
        }
    }
}

#[inline(never)]
fn extend(bytes: &mut Vec<u8>, more: &[u8]) {
    if more.len() > bytes.capacity() - bytes.len() {
        grow(bytes, more.len());
    }
    bytes.extend_from_slice(more);
}

/// Makes room for `more`, and for half of what there was.
#[cold]
fn grow(bytes: &mut Vec<u8>, more: usize) {
    let spare = bytes.capacity() - bytes.len();
    let half = (bytes.capacity() / 2).max(LEAST_CAPACITY);
    bytes.reserve_exact(more.max(spare + half));
}

const LEAST_CAPACITY: usize = 64;

/// What it keeps when it gives back.
const KEPT_CAPACITY: usize = 64 * 1024;
