//! How large an event may be.

use core::fmt;

/// The most bytes that the data, the event type and the ID of an event may each have, unless a
/// parser is told otherwise: 16 MiB.
pub const DEFAULT_LIMIT: usize = 16 * 1024 * 1024;

/// The most bytes that an ID may have, however much an event may: 128 KiB. It comes with every
/// later event and goes into the head of the next request.
pub const ID_LIMIT: usize = 128 * 1024;

/// The event is larger than the parser's buffer or limit.
///
/// It is skipped to its end, and its ID is not adopted; parsing goes on behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("event larger than the parser's buffer or limit")
    }
}

impl core::error::Error for TooLarge {}
