//! What a parser takes events out of: plain bytes, or a chunk whose text is checked ahead.

use core::ops::Range;

use crate::scan;

/// What a [`Parser`](crate::Parser) takes events out of: a slice, which then begins behind the
/// event, or a [`Chunk`].
pub trait Input<'i> {
    /// What has not been taken yet.
    fn rest(&self) -> &'i [u8];

    /// This part of the [rest](Self::rest) as text, if it is UTF-8.
    fn text(&mut self, part: Range<usize>) -> Option<&'i str>;

    /// Takes the first `n` bytes of the [rest](Self::rest).
    fn take(&mut self, n: usize);
}

impl<'i> Input<'i> for &'i [u8] {
    #[inline]
    fn rest(&self) -> &'i [u8] {
        self
    }

    #[inline]
    fn text(&mut self, part: Range<usize>) -> Option<&'i str> {
        scan::text(self.get(part)?).ok()
    }

    #[inline]
    fn take(&mut self, n: usize) {
        *self = self.get(n..).unwrap_or_default();
    }
}

/// A chunk of a stream, checked for UTF-8 many events at a time: a check of each value by itself
/// takes longer than all else that its event takes.
///
/// ```
/// use sse_core::{Chunk, Parser};
///
/// let mut parser = Parser::new();
/// let mut chunk = Chunk::new(b"data: 1\n\ndata: 2\n\ndata: 3");
/// let mut sum = 0;
/// while let Some(event) = parser.next_event(&mut chunk)? {
///     sum += event.data.parse::<u32>()?;
/// }
/// assert_eq!(sum, 3);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'i> {
    bytes: &'i [u8],
    /// How much has been taken.
    at: usize,
    /// The newest part of `bytes` found to be text, and where it begins.
    text: &'i str,
    text_start: usize,
    /// How far to look ahead next: twice as far as the last look found text, so that what is not
    /// text is looked at only so often.
    ahead: usize,
}

impl<'i> Chunk<'i> {
    /// A chunk of which nothing has been taken.
    #[must_use]
    pub const fn new(bytes: &'i [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            text: "",
            text_start: 0,
            ahead: AHEAD,
        }
    }

    /// Checks from the first byte not taken up to `end`, and the whole lines behind it as far as
    /// to look ahead.
    #[cold]
    fn look_ahead(&mut self, end: usize) {
        let rest = &self.bytes[self.at..];
        let lines = match &rest[..self.ahead.min(rest.len())] {
            ahead @ [.., b'\n'] => ahead.len(),
            ahead => scan::last_line_feed(ahead).unwrap_or(0),
        };
        let ahead = &rest[..lines.max(end - self.at)];
        self.text = match scan::text(ahead) {
            Ok(text) => text,
            Err(e) => scan::text(&ahead[..e.valid_up_to()]).unwrap_or_default(),
        };
        self.text_start = self.at;
        self.ahead = AHEAD.min(2 * self.text.len());
    }
}

impl<'i> Input<'i> for Chunk<'i> {
    #[inline]
    fn rest(&self) -> &'i [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn text(&mut self, part: Range<usize>) -> Option<&'i str> {
        let (start, end) = (self.at + part.start, self.at + part.end);
        if end - self.text_start > self.text.len() {
            self.look_ahead(end);
        }
        match self
            .text
            .get(start - self.text_start..end - self.text_start)
        {
            Some(text) => Some(text),
            // What is not text may stand before the part.
            None => scan::text(self.bytes.get(start..end)?).ok(),
        }
    }

    #[inline]
    fn take(&mut self, n: usize) {
        self.at += n;
    }
}

const AHEAD: usize = 16 * 1024;
