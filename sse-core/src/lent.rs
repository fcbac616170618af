//! What of a block lies in the input that is being read.

use core::{num::NonZero, ops::Range};

/// The fields of a block that can be lent out of the input they came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lent {
    pub(crate) data: Option<Span>,
    pub(crate) event_type: Option<Short>,
    pub(crate) id: Option<Short>,
}

/// Where an event type or an ID is lent out of the input.
#[cfg(feature = "std")]
pub(crate) type Short = Span;
#[cfg(not(feature = "std"))]
pub(crate) use nowhere::Short;

/// Where flash is scarce, what is short is not lent: to copy it takes less code.
#[cfg(not(feature = "std"))]
mod nowhere {
    use core::ops::Range;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Short {}

    impl Short {
        pub(crate) fn of(self, _: &[u8]) -> &[u8] {
            match self {}
        }

        pub(crate) fn range(self) -> Range<usize> {
            match self {}
        }
    }
}

#[cfg(feature = "std")]
impl Lent {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.data.is_none() && self.event_type.is_none() && self.id.is_none()
    }
}

/// The parts of an event that are text lent out of the input; the others are in the block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LentText<'i> {
    pub(crate) data: Option<&'i str>,
    pub(crate) event_type: Option<&'i str>,
    pub(crate) id: Option<&'i str>,
}

/// A part of the input, which has something before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    start: usize,
    end: NonZero<usize>,
}

impl Span {
    #[inline]
    pub(crate) fn new(range: Range<usize>) -> Option<Self> {
        let end = NonZero::new(range.end)?;
        Some(Self {
            start: range.start,
            end,
        })
    }

    pub(crate) fn of(self, input: &[u8]) -> &[u8] {
        input.get(self.range()).unwrap_or_default()
    }

    pub(crate) fn range(self) -> Range<usize> {
        self.start..self.end.get()
    }
}
