//! Lines in pieces, as the borders of the input cut them (9.2.6).

use core::ops::Range;

use super::Parser;
use crate::{
    Buffer, CommentPlace, TooLarge,
    line::{Field, Line, append_digits},
};

impl<D: Buffer, F: Buffer> Parser<D, F> {
    /// The comment that this part of a line belongs to, if there is something to tell of it. `begun`
    /// is how the line stood before it.
    pub(super) fn comment(
        &self,
        begun: Line,
        part: Range<usize>,
        ended: bool,
    ) -> Option<CommentPlace> {
        let start = match begun {
            Line::Comment => part.start,
            _ => part.start + 1,
        };
        let tells = matches!(self.line, Line::Comment) && (ended || part.end > start);
        tells.then_some(CommentPlace {
            start,
            end: part.end,
            ended,
        })
    }

    /// Takes more of a line, and its end, if that is there.
    #[inline(never)]
    pub(super) fn take_part(&mut self, piece: &[u8], ended: bool) -> Result<(), TooLarge> {
        let value = match self.line {
            Line::Value(_) | Line::Comment | Line::Ignored if cfg!(feature = "std") => piece,
            _ => self.extend_name(piece)?,
        };
        if let Line::Value(field) = self.line
            && !value.is_empty()
        {
            self.extend_value(field, value)?;
        }
        if ended {
            self.end_line()?;
        }
        Ok(())
    }

    /// Takes more of what comes before a value, and returns what is left of `piece`.
    #[inline(never)]
    fn extend_name<'p>(&mut self, mut piece: &'p [u8]) -> Result<&'p [u8], TooLarge> {
        while let [byte, rest @ ..] = piece {
            self.line = match self.line {
                Line::Start => match (Field::begin(*byte), *byte) {
                    (Some(field), _) => Line::Name(field, 1),
                    (None, b':') => Line::Comment,
                    (None, _) => Line::Ignored,
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

    #[cfg_attr(not(feature = "std"), inline(never))]
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
