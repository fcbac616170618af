//! Memory that grows as it is needed.

use alloc::{string::String, vec::Vec};
use core::mem;

use crate::{Buffer, Full, scan, utf8};

/// The memory that parsers and clients use unless told otherwise: it grows as it is needed.
///
/// It grows by half, so that a long line takes no more than one and a half times its length, and
/// gives back what it took for something large when something small has followed. What is not UTF-8
/// is held twice, as it came and as text, while it is lent.
#[derive(Debug, Default)]
pub struct Growing {
    /// What it holds, unless `text` does.
    bytes: Vec<u8>,
    /// What it holds, if that is known to be text and is not empty.
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
            self.forget_text();
        }
        &mut self.bytes
    }

    /// Memory stays with both.
    #[cold]
    fn forget_text(&mut self) {
        self.bytes.clear();
        let text = mem::take(&mut self.text).into_bytes();
        let empty = mem::replace(&mut self.bytes, text);
        self.text = String::from_utf8(empty).unwrap_or_default();
    }

    #[inline(never)]
    fn push_bytes(&mut self, more: &[u8]) {
        if self.text.is_empty() {
            self.extend_bytes(more);
        } else {
            self.push_to_text(more);
        }
    }

    /// To check a little more is less than to check all of it again.
    fn push_to_text(&mut self, more: &[u8]) {
        if self.text.len() / 8 > more.len()
            && let Ok(more) = scan::text(more)
        {
            self.extend_text(more);
        } else {
            self.forget_text();
            self.extend_bytes(more);
        }
    }

    #[inline(always)]
    fn extend_text(&mut self, more: &str) {
        if more.len() > self.text.capacity() - self.text.len() {
            self.grow_text(more.len());
        }
        self.text.push_str(more);
    }

    #[inline]
    fn extend_bytes(&mut self, more: &[u8]) {
        if more.len() > self.bytes.capacity() - self.bytes.len() {
            self.grow_bytes(more.len());
        }
        self.bytes.extend_from_slice(more);
    }

    /// Takes what memory there is for bytes, if there are none and it is larger, before it allocates.
    #[cold]
    fn grow_text(&mut self, more: usize) {
        if self.bytes.is_empty() && self.bytes.capacity() > self.text.capacity() {
            let text = String::from_utf8(mem::take(&mut self.bytes)).unwrap_or_default();
            let old = mem::replace(&mut self.text, text);
            self.text.push_str(&old);
            self.bytes = old.into_bytes();
            self.bytes.clear();
        }
        let (len, capacity) = (self.text.len(), self.text.capacity());
        if more > capacity - len {
            self.text.reserve_exact(growth(len, capacity, more));
        }
    }

    /// As [`grow_text`](Self::grow_text), the other way round.
    #[cold]
    fn grow_bytes(&mut self, more: usize) {
        if self.text.is_empty() && self.text.capacity() > self.bytes.capacity() {
            let bytes = mem::take(&mut self.text).into_bytes();
            let mut old = mem::replace(&mut self.bytes, bytes);
            self.bytes.extend_from_slice(&old);
            old.clear();
            self.text = String::from_utf8(old).unwrap_or_default();
        }
        let (len, capacity) = (self.bytes.len(), self.bytes.capacity());
        if more > capacity - len {
            self.bytes.reserve_exact(growth(len, capacity, more));
        }
    }

    #[cold]
    fn clear_large(&mut self) {
        let had_room = self.as_slice().len() < self.bytes.capacity().max(self.text.capacity()) / 4;
        self.bytes.clear();
        self.text.clear();
        if had_room {
            self.bytes.shrink_to(KEPT_CAPACITY);
            self.text.shrink_to(KEPT_CAPACITY);
        }
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
        match &*self.text {
            "" => &self.bytes,
            text => text.as_bytes(),
        }
    }

    fn as_mut_slice(&mut self) -> &mut [u8] {
        self.bytes()
    }

    #[inline]
    fn limit(&self) -> usize {
        usize::MAX
    }

    #[inline(always)]
    fn push_slice(&mut self, more: &[u8]) -> Result<(), Full> {
        match more {
            [byte] if self.text.is_empty() && self.bytes.len() < self.bytes.capacity() => {
                self.bytes.push(*byte);
            }
            _ => self.push_bytes(more),
        }
        Ok(())
    }

    #[inline(always)]
    fn push_text(&mut self, more: &str) -> Result<(), Full> {
        match self.bytes.is_empty() {
            true => self.extend_text(more),
            false => self.push_slice(more.as_bytes())?,
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

    #[inline]
    fn clear(&mut self) {
        match self.bytes.capacity().max(self.text.capacity()) {
            0..=KEPT_CAPACITY => {
                self.bytes.clear();
                self.text.clear();
            }
            _ => self.clear_large(),
        }
    }

    fn repair(&mut self, limit: usize) -> Result<(), Full> {
        self.repaired(limit).map(|_| ())
    }

    #[inline]
    fn repaired(&mut self, limit: usize) -> Result<&str, Full> {
        if !self.text.is_empty() {
            return Ok(&self.text);
        }
        match &*self.bytes {
            [] => Ok(""),
            // To lend what has been looked at, without looking at it again, is why what is no text
            // is not repaired in place.
            bytes => match scan::text(bytes) {
                Ok(text) => Ok(text),
                Err(_) => utf8::repair_into(&mut self.text, bytes, limit),
            },
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match &*self.bytes {
            [] => &self.text,
            bytes if self.text.is_empty() => text_of(bytes),
            _ => &self.text,
        }
    }
}

#[inline(never)]
fn text_of(bytes: &[u8]) -> &str {
    scan::text(bytes).unwrap_or_default()
}

/// Room for `more`, and for half of what there was.
fn growth(len: usize, capacity: usize, more: usize) -> usize {
    more.max(capacity - len + (capacity / 2).max(LEAST_CAPACITY))
}

const LEAST_CAPACITY: usize = 64;

/// What it keeps when it gives back.
const KEPT_CAPACITY: usize = 64 * 1024;
