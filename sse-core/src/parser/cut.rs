//! Lines that the borders of the input cut (9.2.6).

use super::Parser;
use crate::{
    Buffer, TooLarge,
    lent::Lent,
    line::{Field, Line, Name, read_digits},
    scan,
};

impl<D: Buffer, F: Buffer> Parser<D, F> {
    /// Goes on where the last call stopped, up to the start of a line or the end of this input.
    /// Returns where what is left of a cut line ends.
    #[inline(never)]
    pub(super) fn resume(&mut self, input: &[u8], at: &mut usize) -> Result<usize, TooLarge> {
        if self.block.is_over() {
            self.block.reset();
        }
        *at += self.line.skip_start(&input[*at..]);
        if !self.line.is_cut() {
            return Ok(*at);
        }
        let rest = &input[*at..];
        let Some(len) = scan::line_end(rest) else {
            *at = input.len();
            self.extend_line(rest)?;
            return Ok(*at);
        };
        let end = *at + len;
        let taken = self.extend_line(&rest[..len]);
        let ended = self.end_line();
        *at = self.step_over_line_end(input, end);
        ended.and(taken)?;
        Ok(end)
    }

    /// Takes the start of a line that the end of the input cuts, and keeps what came before it.
    #[inline(never)]
    pub(super) fn begin_line(
        &mut self,
        lent: Lent,
        input: &[u8],
        begun: Option<(Field, usize)>,
        line: &[u8],
    ) -> Result<(), TooLarge> {
        let kept = match lent.is_empty() {
            true => Ok(()),
            false => self.block.keep(lent, input),
        };
        let begun = match begun {
            Some((field, value)) if value < line.len() => self.begin_value(field).and_then(|()| {
                self.line = Line::Value(field);
                self.extend_value(field, &line[value..])
            }),
            _ => self.extend_line(line),
        };
        kept.and(begun)
    }

    /// Takes more of a line whose end is not there yet.
    #[inline]
    fn extend_line(&mut self, piece: &[u8]) -> Result<(), TooLarge> {
        let value = match self.line {
            Line::Value(_) | Line::Comment | Line::Ignored => piece,
            _ => self.extend_name(piece)?,
        };
        match self.line {
            Line::Value(field) => self.extend_value(field, value),
            _ => Ok(()),
        }
    }

    /// Takes more of what comes before a value, and returns what is left of `piece`.
    #[inline(never)]
    fn extend_name<'p>(&mut self, mut piece: &'p [u8]) -> Result<&'p [u8], TooLarge> {
        while let [byte, rest @ ..] = piece {
            self.line = match self.line {
                Line::Start if *byte == b':' => Line::Comment,
                Line::Start => Name::begin(*byte).map_or(Line::Ignored, Line::Name),
                Line::Name(name) if *byte == b':' => match name.field() {
                    Some(field) => {
                        self.begin_value(field)?;
                        Line::Space(field)
                    }
                    None => Line::Ignored,
                },
                Line::Name(name) => name.with(*byte).map_or(Line::Ignored, Line::Name),
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
        let field = match self.line {
            Line::Space(field) | Line::Value(field) => field,
            Line::Name(name) => match name.field() {
                Some(field) => {
                    self.begin_value(field)?;
                    field
                }
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        match field {
            Field::Retry => self.retry = self.digits.or(self.retry),
            _ => self.block.end(field),
        }
        Ok(())
    }

    fn begin_value(&mut self, field: Field) -> Result<(), TooLarge> {
        self.digits = None;
        self.line = Line::Ignored;
        self.block.begin(field)
    }

    #[inline]
    fn extend_value(&mut self, field: Field, piece: &[u8]) -> Result<(), TooLarge> {
        let counts = match field {
            Field::Retry => {
                let digits = read_digits(self.digits, piece);
                self.digits = digits.flatten();
                digits.is_some()
            }
            _ => self.block.extend(field, piece)?,
        };
        if !counts {
            self.line = Line::Ignored;
        }
        Ok(())
    }
}
