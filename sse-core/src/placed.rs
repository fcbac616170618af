//! Where in the input a part of it is.

use core::ops::Range;

use crate::{Buffer, Full, chunk::Ahead, scan};

/// Part of the input that knows where in it it is.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'i> {
    bytes: &'i [u8],
    at: usize,
}

impl<'i> Placed<'i> {
    pub(crate) fn new(bytes: &'i [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(crate) fn at(self) -> usize {
        self.at
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.at..self.at + self.bytes.len()
    }
}

impl<'i> Ahead<'i> for Placed<'i> {
    #[inline]
    fn bytes(self) -> &'i [u8] {
        self.bytes
    }

    #[inline]
    fn text(self) -> Option<&'i str> {
        scan::text(self.bytes).ok()
    }

    #[inline]
    fn push_to(self, buffer: &mut impl Buffer) -> Result<(), Full> {
        buffer.push_slice(self.bytes)
    }

    #[inline]
    fn strip_prefix(self, prefix: &str) -> Option<Self> {
        let bytes = self.bytes.strip_prefix(prefix.as_bytes())?;
        Some(Self::new(bytes, self.at + prefix.len()))
    }

    #[inline]
    fn split_at(self, at: usize) -> Option<(Self, Self)> {
        let (before, behind) = self.bytes.split_at_checked(at)?;
        Some((Self::new(before, self.at), Self::new(behind, self.at + at)))
    }
}
