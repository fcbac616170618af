//! Where a parser or client keeps what it cannot lend: growing, inline or borrowed memory.

use core::fmt;

use crate::{scan, utf8};

/// Memory that holds bytes from the front, up to some capacity.
///
/// Implemented for [`Growing`](crate::Growing) and `Vec<u8>` (feature `alloc`),
/// `heapless::Vec<u8, N>` (feature `heapless`) and [`SliceBuffer`], which wraps memory of the
/// caller's.
pub trait Buffer {
    /// The bytes held.
    fn as_slice(&self) -> &[u8];

    /// The bytes held, to be changed in place.
    fn as_mut_slice(&mut self) -> &mut [u8];

    /// The most bytes it can ever hold.
    fn limit(&self) -> usize;

    /// Appends `bytes`.
    ///
    /// # Errors
    /// [`Full`] if they do not fit; then none of them was appended.
    fn push_slice(&mut self, bytes: &[u8]) -> Result<(), Full>;

    /// Makes it `len` bytes long; new bytes are zero.
    ///
    /// # Errors
    /// [`Full`] if `len` is over the limit; then nothing has changed.
    fn resize(&mut self, len: usize) -> Result<(), Full>;

    /// Keeps the first `len` bytes, or all if there are fewer.
    fn truncate(&mut self, len: usize);

    /// Empties it. A buffer that grew for something large gives that memory back when something
    /// small, or nothing, has followed.
    fn clear(&mut self) {
        self.truncate(0);
    }

    /// Appends text.
    ///
    /// # Errors
    /// As [`push_slice`](Self::push_slice).
    fn push_text(&mut self, text: &str) -> Result<(), Full> {
        self.push_slice(text.as_bytes())
    }

    /// Makes the bytes UTF-8: what is none becomes U+FFFD, as the Encoding Standard decodes it.
    ///
    /// # Errors
    /// [`Full`] if that is more than `limit` bytes, or does not fit; then what it holds is of no use.
    fn repair(&mut self, limit: usize) -> Result<(), Full> {
        utf8::repair(self, limit)
    }

    /// [Repairs](Self::repair) the bytes and lends them. Memory that can, looks at text only once.
    ///
    /// # Errors
    /// As [`repair`](Self::repair).
    fn repaired(&mut self, limit: usize) -> Result<&str, Full> {
        self.repair(limit)?;
        Ok(self.as_text())
    }

    /// The bytes as text; empty if they are not UTF-8.
    fn as_text(&self) -> &str {
        scan::text(self.as_slice()).unwrap_or_default()
    }
}

/// Memory for a [`Client`](crate::Client): how large each part is, is the caller's choice.
#[derive(Debug, Default)]
pub struct Buffers<D, F> {
    /// What a read delivers: at least 64 bytes, better 256 or more. Of fixed memory all is used;
    /// of growing memory as much as it holds, or 16 KiB if it is empty. An event within one read
    /// is not copied. Redirects are resolved in it.
    pub rx: D,
    /// The data of an event. Before a stream it holds the request and then the head of the
    /// response, and must have room for each.
    pub data: D,
    /// An event's type.
    pub event_type: F,
    /// An event's ID.
    pub id: F,
    /// The last event ID.
    pub last_event_id: F,
    /// The address.
    pub url: D,
    /// The address that redirects lead to; may be empty if none are to be followed.
    pub redirect: D,
}

/// Stands in for growing memory, of which there is none without the feature `alloc`: name a
/// [`Buffer`].
#[cfg(not(feature = "alloc"))]
#[derive(Clone, Copy, Debug)]
pub enum Growing {}

/// The bytes do not fit into the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("buffer full")
    }
}

impl core::error::Error for Full {}

/// A [`Buffer`] in memory of the caller's.
///
/// ```
/// use sse_core::{Buffer, SliceBuffer};
///
/// let mut memory = [0; 4];
/// let mut buffer = SliceBuffer::new(&mut memory);
/// assert!(buffer.push_slice(b"tick").is_ok());
/// assert!(buffer.push_slice(b"!").is_err());
/// ```
#[derive(Debug, Default)]
pub struct SliceBuffer<'m> {
    memory: &'m mut [u8],
    len: usize,
}

impl<'m> SliceBuffer<'m> {
    /// An empty buffer over `memory`.
    #[must_use]
    pub fn new(memory: &'m mut [u8]) -> Self {
        Self { memory, len: 0 }
    }
}

impl Buffer for SliceBuffer<'_> {
    fn as_slice(&self) -> &[u8] {
        &self.memory[..self.len]
    }

    fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.memory[..self.len]
    }

    fn limit(&self) -> usize {
        self.memory.len()
    }

    #[inline(never)]
    fn push_slice(&mut self, bytes: &[u8]) -> Result<(), Full> {
        let end = self.len + bytes.len();
        let free = self.memory.get_mut(self.len..end).ok_or(Full)?;
        free.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    fn resize(&mut self, len: usize) -> Result<(), Full> {
        if len > self.memory.len() {
            return Err(Full);
        }
        while self.len < len {
            self.push_slice(&[0])?;
        }
        self.len = len;
        Ok(())
    }

    fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }
}

/// Whether there is memory that grows.
pub(crate) const GROWS: bool = cfg!(feature = "alloc");

#[cfg(feature = "alloc")]
impl Buffer for alloc::vec::Vec<u8> {
    fn as_slice(&self) -> &[u8] {
        self
    }

    fn as_mut_slice(&mut self) -> &mut [u8] {
        self
    }

    fn limit(&self) -> usize {
        usize::MAX
    }

    fn push_slice(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.extend_from_slice(bytes);
        Ok(())
    }

    fn resize(&mut self, len: usize) -> Result<(), Full> {
        Self::resize(self, len, 0);
        Ok(())
    }

    fn truncate(&mut self, len: usize) {
        Self::truncate(self, len);
    }
}

#[cfg(feature = "heapless")]
impl<const N: usize> Buffer for heapless::Vec<u8, N> {
    fn as_slice(&self) -> &[u8] {
        self
    }

    fn as_mut_slice(&mut self) -> &mut [u8] {
        self
    }

    fn limit(&self) -> usize {
        N
    }

    fn push_slice(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.extend_from_slice(bytes).map_err(|_| Full)
    }

    fn resize(&mut self, len: usize) -> Result<(), Full> {
        self.resize(len, 0).map_err(|_| Full)
    }

    fn truncate(&mut self, len: usize) {
        Self::truncate(self, len);
    }
}
