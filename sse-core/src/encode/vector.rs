//! Messages appended to vectors.

use alloc::vec::Vec;
use core::fmt;

use super::{DATA, END};
use crate::{Data, Message, message::Fields, scan};

impl<D: Data> Message<'_, D> {
    /// Appends the message to `out`.
    ///
    /// Nothing is allocated while the capacity suffices, and once if it does not; only then is
    /// the data written twice.
    ///
    /// # Errors
    /// [`fmt::Error`] if the data's own `Display` or `Serialize` fails; then `out` holds what it
    /// held before.
    pub fn encode_to_vec(&self, out: &mut Vec<u8>) -> fmt::Result {
        let Some(line) = self.line() else {
            return self.append(out, Vec::reserve);
        };
        out.reserve(self.fields.len_with(line));
        self.fields.append_with(line, out);
        Ok(())
    }

    /// Appends the message to `out`, which `reserve` makes larger if it is too small.
    #[inline(never)]
    pub(crate) fn append(
        &self,
        out: &mut Vec<u8>,
        mut reserve: fn(&mut Vec<u8>, usize),
    ) -> fmt::Result {
        let start = out.len();
        // Data that is longer each time it is displayed takes more than two rounds, and room to
        // spare.
        loop {
            let mut spare = Spare { out, missing: 0 };
            let written = self.encode(&mut spare);
            let missing = spare.missing;
            if written.is_ok() && missing == 0 {
                return Ok(());
            }
            let needed = out.len() - start + missing;
            out.truncate(start);
            written?;
            reserve(out, needed);
            reserve = Vec::reserve;
        }
    }

    /// The data, if it is text that can be seen to be of one line.
    #[inline]
    pub(crate) fn line(&self) -> Option<&str> {
        let text = self.data.as_ref()?.text()?;
        scan::is_plain(text.as_bytes()).then_some(text)
    }
}

impl Fields<'_> {
    /// Appends the message that has `line`, which has no line end, as its data.
    #[inline]
    pub(crate) fn append_with(&self, line: &str, out: &mut Vec<u8>) {
        // It takes everything.
        let _ = self.encode(&mut Growing(out));
        for text in [DATA, line, END] {
            out.extend_from_slice(text.as_bytes());
        }
    }

    /// The length of that message.
    #[inline]
    pub(crate) fn len_with(&self, line: &str) -> usize {
        let mut before = Length(0);
        // It takes everything.
        let _ = self.encode(&mut before);
        before.0 + DATA.len() + line.len() + END.len()
    }
}

/// Writes what fits into the capacity there is, and counts the rest.
struct Spare<'v> {
    out: &'v mut Vec<u8>,
    missing: usize,
}

impl fmt::Write for Spare<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() <= self.out.capacity() - self.out.len() {
            self.out.extend_from_slice(text.as_bytes());
        } else {
            self.missing = self.missing.saturating_add(text.len());
        }
        Ok(())
    }
}

/// Counts everything.
struct Length(usize);

impl fmt::Write for Length {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}

struct Growing<'v>(&'v mut Vec<u8>);

impl fmt::Write for Growing<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
