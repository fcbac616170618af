//! Events that lie whole in the input, in the form most servers write: read without touching the
//! parser (9.2.6).

use crate::{Buffer, block::Block, chunk::Ahead, line::Field, scan};

/// The fields of an event.
pub(super) struct Whole<T> {
    pub(super) event_type: Option<T>,
    pub(super) data: T,
    pub(super) id: Option<T>,
    pub(super) end: End,
}

/// How an event goes on behind what has been read of it.
pub(super) enum End {
    /// Not at all: a blank line has ended it.
    Blank,
    /// With what is still to come of its data line.
    Cut,
    /// With another data line.
    Data,
}

impl<T> Whole<T> {
    /// Reads past empty blocks, then a block up to its [`End`], and leaves what is behind; where it
    /// is cut, the block. `None` if another line than that of the data is cut, or one has another
    /// form or no room; also if there is no data, as what such a block does is not to be told by
    /// its fields alone. Reads past comments too, unless they are to be found.
    #[inline(always)]
    pub(super) fn read<'i, const COMMENTS: bool, D: Buffer, F: Buffer>(
        ahead: &mut T,
        block: &Block<D, F>,
    ) -> Option<Self>
    where
        T: Ahead<'i>,
    {
        let mut rest = *ahead;
        loop {
            if !COMMENTS && let Some(line) = rest.strip_prefix(":") {
                rest = behind_line(line)?;
            } else if let Some(behind) = behind_end(rest) {
                *ahead = behind;
                rest = behind;
            } else {
                break;
            }
        }
        let mut fields = Fields::default();
        let line = loop {
            if let Some(line) = rest.strip_prefix("data: ") {
                break line;
            }
            rest = fields.read_line::<COMMENTS, _, _>(rest, block)?;
        };
        let Some((data, behind)) = line_of(line) else {
            return Some(fields.with(fits(Field::Data, line, block)?, End::Cut));
        };
        let data = fits(Field::Data, data, block)?;
        rest = behind_end(behind)?;
        loop {
            if let Some(behind) = behind_end(rest) {
                *ahead = behind;
                return Some(fields.with(data, End::Blank));
            }
            if rest.strip_prefix("data: ").is_some() {
                *ahead = rest;
                return Some(fields.with(data, End::Data));
            }
            rest = fields.read_line::<COMMENTS, _, _>(rest, block)?;
        }
    }
}

/// The ID in the line at the start of `rest`, and what comes behind the line.
#[inline(always)]
pub(super) fn id_of<'i, T: Ahead<'i>, D: Buffer, F: Buffer>(
    rest: T,
    block: &Block<D, F>,
) -> Option<(T, T)> {
    let line = rest.strip_prefix("id: ")?;
    let (id, behind) = line.split_at(scan::line_end_without_nul(line.bytes())?)?;
    Some((fits(Field::Id, id, block)?, behind_end(behind)?))
}

/// The fields of an event but its data.
struct Fields<T> {
    event_type: Option<T>,
    id: Option<T>,
}

impl<T> Default for Fields<T> {
    fn default() -> Self {
        Self {
            event_type: None,
            id: None,
        }
    }
}

impl<T> Fields<T> {
    #[inline(always)]
    fn with(self, data: T, end: End) -> Whole<T> {
        Whole {
            event_type: self.event_type,
            data,
            id: self.id,
            end,
        }
    }

    /// Reads the line at the start of `rest`, and returns what comes behind it.
    #[inline(always)]
    fn read_line<'i, const COMMENTS: bool, D: Buffer, F: Buffer>(
        &mut self,
        rest: T,
        block: &Block<D, F>,
    ) -> Option<T>
    where
        T: Ahead<'i>,
    {
        if let Some(line) = rest.strip_prefix(":") {
            if COMMENTS {
                return None;
            }
            return behind_line(line);
        }
        if let Some(line) = rest.strip_prefix("event: ") {
            let (value, behind) = line_of(line)?;
            self.event_type = Some(fits(Field::EventType, value, block)?);
            return behind_end(behind);
        }
        if self.id.is_some() {
            return None;
        }
        let (id, behind) = id_of(rest, block)?;
        self.id = Some(id);
        Some(behind)
    }
}

/// The value, if the block has room for it.
#[inline(always)]
pub(super) fn fits<'i, T: Ahead<'i>, D: Buffer, F: Buffer>(
    field: Field,
    value: T,
    block: &Block<D, F>,
) -> Option<T> {
    (value.bytes().len() <= block.room(field)).then_some(value)
}

/// The line at the start of `rest`, and what comes behind, its end first.
#[inline(always)]
pub(super) fn line_of<'i, T: Ahead<'i>>(rest: T) -> Option<(T, T)> {
    rest.split_at(scan::line_end(rest.bytes())?)
}

/// What comes behind the line at the start of `rest`.
#[inline(always)]
fn behind_line<'i, T: Ahead<'i>>(rest: T) -> Option<T> {
    behind_end(line_of(rest)?.1)
}

/// What comes behind the line end at the start of `rest`.
#[inline(always)]
pub(super) fn behind_end<'i, T: Ahead<'i>>(rest: T) -> Option<T> {
    rest.strip_prefix("\n")
        .or_else(|| rest.strip_prefix("\r\n"))
}
