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
        let fit = |field, value: T| (value.bytes().len() <= block.room(field)).then_some(value);
        let (mut event_type, mut id, mut data) = (None, None, None);
        let mut rest = *ahead;
        loop {
            let (value, behind);
            if data.is_none()
                && let Some(line) = rest.strip_prefix("data: ")
            {
                let Some(whole_line) = line_of(line) else {
                    return Some(Self {
                        event_type,
                        data: fit(Field::Data, line)?,
                        id,
                        end: End::Cut,
                    });
                };
                (value, behind) = whole_line;
                data = Some(fit(Field::Data, value)?);
            } else if let Some(behind) = behind_end(rest) {
                if data.is_none() && (event_type.is_some() || id.is_some()) {
                    return None;
                }
                *ahead = behind;
                if let Some(data) = data {
                    return Some(Self {
                        event_type,
                        data,
                        id,
                        end: End::Blank,
                    });
                }
                rest = behind;
                continue;
            } else if let Some(data) = data
                && rest.strip_prefix("data: ").is_some()
            {
                *ahead = rest;
                return Some(Self {
                    event_type,
                    data,
                    id,
                    end: End::Data,
                });
            } else if let Some(line) = rest.strip_prefix("event: ") {
                (value, behind) = line_of(line)?;
                event_type = Some(fit(Field::EventType, value)?);
            } else if id.is_none()
                && let Some(line) = rest.strip_prefix("id: ")
            {
                (value, behind) = line_of(line)?;
                if scan::nul(value.bytes()).is_some() {
                    return None;
                }
                id = Some(fit(Field::Id, value)?);
            } else if COMMENTS {
                return None;
            } else {
                (_, behind) = line_of(rest.strip_prefix(":")?)?;
            }
            rest = behind_end(behind)?;
        }
    }
}

/// The line at the start of `rest`, and what comes behind, its end first.
#[inline(always)]
pub(super) fn line_of<'i, T: Ahead<'i>>(rest: T) -> Option<(T, T)> {
    rest.split_at(scan::line_end(rest.bytes())?)
}

/// What comes behind the line end at the start of `rest`.
#[inline(always)]
pub(super) fn behind_end<'i, T: Ahead<'i>>(rest: T) -> Option<T> {
    rest.strip_prefix("\n")
        .or_else(|| rest.strip_prefix("\r\n"))
}
