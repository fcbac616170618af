//! The loop over lines, which lends what it can out of them (9.2.6).

use core::ops::Range;

use super::Parser;
use crate::{
    Buffer, CommentPlace, TooLarge,
    lent::Lent,
    line::{Field, Line},
    place::Found,
    scan,
};

/// What has been read of a line.
enum Read {
    /// That there is nothing in it.
    Blank,
    /// A comment or a part of one, if comments are to be found.
    Comment(CommentPlace),
    /// What the block or nobody has to know.
    Other,
}

impl<D: Buffer, F: Buffer> Parser<D, F> {
    /// Reads `input` from `at` up to the next thing to hand out.
    #[inline(always)]
    pub(super) fn advance<const COMMENTS: bool>(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<Found>, TooLarge> {
        self.go_on(input, at);
        let mut lent = Lent::default();
        while *at < input.len() {
            match self.read_line::<COMMENTS>(input, at, &mut lent)? {
                Read::Blank if self.block.has_data(&lent) => {
                    self.fruitful = true;
                    return Ok(Some(Found::Event(lent)));
                }
                Read::Blank => {
                    let id = lent.id.map(|id| id.of(input));
                    let id = id.and_then(|id| scan::text(id).ok());
                    self.block.end_block(lent.id, id, input)?;
                    if self.block.is_over() {
                        self.block.reset();
                    }
                    lent = Lent::default();
                }
                Read::Comment(place) => {
                    self.block.keep(lent, input)?;
                    return Ok(Some(Found::Comment(place)));
                }
                Read::Other => {}
            }
        }
        self.block.keep(lent, input)?;
        Ok(None)
    }

    /// Makes ready to go on where the last call stopped.
    #[inline]
    fn go_on(&mut self, input: &[u8], at: &mut usize) {
        if self.block.is_over() {
            self.block.reset();
        }
        self.line.skip_start(input, at);
    }

    /// Goes on where the last call stopped, up to the start of a line or the end of this input.
    #[inline(never)]
    pub(super) fn resume(&mut self, input: &[u8], at: &mut usize) -> Result<(), TooLarge> {
        self.go_on(input, at);
        if self.line.is_cut() {
            self.read_line::<false>(input, at, &mut Lent::default())?;
        }
        Ok(())
    }

    /// Takes a line, or as much of it as there is. Its field goes to the block, or is lent if that
    /// is all of an event's data so far.
    #[inline(always)]
    fn read_line<const COMMENTS: bool>(
        &mut self,
        input: &[u8],
        at: &mut usize,
        lent: &mut Lent,
    ) -> Result<Read, TooLarge> {
        let (start, begun) = (*at, self.line);
        let rest = input.get(start..).unwrap_or_default();
        let Some(len) = scan::line_end(rest) else {
            *at = input.len();
            let kept = self.block.keep(core::mem::take(lent), input);
            let taken = self.take_part(rest, false);
            return kept
                .and(taken)
                .map(|()| self.read::<COMMENTS>(begun, start..*at, false));
        };
        let line = rest.get(..len).unwrap_or_default();
        let end = start + len;
        let whole = match begun {
            Line::Start => lendable(line),
            _ => None,
        };
        let (taken, read) = match whole {
            Some((Field::Data, value)) if self.block.has_data(lent) => {
                let first = lent.data.take();
                let taken = self.block.append_line(first, value, input);
                (taken, Read::Other)
            }
            Some((field, value)) => {
                let value = end - value.len()..end;
                (self.block.lend(lent, field, value), Read::Other)
            }
            None if begun == Line::Start && line.is_empty() => (Ok(()), Read::Blank),
            None => {
                let taken = self.take_part(line, true);
                (taken, self.read::<COMMENTS>(begun, start..end, true))
            }
        };
        *at = self.step_over_line_end(input, end);
        taken.map(|()| read)
    }

    /// What there is to tell of a line that stood like this before this part of it.
    fn read<const COMMENTS: bool>(&self, begun: Line, part: Range<usize>, ended: bool) -> Read {
        match self.comment(begun, part, ended) {
            Some(comment) if COMMENTS => Read::Comment(comment),
            _ => Read::Other,
        }
    }

    /// The position behind the line end at `end`. A CR that is the input's last byte has ended its
    /// line all the same.
    #[inline]
    pub(super) fn step_over_line_end(&mut self, input: &[u8], end: usize) -> usize {
        self.line = Line::Start;
        match input.get(end..).unwrap_or_default() {
            [b'\r', b'\n', ..] => end + 2,
            [b'\r'] => {
                self.line = Line::AfterCr;
                end + 1
            }
            _ => end + 1,
        }
    }
}

/// The field of a whole line that can be lent, and its value.
fn lendable(line: &[u8]) -> Option<(Field, &[u8])> {
    let (field, behind) = match line.split_first_chunk() {
        Some((b"data", behind)) => (Field::Data, behind),
        Some((b"even", [b't', behind @ ..])) => (Field::EventType, behind),
        _ => return None,
    };
    match behind {
        [] => Some((field, behind)),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some((field, value)),
        _ => None,
    }
}
