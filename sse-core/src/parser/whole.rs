//! Events that lie whole in the input, in the form most servers write: read without touching the
//! parser (9.2.6).

use crate::{Buffer, Event, block::Block, chunk::Ahead, line::Field, scan};

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

/// An event of one line of data, perhaps with a type before it, and of nothing else: what most
/// streams consist of, if an ID before that is read by itself.
pub(super) struct Plain<T> {
    /// Not empty.
    pub(super) event_type: Option<T>,
    pub(super) data: T,
    /// What comes behind the event.
    pub(super) behind: T,
}

/// An event whose line of data all that is ahead ends in.
pub(super) struct Begun<T> {
    pub(super) event_type: Option<T>,
    /// What there is of the data.
    pub(super) data: T,
}

impl<T> Plain<T> {
    /// Reads the event at the start of what is ahead, if it is plain and all there. If its line of
    /// data is cut, the error is what there is of it.
    #[inline(always)]
    pub(super) fn read<'i, D: Buffer, F: Buffer>(
        ahead: T,
        block: &Block<D, F>,
    ) -> Result<Self, Option<Begun<T>>>
    where
        T: Ahead<'i>,
    {
        match ahead.strip_prefix("data: ") {
            Some(line) => Self::read_data(None, line, block),
            None => {
                let (event_type, line) = Self::event_type(ahead, block).ok_or(None)?;
                Self::read_data(Some(event_type), line, block)
            }
        }
    }

    /// An event type, and the value of the line of data that comes next, with all behind it.
    #[inline(always)]
    fn event_type<'i, D: Buffer, F: Buffer>(ahead: T, block: &Block<D, F>) -> Option<(T, T)>
    where
        T: Ahead<'i>,
    {
        let (event_type, behind) = line_of(ahead.strip_prefix("event: ")?)?;
        if event_type.bytes().is_empty() {
            return None;
        }
        let event_type = fits(Field::EventType, event_type, block)?;
        Some((event_type, behind_end(behind)?.strip_prefix("data: ")?))
    }

    #[inline(always)]
    fn read_data<'i, D: Buffer, F: Buffer>(
        event_type: Option<T>,
        line: T,
        block: &Block<D, F>,
    ) -> Result<Self, Option<Begun<T>>>
    where
        T: Ahead<'i>,
    {
        let Some((data, behind)) = line_of(line) else {
            return Err(Some(Begun {
                event_type,
                data: line,
            }));
        };
        let behind = match behind.strip_prefix("\n\n") {
            Some(behind) => behind,
            None => behind.strip_prefix("\r\n\r\n").ok_or(None)?,
        };
        Ok(Self {
            event_type,
            data: fits(Field::Data, data, block).ok_or(None)?,
            behind,
        })
    }

    /// Type and data as text, if they are.
    #[inline(always)]
    pub(super) fn text<'i>(&self) -> Option<(&'i str, &'i str)>
    where
        T: Ahead<'i>,
    {
        let event_type = match self.event_type {
            Some(event_type) => event_type.text()?,
            None => Event::DEFAULT_TYPE,
        };
        Some((event_type, self.data.text()?))
    }

    /// Type and data.
    #[inline(always)]
    pub(super) fn bytes<'i>(&self) -> (&'i [u8], &'i [u8])
    where
        T: Ahead<'i>,
    {
        let event_type = match self.event_type {
            Some(event_type) => event_type.bytes(),
            None => Event::DEFAULT_TYPE.as_bytes(),
        };
        (event_type, self.data.bytes())
    }

    /// As [`read`](Self::read), with an ID before it, in which there is no NUL.
    #[inline(always)]
    pub(super) fn read_with_id<'i, D: Buffer, F: Buffer>(
        ahead: T,
        block: &Block<D, F>,
    ) -> Option<(T, Self)>
    where
        T: Ahead<'i>,
    {
        let (id, behind) = id_of(ahead, block)?;
        Some((id, Self::read(behind, block).ok()?))
    }
}

/// The ID in the line at the start of `rest`, and what comes behind the line.
#[inline(always)]
fn id_of<'i, T: Ahead<'i>, D: Buffer, F: Buffer>(rest: T, block: &Block<D, F>) -> Option<(T, T)> {
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
fn fits<'i, T: Ahead<'i>, D: Buffer, F: Buffer>(
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
