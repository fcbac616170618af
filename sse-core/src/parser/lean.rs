//! The only way through the input where flash is scarce: what can be lent is known at once, and what
//! cannot is copied line by line (9.2.6).

use super::Parser;
use crate::{
    Buffer, Event, Input, RawEvent, TooLarge,
    lent::{Lent, Span},
    line::{Field, Line},
    place::Found,
    scan,
};

impl<D: Buffer, F: Buffer> Parser<D, F> {
    #[inline(always)]
    pub(super) fn next_lent<'a, 'i: 'a>(
        &'a mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Option<Event<'a>>, TooLarge> {
        self.next_slowly(input)
    }

    #[inline(always)]
    pub(super) fn next_lent_raw<'a, 'i: 'a>(
        &'a mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Option<RawEvent<'a>>, TooLarge> {
        self.next_slowly_raw(input)
    }

    #[inline(always)]
    pub(super) fn find<const COMMENTS: bool>(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<Found>, TooLarge> {
        self.advance::<COMMENTS>(input, at)
    }

    /// Reads `input` from `at` up to the next thing to hand out.
    pub(super) fn advance<const COMMENTS: bool>(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<Found>, TooLarge> {
        let start = *at;
        let found = self.read_lines::<COMMENTS>(input, at);
        // Before `start` may be anything, such as the size of a chunk.
        if start < *at && *at == input.len() && input.last() == Some(&b'\r') {
            self.line = Line::AfterCr;
        }
        found
    }

    fn read_lines<const COMMENTS: bool>(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<Found>, TooLarge> {
        self.line.skip_start(input, at);
        while let Some(rest @ [_, ..]) = input.get(*at..) {
            if self.block.is_over() {
                self.block.reset();
            }
            let (start, begun) = (*at, self.line);
            let end = scan::line_end(rest);
            let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            *at = start + line.len();
            if end.is_some() && matches!(begun, Line::Start) {
                if line.is_empty() {
                    *at = behind_line_end(input, *at);
                    if self.block.has_data(&Lent::default()) {
                        self.fruitful = true;
                        return Ok(Some(Found::Event(Lent::default())));
                    }
                    self.block.end_block(None, None, input)?;
                    continue;
                }
                if let Some((b"data:", value)) = line.split_first_chunk()
                    && let value = value.strip_prefix(b" ").unwrap_or(value)
                    && self.block.is_ready_for(Field::Data, value)
                {
                    let blank = behind_line_end(input, *at);
                    if let Some(b'\r' | b'\n') = input.get(blank) {
                        let data = Span::new(*at - value.len()..*at);
                        *at = behind_line_end(input, blank);
                        self.fruitful = true;
                        return Ok(Some(Found::Event(Lent {
                            data,
                            ..Lent::default()
                        })));
                    }
                }
            }
            let taken = self.take_part(line, end.is_some());
            let comment = match COMMENTS {
                true => self.comment(begun, start..*at, end.is_some()),
                false => None,
            };
            if end.is_some() {
                *at = behind_line_end(input, *at);
                self.line = Line::Start;
            }
            taken?;
            if let Some(place) = comment {
                return Ok(Some(Found::Comment(place)));
            }
        }
        Ok(None)
    }
}

/// The position behind the line end at `end`.
#[inline(never)]
fn behind_line_end(input: &[u8], end: usize) -> usize {
    match input.get(end..) {
        Some([b'\r', b'\n', ..]) => end + 2,
        _ => end + 1,
    }
}
