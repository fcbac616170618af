//! Memory that grows as it is needed.

use alloc::{string::String, vec::Vec};
use core::mem;

use crate::{Buffer, Full, scan};

/// The memory that parsers and clients use unless told otherwise: it grows as it is needed.
///
/// It grows by half, so that a long line takes no more than one and a half times its length, and
/// gives back what it took for something large when something small has followed.
#[derive(Debug, Default)]
pub struct Growing(Held);

/// What it holds, in the form that tells most of it.
#[derive(Debug)]
enum Held {
    /// Known to be text.
    Text(String),
    Bytes(Vec<u8>),
}

impl Default for Held {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Growing {
    /// Empty memory, which has allocated nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(Held::Text(String::new()))
    }

    /// What it holds, to be changed.
    #[inline]
    fn bytes(&mut self) -> &mut Vec<u8> {
        if let Held::Text(text) = &mut self.0 {
            self.0 = Held::Bytes(mem::take(text).into_bytes());
        }
        match &mut self.0 {
            Held::Bytes(bytes) => bytes,
            Held::Text(_) => unreachable!("it has just become bytes"),
        }
    }

    /// To check a little more is less than to check all of it again.
    #[inline(never)]
    fn push_to_text(&mut self, more: &[u8]) {
        if let Held::Text(text) = &mut self.0
            && text.len() / 8 > more.len()
            && let Ok(more) = scan::text(more)
        {
            push_text(text, more);
        } else {
            push(self.bytes(), more);
        }
    }

    #[inline(never)]
    fn push_first_text(&mut self, more: &str) {
        // What it holds is empty, and so it is text.
        let mut text = String::from_utf8(mem::take(self.bytes())).unwrap_or_default();
        push_text(&mut text, more);
        self.0 = Held::Text(text);
    }

    #[cold]
    fn clear_large(&mut self) {
        let bytes = self.bytes();
        let had_room = bytes.len() < bytes.capacity() / 4;
        bytes.clear();
        if had_room {
            bytes.shrink_to(KEPT_CAPACITY);
        }
    }
}

impl From<Vec<u8>> for Growing {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Held::Bytes(bytes))
    }
}

impl Buffer for Growing {
    #[inline]
    fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Held::Text(text) => text.as_bytes(),
            Held::Bytes(bytes) => bytes,
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
        match &mut self.0 {
            Held::Bytes(bytes) => push(bytes, more),
            Held::Text(_) => self.push_to_text(more),
        }
        Ok(())
    }

    #[inline(always)]
    fn push_text(&mut self, more: &str) -> Result<(), Full> {
        match &mut self.0 {
            Held::Text(text) => push_text(text, more),
            Held::Bytes(bytes) if bytes.is_empty() => self.push_first_text(more),
            Held::Bytes(bytes) => push(bytes, more.as_bytes()),
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
        match &mut self.0 {
            Held::Text(text) if text.capacity() <= KEPT_CAPACITY => text.clear(),
            Held::Bytes(bytes) if bytes.capacity() <= KEPT_CAPACITY => bytes.clear(),
            _ => self.clear_large(),
        }
    }

    fn check_text(&mut self) -> bool {
        let Held::Bytes(bytes) = &mut self.0 else {
            return true;
        };
        match scan::owned_text(mem::take(bytes)) {
            Ok(text) => {
                self.0 = Held::Text(text);
                true
            }
            Err(unchanged) => {
                *bytes = unchanged;
                scan::text(bytes).is_ok()
            }
        }
    }

    #[inline]
    fn as_text(&self) -> &str {
        match &self.0 {
            Held::Text(text) => text,
            Held::Bytes(bytes) => text_of(bytes),
        }
    }
}

#[inline(never)]
fn text_of(bytes: &[u8]) -> &str {
    match bytes {
        [] => "",
        _ => scan::text(bytes).unwrap_or_default(),
    }
}

#[inline(always)]
fn push_text(text: &mut String, more: &str) {
    if more.len() > text.capacity() - text.len() {
        grow_text(text, more.len());
    }
    text.push_str(more);
}

#[cold]
fn grow_text(text: &mut String, more: usize) {
    text.reserve_exact(growth(text.len(), text.capacity(), more));
}

#[inline]
fn push(bytes: &mut Vec<u8>, more: &[u8]) {
    match more {
        [byte] if bytes.len() < bytes.capacity() => bytes.push(*byte),
        _ => extend(bytes, more),
    }
}

#[inline(never)]
fn extend(bytes: &mut Vec<u8>, more: &[u8]) {
    if more.len() > bytes.capacity() - bytes.len() {
        grow(bytes, more.len());
    }
    bytes.extend_from_slice(more);
}

#[cold]
fn grow(bytes: &mut Vec<u8>, more: usize) {
    bytes.reserve_exact(growth(bytes.len(), bytes.capacity(), more));
}

/// Room for `more`, and for half of what there was.
fn growth(len: usize, capacity: usize, more: usize) -> usize {
    more.max(capacity - len + (capacity / 2).max(LEAST_CAPACITY))
}

const LEAST_CAPACITY: usize = 64;

/// What it keeps when it gives back.
const KEPT_CAPACITY: usize = 64 * 1024;
