//! Events that lie whole in the input, in the form most servers write: read without touching the
//! parser (9.2.6).

use crate::{block::Room, chunk::Ahead, scan};

/// The fields of an event.
pub(super) struct Whole<T> {
    pub(super) event_type: Option<T>,
    pub(super) data: T,
    pub(super) id: Option<T>,
}

impl<T> Whole<T> {
    /// Reads past comments and empty blocks, then a block, and returns what is behind it. `None` if
    /// a line is cut, has another form or no room, or is one data line more; also if there is no
    /// data, as what such a block does is not to be told by its fields alone.
    #[inline(always)]
    pub(super) fn read<'i>(ahead: T, room: Room) -> Option<(Self, T)>
    where
        T: Ahead<'i>,
    {
        let (mut event_type, mut id, mut data) = (None, None, None);
        let mut rest = ahead;
        loop {
            let (value, behind);
            if data.is_none()
                && let Some(line) = rest.strip_prefix("data: ")
            {
                (value, behind) = line_of(line)?;
                data = Some(fit(value, room.data)?);
            } else if let Some(behind) = behind_end(rest) {
                if let Some(data) = data {
                    let whole = Self {
                        event_type,
                        data,
                        id,
                    };
                    return Some((whole, behind));
                }
                if event_type.is_some() || id.is_some() {
                    return None;
                }
                rest = behind;
                continue;
            } else if let Some(line) = rest.strip_prefix("event: ") {
                (value, behind) = line_of(line)?;
                event_type = Some(fit(value, room.event_type)?);
            } else if id.is_none()
                && let Some(line) = rest.strip_prefix("id: ")
            {
                (value, behind) = line_of(line)?;
                if scan::nul(value.bytes()).is_some() {
                    return None;
                }
                id = Some(fit(value, room.id)?);
            } else {
                (_, behind) = line_of(rest.strip_prefix(":")?)?;
            }
            rest = behind_end(behind)?;
        }
    }
}

/// The line at the start of `rest`, and what comes behind, its end first.
#[inline(always)]
fn line_of<'i, T: Ahead<'i>>(rest: T) -> Option<(T, T)> {
    rest.split_at(scan::line_end(rest.bytes())?)
}

/// What comes behind the line end at the start of `rest`.
#[inline(always)]
fn behind_end<'i, T: Ahead<'i>>(rest: T) -> Option<T> {
    rest.strip_prefix("\n")
        .or_else(|| rest.strip_prefix("\r\n"))
}

#[inline(always)]
fn fit<'i, T: Ahead<'i>>(value: T, room: usize) -> Option<T> {
    (value.bytes().len() <= room).then_some(value)
}
