//! Events of one line of data, which most streams consist of: read where they are asked for, as to
//! hand them through a call takes as long as to read them.

use super::{
    Parser,
    whole::{behind_end, fits, id_of, line_of},
};
use crate::{
    Buffer, Event, Input, RawEvent,
    block::Block,
    chunk::{Ahead, SHORT},
    lent::{Lent, Short, Span},
    line::{Field, Line},
    placed::Placed,
    scan,
};

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

impl<D: Buffer, F: Buffer> Parser<D, F> {
    /// Whether an event begins here, and none of an earlier one is left.
    #[inline(always)]
    pub(super) fn is_untouched(&self) -> bool {
        self.line.is_start() && self.block.is_untouched()
    }

    /// Takes an event that is [plain](Plain), as text, if the parser [is untouched](Self::is_untouched).
    #[inline(always)]
    pub(super) fn take_plain<'i>(
        &mut self,
        input: &mut impl Input<'i>,
    ) -> Option<(&'i str, &'i str)> {
        let plain = Plain::read(input.ahead(), &self.block).ok()?;
        let text = plain.text()?;
        input.take_up_to(plain.behind);
        self.fruitful = true;
        Some(text)
    }

    /// As [`take_plain`](Self::take_plain), of a new block. If instead all of the input begins its
    /// first line of data, it takes that.
    #[inline(always)]
    pub(super) fn take_plain_or_begin<'i>(
        &mut self,
        input: &mut &'i [u8],
    ) -> Option<Option<(&'i str, &'i str)>> {
        match Plain::read(*input, &self.block) {
            Ok(plain) => {
                let text = plain.text()?;
                *input = plain.behind;
                self.took_whole();
                Some(Some(text))
            }
            Err(Some(begun)) if self.begin(&begun) => {
                *input = &[];
                Some(None)
            }
            Err(_) => None,
        }
    }

    /// As [`take_plain`](Self::take_plain), with an ID before it.
    #[inline(always)]
    pub(super) fn take_plain_with_id<'i>(
        &mut self,
        input: &mut impl Input<'i>,
    ) -> Option<Event<'i>> {
        let (id, plain) = Plain::read_with_id(input.ahead(), &self.block)?;
        let (event_type, data) = plain.text()?;
        let last_event_id = self.commit_whole(id)?;
        self.took_whole();
        input.take_up_to(plain.behind);
        Some(Event {
            event_type,
            data,
            last_event_id,
        })
    }

    /// As [`take_plain`](Self::take_plain), but bytes.
    #[inline(always)]
    pub(super) fn take_plain_raw<'i>(
        &mut self,
        input: &mut impl Input<'i>,
    ) -> Option<(&'i [u8], &'i [u8])> {
        let rest = input.rest();
        let plain = Plain::read(rest, &self.block).ok()?;
        input.take(rest.len() - plain.behind.len());
        self.fruitful = true;
        Some(plain.bytes())
    }

    /// As [`take_plain_with_id`](Self::take_plain_with_id), but bytes, and the ID as text.
    #[inline(always)]
    pub(super) fn take_plain_raw_with_id<'i>(
        &mut self,
        input: &mut impl Input<'i>,
    ) -> Option<RawEvent<'i>> {
        let rest = input.rest();
        let (id, plain) = Plain::read_with_id(rest, &self.block)?;
        let last_event_id = self.commit_whole(id)?;
        self.fruitful = true;
        input.take(rest.len() - plain.behind.len());
        let (event_type, data) = plain.bytes();
        Some(RawEvent {
            event_type,
            data,
            last_event_id,
        })
    }

    /// As [`take_plain`](Self::take_plain), for what is found but not lent.
    #[inline(always)]
    pub(super) fn find_plain(&mut self, input: &[u8], at: &mut usize) -> Option<Lent> {
        if !self.is_untouched() {
            return None;
        }
        let ahead = Placed::new(input.get(*at..)?, *at);
        let plain = Plain::read(ahead, &self.block).ok()?;
        *at = plain.behind.at();
        self.fruitful = true;
        Some(Lent {
            data: Span::new(plain.data.range()),
            event_type: plain.event_type.and_then(|it| Short::new(it.range())),
            id: None,
        })
    }

    /// Takes the input if it is short and nothing but the start of a block's first line, of data.
    #[inline(always)]
    pub(super) fn take_first_line<'i>(&mut self, input: &mut impl Input<'i>) -> bool {
        if input.rest().len() > SHORT || !self.is_new() {
            return false;
        }
        let Some(value) = input.rest().strip_prefix(b"data: ") else {
            return false;
        };
        let begun = Begun {
            event_type: None,
            data: value,
        };
        if scan::line_end(value).is_some() || !self.begin(&begun) {
            return false;
        }
        input.take_all();
        true
    }

    /// Copies what there is of a new block, if there is room.
    #[inline(always)]
    fn begin(&mut self, begun: &Begun<&[u8]>) -> bool {
        if begun.data.len() > self.block.room(Field::Data) {
            return false;
        }
        let copied = match begun.event_type {
            Some(_) => self.block.copy(begun.event_type, begun.data, None),
            None => self.block.copy_data(begun.data),
        };
        self.line = Line::Value(Field::Data);
        copied.is_ok()
    }
}
