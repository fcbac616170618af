//! Messages appended to vectors.

use alloc::vec::Vec;
use core::fmt;

use memchr::memchr_iter;

use super::{DATA, END, EncodeError, NEXT_LINE};
use crate::{Data, Message, message::Fields, scan};

impl<D: Data> Message<'_, D> {
    /// Appends the message to `out`.
    ///
    /// Nothing is allocated while the capacity suffices, and once if it does not; only then is
    /// data that is displayed or serialized written twice.
    ///
    /// # Errors
    /// [`fmt::Error`] if the data's own `Display` or `Serialize` fails; then `out` holds what it
    /// held before.
    pub fn encode_to_vec(&self, out: &mut Vec<u8>) -> fmt::Result {
        self.append(out, Vec::reserve)
    }

    /// Appends the message to `out`, in which `reserve` makes room for so many bytes. It may put
    /// something before them.
    #[inline]
    pub(crate) fn append(
        &self,
        out: &mut Vec<u8>,
        reserve: fn(&mut Vec<u8>, usize),
    ) -> fmt::Result {
        let Some(text) = self.data.as_ref().and_then(Data::text) else {
            return self.append_pieces(out, reserve);
        };
        let text = text.as_bytes();
        if scan::is_plain(text) {
            let append_line = |out: &mut Vec<u8>| out.extend_from_slice(text);
            self.fields
                .append_with(text.len(), append_line, out, reserve);
        } else {
            self.fields.append_with_lines(text, out, reserve);
        }
        Ok(())
    }

    #[inline(never)]
    fn append_pieces(
        &self,
        out: &mut Vec<u8>,
        mut reserve: fn(&mut Vec<u8>, usize),
    ) -> fmt::Result {
        if cfg!(feature = "std") && out.capacity() == 0 {
            let mut message = [0; ON_STACK];
            match self.encode_to_slice(&mut message) {
                Ok(len) => {
                    reserve(out, len);
                    out.extend_from_slice(&message[..len]);
                    return Ok(());
                }
                Err(EncodeError::TooSmall { needed }) => {
                    reserve(out, needed);
                    reserve = Vec::reserve;
                }
                Err(EncodeError::Data) => return Err(fmt::Error),
            }
        }
        // Data that is longer each time it is displayed takes more than two rounds, and room to
        // spare.
        loop {
            let start = out.len();
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
}

impl Fields<'_> {
    #[inline(never)]
    fn append_with_lines(&self, text: &[u8], out: &mut Vec<u8>, reserve: fn(&mut Vec<u8>, usize)) {
        let append_lines = |out: &mut Vec<u8>| append_lines(text, out);
        self.append_with(lines_len(text), append_lines, out, reserve);
    }

    /// Appends the message whose data is what `append_data` appends, which is so long.
    #[inline]
    fn append_with(
        &self,
        data_len: usize,
        append_data: impl FnOnce(&mut Vec<u8>),
        out: &mut Vec<u8>,
        reserve: fn(&mut Vec<u8>, usize),
    ) {
        let mut before = Length(0);
        // It takes everything.
        let _ = self.encode(&mut before);
        reserve(out, before.0 + DATA.len() + data_len + END.len());
        let _ = self.encode(&mut Growing(out));
        out.extend_from_slice(DATA.as_bytes());
        append_data(out);
        out.extend_from_slice(END.as_bytes());
    }
}

/// How long a message can be that goes by way of the stack where it has no memory yet: so its data
/// is written once, though its length must be known before. Where there is no `std`, stacks are
/// small.
const ON_STACK: usize = 1024;

/// Text is copied block by block while it is searched, so that how long lines are matters little.
fn append_lines(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((block, behind)) = rest.split_first_chunk() {
        out.extend_from_slice(block);
        rest = match scan::line_end_in_row(block) {
            None => behind,
            Some(at) => {
                out.truncate(out.len() - (block.len() - at));
                append_one(&rest[at..], out)
            }
        };
    }
    while !rest.is_empty() {
        rest = append_one(rest, out);
    }
}

/// Appends what is for the first character, or the first two, and returns the rest.
#[inline]
fn append_one<'t>(text: &'t [u8], out: &mut Vec<u8>) -> &'t [u8] {
    match text {
        [b'\r', b'\n', behind @ ..] | [b'\r' | b'\n', behind @ ..] => {
            out.extend_from_slice(NEXT_LINE.as_bytes());
            behind
        }
        [other, behind @ ..] => {
            out.push(*other);
            behind
        }
        [] => text,
    }
}

/// The length of what that makes of `text`.
fn lines_len(text: &[u8]) -> usize {
    let more = NEXT_LINE.len() - 1;
    let feeds = memchr_iter(b'\n', text).count();
    memchr_iter(b'\r', text).fold(text.len() + feeds * more, |len, at| {
        match text.get(at + 1) {
            Some(b'\n') => len - 1,
            _ => len + more,
        }
    })
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
