//! What a parser takes events out of: plain bytes, or a chunk whose text is checked ahead.

use core::ops::Range;

use crate::{Buffer, Full, scan};

/// What a [`Parser`](crate::Parser) takes events out of: a slice, which then begins behind the
/// event, or a [`Chunk`].
pub trait Input<'i>: Look<'i> {
    /// What has not been taken yet.
    fn rest(&self) -> &'i [u8];
}

/// What the parser does with its input.
#[expect(
    unnameable_types,
    reason = "what a chunk knows of its bytes is for the parser alone"
)]
pub trait Look<'i> {
    type Ahead: Ahead<'i>;

    /// The start of the [rest](Input::rest), as far as it has been looked at; nothing of what is
    /// [short](Self::short).
    fn ahead(&mut self) -> Self::Ahead;

    /// The [rest](Input::rest), if it is so short that to look ahead may take longer than it saves,
    /// as what goes on in the next input is looked at again then.
    fn short(&mut self) -> Option<&mut &'i [u8]>;

    /// Takes what comes before `behind`, which is the end of what is [ahead](Self::ahead).
    fn take_up_to(&mut self, behind: Self::Ahead);

    /// This part of the [rest](Input::rest) as text, if it is UTF-8.
    fn text(&mut self, part: Range<usize>) -> Option<&'i str>;

    /// Takes the first `n` bytes of the [rest](Input::rest).
    fn take(&mut self, n: usize);

    /// Takes all of the [rest](Input::rest).
    fn take_all(&mut self);
}

/// Bytes, or what is known to be text.
#[expect(unnameable_types, reason = "as of `Look`")]
pub trait Ahead<'i>: Copy {
    fn bytes(self) -> &'i [u8];

    /// Itself as text, if it is UTF-8.
    fn text(self) -> Option<&'i str>;

    /// Appends itself to `buffer`.
    fn push_to(self, buffer: &mut impl Buffer) -> Result<(), Full>;

    fn strip_prefix(self, prefix: &str) -> Option<Self>;

    fn split_at(self, at: usize) -> Option<(Self, Self)>;
}

impl<'i> Ahead<'i> for &'i [u8] {
    #[inline]
    fn bytes(self) -> &'i [u8] {
        self
    }

    #[inline]
    fn text(self) -> Option<&'i str> {
        scan::text(self).ok()
    }

    #[inline]
    fn push_to(self, buffer: &mut impl Buffer) -> Result<(), Full> {
        buffer.push_slice(self)
    }

    #[inline]
    fn strip_prefix(self, prefix: &str) -> Option<Self> {
        self.strip_prefix(prefix.as_bytes())
    }

    #[inline]
    fn split_at(self, at: usize) -> Option<(Self, Self)> {
        self.split_at_checked(at)
    }
}

impl<'i> Ahead<'i> for &'i str {
    #[inline]
    fn bytes(self) -> &'i [u8] {
        self.as_bytes()
    }

    #[inline]
    fn text(self) -> Option<&'i str> {
        Some(self)
    }

    #[inline]
    fn push_to(self, buffer: &mut impl Buffer) -> Result<(), Full> {
        buffer.push_text(self)
    }

    #[inline]
    fn strip_prefix(self, prefix: &str) -> Option<Self> {
        self.strip_prefix(prefix)
    }

    #[inline]
    fn split_at(self, at: usize) -> Option<(Self, Self)> {
        self.split_at_checked(at)
    }
}

impl<'i> Input<'i> for &'i [u8] {
    #[inline]
    fn rest(&self) -> &'i [u8] {
        self
    }
}

impl<'i> Look<'i> for &'i [u8] {
    type Ahead = Self;

    #[inline]
    fn ahead(&mut self) -> Self {
        self
    }

    #[inline]
    fn short(&mut self) -> Option<&mut Self> {
        None
    }

    #[inline]
    fn take_up_to(&mut self, behind: Self) {
        *self = behind;
    }

    #[inline]
    fn text(&mut self, part: Range<usize>) -> Option<&'i str> {
        self.get(part)?.text()
    }

    #[inline]
    fn take(&mut self, n: usize) {
        *self = self.get(n..).unwrap_or_default();
    }

    #[inline]
    fn take_all(&mut self) {
        *self = &[];
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
    /// How many bytes have been taken.
    taken: usize,
    /// What has been found to be text, from the first byte that has not been taken on.
    text: &'i str,
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
            taken: 0,
            text: "",
            ahead: AHEAD,
        }
    }

    /// Checks as many bytes as to look ahead, unless the rest is short or begins within a
    /// character.
    #[cold]
    fn look(&mut self) {
        let rest = self.rest();
        if rest.len() > SHORT && !matches!(rest, [0x80..0xC0, ..]) {
            self.look_ahead(0);
        }
    }

    /// Checks the first `least` bytes, and as many behind them as to look ahead.
    #[cold]
    fn look_ahead(&mut self, least: usize) {
        let rest = self.rest();
        let end = self.ahead.max(least).min(rest.len());
        let ahead = whole_chars(&rest[..end]);
        self.text = match scan::text(ahead) {
            Ok(text) => text,
            Err(e) => scan::text(&ahead[..e.valid_up_to()]).unwrap_or_default(),
        };
        self.ahead = AHEAD.min(2 * self.text.len());
    }
}

/// The bytes up to where the last character begins that is not all there.
fn whole_chars(bytes: &[u8]) -> &[u8] {
    match bytes {
        [before @ .., 0xC0..=0xFF]
        | [before @ .., 0xE0..=0xFF, 0x80..0xC0]
        | [before @ .., 0xF0..=0xFF, 0x80..0xC0, 0x80..0xC0] => before,
        _ => bytes,
    }
}

impl<'i> Input<'i> for Chunk<'i> {
    #[inline]
    fn rest(&self) -> &'i [u8] {
        self.bytes.get(self.taken..).unwrap_or_default()
    }
}

impl<'i> Look<'i> for Chunk<'i> {
    type Ahead = &'i str;

    #[inline]
    fn ahead(&mut self) -> &'i str {
        if self.text.is_empty() {
            self.look();
        }
        self.text
    }

    #[inline]
    fn short(&mut self) -> Option<&mut &'i [u8]> {
        if !self.text.is_empty() {
            return None;
        }
        if self.taken > 0 {
            (self.bytes, self.taken) = (self.rest(), 0);
        }
        (self.bytes.len() <= SHORT).then_some(&mut self.bytes)
    }

    #[inline]
    fn take_up_to(&mut self, behind: &'i str) {
        self.taken += self.text.len() - behind.len();
        self.text = behind;
    }

    #[inline]
    fn text(&mut self, part: Range<usize>) -> Option<&'i str> {
        if part.end > self.text.len() {
            self.look_ahead(part.end);
        }
        match self.text.get(part.clone()) {
            Some(text) => Some(text),
            // What is not text may stand before the part.
            None => self.rest().get(part)?.text(),
        }
    }

    #[inline]
    fn take(&mut self, n: usize) {
        self.taken += n;
        self.text = self.text.get(n..).unwrap_or_default();
    }

    #[inline]
    fn take_all(&mut self) {
        (self.taken, self.text) = (self.bytes.len(), "");
    }
}

const AHEAD: usize = 16 * 1024;
pub(crate) const SHORT: usize = 128;
