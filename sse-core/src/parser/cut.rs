//! Lines, whole or cut by the borders of the input (9.2.6).

use core::ops::Range;

use super::{Parser, quick::QUICK};
use crate::{
    Buffer, CommentPlace, TooLarge,
    lent::{Lent, Short},
    line::{Field, Line, append_digits},
    scan,
};

/// What has been read of a line.
pub(super) enum Read {
    /// That there is nothing in it.
    Blank,
    /// A comment or a part of one, if comments are to be found.
    Comment(CommentPlace),
    /// What the block or nobody has to know.
    Other,
}

impl<D: Buffer, F: Buffer> Parser<D, F> {
    /// Makes ready to go on where the last call stopped.
    #[inline]
    pub(super) fn go_on(&mut self, input: &[u8], at: &mut usize) {
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
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn read_line<const COMMENTS: bool>(
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
            let taken = self.extend_line(rest);
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
                let taken = match QUICK {
                    true => self.block.append_line(first, value, input),
                    false => {
                        let kept = self.block.keep_data(first, input);
                        kept.and_then(|()| self.take_line(line))
                    }
                };
                (taken, Read::Other)
            }
            Some((field, value)) => {
                let value = end - value.len()..end;
                (self.block.lend(lent, field, value), Read::Other)
            }
            None if begun == Line::Start && line.is_empty() => (Ok(()), Read::Blank),
            None => {
                let taken = self.take_line(line);
                (taken, self.read::<COMMENTS>(begun, start..end, true))
            }
        };
        *at = self.step_over_line_end(input, end);
        taken.map(|()| read)
    }

    /// What there is to tell of a line that stood like this before this part of it.
    fn read<const COMMENTS: bool>(&self, begun: Line, part: Range<usize>, ended: bool) -> Read {
        let start = match begun {
            Line::Comment => part.start,
            _ => part.start + 1,
        };
        match self.line {
            Line::Comment if COMMENTS && (ended || part.end > start) => {
                Read::Comment(CommentPlace {
                    start,
                    end: part.end,
                    ended,
                })
            }
            _ => Read::Other,
        }
    }

    /// Takes what there is of a line that ends here.
    fn take_line(&mut self, piece: &[u8]) -> Result<(), TooLarge> {
        let taken = self.extend_line(piece);
        let ended = self.end_line();
        taken.and(ended)
    }

    /// Takes more of a line whose end is not there yet.
    #[inline(never)]
    pub(super) fn extend_line(&mut self, piece: &[u8]) -> Result<(), TooLarge> {
        let value = match self.line {
            Line::Value(_) | Line::Comment | Line::Ignored if QUICK => piece,
            _ => self.extend_name(piece)?,
        };
        match self.line {
            Line::Value(field) if !value.is_empty() => self.extend_value(field, value),
            _ => Ok(()),
        }
    }

    /// Takes more of what comes before a value, and returns what is left of `piece`.
    #[inline(never)]
    fn extend_name<'p>(&mut self, mut piece: &'p [u8]) -> Result<&'p [u8], TooLarge> {
        while let [byte, rest @ ..] = piece {
            self.line = match self.line {
                Line::Start if *byte == b':' => Line::Comment,
                Line::Start => match Field::begin(*byte) {
                    Some(field) => Line::Name(field, 1),
                    None => Line::Ignored,
                },
                Line::Name(field, read) => match field.name_at(read) {
                    wanted if wanted != *byte => Line::Ignored,
                    b':' => {
                        self.begin_value(field)?;
                        Line::Space(field)
                    }
                    _ => Line::Name(field, read + 1),
                },
                Line::Space(field) => {
                    self.line = Line::Value(field);
                    return Ok(if *byte == b' ' { rest } else { piece });
                }
                Line::Value(_) | Line::Mark(_) | Line::AfterCr | Line::Comment | Line::Ignored => {
                    break;
                }
            };
            piece = rest;
        }
        Ok(piece)
    }

    fn end_line(&mut self) -> Result<(), TooLarge> {
        if let Line::Name(..) = self.line {
            // 9.2.6: a name without a colon has the empty value.
            self.extend_name(b":")?;
        }
        let (Line::Space(field) | Line::Value(field)) = self.line else {
            return Ok(());
        };
        match field {
            Field::Retry if self.has_digits => self.retry = Some(self.digits),
            _ => self.block.end(field),
        }
        Ok(())
    }

    fn begin_value(&mut self, field: Field) -> Result<(), TooLarge> {
        (self.digits, self.has_digits) = (0, false);
        self.line = Line::Ignored;
        self.block.begin(field)
    }

    #[inline]
    fn extend_value(&mut self, field: Field, piece: &[u8]) -> Result<(), TooLarge> {
        let counts = match field {
            Field::Retry => match append_digits(self.digits, piece) {
                Some(digits) => {
                    self.digits = digits;
                    self.has_digits = true;
                    true
                }
                None => false,
            },
            _ => self.block.extend(field, piece)?,
        };
        if !counts {
            self.line = Line::Ignored;
        }
        Ok(())
    }
}

/// The field of a whole line that can be lent, and its value.
fn lendable(line: &[u8]) -> Option<(Field, &[u8])> {
    let (field, behind) = match line.split_first_chunk() {
        Some((b"data", behind)) => (Field::Data, behind),
        Some((b"even", [b't', behind @ ..])) if Short::LENT => (Field::EventType, behind),
        _ => return None,
    };
    match behind {
        [] => Some((field, behind)),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some((field, value)),
        _ => None,
    }
}
