//! How a message becomes its wire form.

use core::fmt;

use crate::{
    Message,
    data::{Data, Lines},
    event_id::digits,
    message::Fields,
};

#[cfg(feature = "alloc")]
mod vector;

impl<D: Data> Message<'_, D> {
    /// Writes the message in its wire form.
    ///
    /// # Errors
    /// What `out` fails with, or the data's own `Display` or `Serialize`. Part of the message
    /// may have been written by then.
    pub fn encode(&self, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
        self.fields.encode(out)?;
        let Some(data) = &self.data else {
            return out.write_str("\n");
        };
        // A client takes one space away after the colon, so one is always given.
        out.write_str(DATA)?;
        data.write_to(&mut Lines::new(out, NEXT_LINE))?;
        out.write_str(END)
    }

    /// Writes the message into the front of `out` and returns its length in bytes.
    ///
    /// # Errors
    /// [`EncodeError`] if it does not fit or its data cannot be written; then what `out` holds
    /// is not a message.
    pub fn encode_to_slice(&self, out: &mut [u8]) -> Result<usize, EncodeError> {
        let capacity = out.len();
        let mut fitting = Fitting { out, len: 0 };
        self.encode(&mut fitting)
            .map_err(|fmt::Error| EncodeError::Data)?;
        match fitting.len {
            needed if needed > capacity => Err(EncodeError::TooSmall { needed }),
            len => Ok(len),
        }
    }

    /// The length of the wire form in bytes.
    ///
    /// Data that is displayed or serialized is written once to count it; if that fails, the
    /// bytes before the failure are counted.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let mut counter = Fitting::default();
        // The error is the data's own, and `encode` reports it.
        let _ = self.encode(&mut counter);
        counter.len
    }
}

impl Fields<'_> {
    /// Writes the lines before the data; in machine code it is there once, whatever the data.
    pub(crate) fn encode(&self, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
        if let Some(comment) = self.comment {
            encode_comment(comment, out)?;
        }
        if !self.event.is_empty() {
            encode_line("event: ", self.event, out)?;
        }
        if let Some(id) = self.id {
            encode_line(if id.is_empty() { "id:" } else { "id: " }, id, out)?;
        }
        if let Some(milliseconds) = self.retry {
            encode_line("retry: ", digits(milliseconds, &mut [0; 20]), out)?;
        }
        Ok(())
    }
}

fn encode_comment(comment: &str, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
    out.write_str(if comment.is_empty() { ":" } else { ": " })?;
    fmt::Write::write_str(&mut Lines::new(out, "\n: "), comment)?;
    out.write_str("\n")
}

/// Writes the one line of a field.
#[cfg_attr(feature = "std", inline)]
#[cfg_attr(not(feature = "std"), inline(never))]
pub(crate) fn encode_line(
    name: &str,
    value: &str,
    out: &mut (impl fmt::Write + ?Sized),
) -> fmt::Result {
    out.write_str(name)?;
    out.write_str(value)?;
    out.write_str("\n")
}

/// The usual keep-alive, as [`Message::comment`] of nothing is encoded.
pub const KEEP_ALIVE: &str = ":\n\n";

impl<D: Data> fmt::Display for Message<'_, D> {
    /// The wire form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.encode(f)
    }
}

/// A message could not be written into a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum EncodeError {
    /// The slice is shorter than the message.
    TooSmall {
        /// The length of the message in bytes.
        needed: usize,
    },
    /// The data's own `Display` or `Serialize` failed.
    Data,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooSmall { needed } => {
                write!(f, "slice too small for a message of {needed} bytes")
            }
            Self::Data => f.write_str("data failed to be displayed or serialized"),
        }
    }
}

impl core::error::Error for EncodeError {}

const DATA: &str = "data: ";
const NEXT_LINE: &str = "\ndata: ";
const END: &str = "\n\n";

/// Writes while it fits, and counts everything.
#[derive(Default)]
struct Fitting<'o> {
    out: &'o mut [u8],
    len: usize,
}

impl fmt::Write for Fitting<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len.saturating_add(text.len());
        if let Some(free) = self.out.get_mut(self.len..end) {
            free.copy_from_slice(text.as_bytes());
        }
        self.len = end;
        Ok(())
    }
}
