//! The event in the making: what one block of fields has set so far (9.2.6), and its size limit.

use crate::{
    Buffer, Event, TooLarge,
    buffer::GROWS,
    chunk::Ahead,
    event::named,
    ids::Ids,
    lent::{Lent, LentText, Short, Span},
    line::Field,
};

#[cfg(feature = "std")]
mod quick;

/// The fields of a block that had to be copied, because the input they came in is gone or they
/// could not be lent out of it as they were.
#[derive(Debug)]
pub(crate) struct Block<D, F> {
    data: D,
    event_type: F,
    ids: Ids<F>,
    limit: usize,
    has_data: bool,
    has_id: bool,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing has been copied.
    Untouched,
    /// As before, and the buffers may still have room for something large.
    Cleared,
    /// Something has been copied.
    Copied,
    /// Some value was too large and has been reported: nothing counts until the blank line.
    Skipping,
    /// The block is over; what it holds stays to be lent until the next one begins.
    Over,
}

impl<D: Buffer, F: Buffer> Block<D, F> {
    pub(crate) fn new(
        mut data: D,
        mut event_type: F,
        id: F,
        last_event_id: F,
        limit: usize,
    ) -> Self {
        data.clear();
        event_type.clear();
        Self {
            data,
            event_type,
            ids: Ids::new(id, last_event_id),
            limit,
            has_data: false,
            has_id: false,
            phase: match GROWS {
                true => Phase::Cleared,
                false => Phase::Untouched,
            },
        }
    }

    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Drops all fields, and the duty to skip.
    #[inline(never)]
    pub(crate) fn reset(&mut self) {
        self.data.clear();
        self.event_type.clear();
        self.ids.clear();
        self.has_data = false;
        self.has_id = false;
        self.phase = match self.phase {
            Phase::Copied | Phase::Skipping | Phase::Over if GROWS => Phase::Cleared,
            Phase::Untouched | Phase::Cleared | Phase::Copied | Phase::Skipping | Phase::Over => {
                Phase::Untouched
            }
        };
    }

    /// Whether the event handed out last has left something that goes when the next one begins.
    #[inline]
    pub(crate) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// The most bytes that fit as this field of a block that has none yet.
    #[inline]
    pub(crate) fn room(&self, field: Field) -> usize {
        match field {
            Field::Data => self.data.limit().min(self.limit),
            Field::EventType => self.event_type.limit().min(self.limit),
            Field::Id => self.ids.limit(self.limit),
            Field::Retry => usize::MAX,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self.phase {
            Phase::Untouched | Phase::Cleared | Phase::Over => true,
            Phase::Copied => {
                !self.has_data && !self.has_id && self.event_type.as_slice().is_empty()
            }
            Phase::Skipping => false,
        }
    }

    /// Whether the fields make an event: one without `data` is never dispatched.
    #[inline]
    pub(crate) fn has_data(&self, lent: &Lent) -> bool {
        lent.data.is_some() || self.has_data
    }

    /// Whether this value, which would be the block's first data, is to be taken and has room.
    #[cfg(not(feature = "std"))]
    pub(crate) fn is_ready_for(&self, field: Field, value: &[u8]) -> bool {
        self.phase != Phase::Skipping && !self.has_data && value.len() <= self.room(field)
    }

    #[inline]
    fn begin_data(&mut self) -> Result<(), TooLarge> {
        match self.has_data {
            true => self.extend_data(LINE_FEED),
            false => {
                self.has_data = true;
                Ok(())
            }
        }
    }

    #[inline]
    fn extend_data<'i>(&mut self, piece: impl Ahead<'i>) -> Result<(), TooLarge> {
        push(&mut self.data, piece, self.limit).map_err(|TooLarge| self.overflow())
    }

    /// Takes the start of a field whose value is cut by the border of the input. All that was lent
    /// must have been kept.
    pub(crate) fn begin(&mut self, field: Field) -> Result<(), TooLarge> {
        if self.phase == Phase::Skipping {
            return Ok(());
        }
        self.phase = Phase::Copied;
        match field {
            Field::Data => return self.begin_data(),
            Field::EventType => self.event_type.clear(),
            Field::Id => self.ids.begin(),
            Field::Retry => {}
        }
        Ok(())
    }

    /// Takes more of the value begun; `false` if the field is to be ignored after all.
    #[inline]
    pub(crate) fn extend<'i>(
        &mut self,
        field: Field,
        piece: impl Ahead<'i>,
    ) -> Result<bool, TooLarge> {
        if self.phase == Phase::Skipping {
            return Ok(true);
        }
        let counts = match field {
            Field::Data => push(&mut self.data, piece, self.limit).map(|()| true),
            Field::EventType => push(&mut self.event_type, piece, self.limit).map(|()| true),
            Field::Id => self.ids.extend(piece, self.limit),
            Field::Retry => Ok(true),
        };
        counts.map_err(|TooLarge| self.overflow())
    }

    /// Takes the end of the value begun.
    pub(crate) fn end(&mut self, field: Field) {
        if field == Field::Id && self.phase != Phase::Skipping {
            self.ids.end();
            self.has_id = true;
        }
    }

    pub(crate) fn keep_data(&mut self, lent: Option<Span>, input: &[u8]) -> Result<(), TooLarge> {
        if let Some(data) = lent {
            self.phase = Phase::Copied;
            self.has_data = true;
            self.extend_data(data.of(input))?;
        }
        Ok(())
    }

    fn keep_id(&mut self, lent: Option<Short>, input: &[u8]) -> Result<(), TooLarge> {
        if let Some(id) = lent {
            self.phase = Phase::Copied;
            self.has_id = true;
            self.ids.set(id.of(input)).map_err(|_| self.overflow())?;
        }
        Ok(())
    }

    fn keep_event_type(&mut self, lent: Option<Short>, input: &[u8]) -> Result<(), TooLarge> {
        if let Some(event_type) = lent {
            self.phase = Phase::Copied;
            self.event_type.clear();
            push(&mut self.event_type, event_type.of(input), self.limit)
                .map_err(|TooLarge| self.overflow())?;
        }
        Ok(())
    }

    /// Ends the block and lends its event: out of the input what was lent and is text, the rest out
    /// of the buffers. Its ID becomes the last event ID.
    #[inline]
    pub(crate) fn dispatch<'a>(
        &'a mut self,
        lent: &Lent,
        text: LentText<'a>,
        input: &[u8],
    ) -> Result<Event<'a>, TooLarge> {
        if let Err(TooLarge) = self.repair(lent, &text, input) {
            self.reset();
            return Err(TooLarge);
        }
        self.end_block(lent.id, text.id, input)?;
        let event_type = text.event_type;
        Ok(Event {
            event_type: named(event_type.unwrap_or_else(|| self.event_type.as_text())),
            data: text.data.unwrap_or_else(|| self.data.as_text()),
            last_event_id: text.id.unwrap_or_else(|| self.ids.last()),
        })
    }

    /// Makes text of data and type where they are not lent, or are no text.
    #[inline]
    fn repair(&mut self, lent: &Lent, text: &LentText<'_>, input: &[u8]) -> Result<(), TooLarge> {
        if text.data.is_none() {
            self.keep_data(lent.data, input)?;
            self.data.repair(self.limit).map_err(|_| TooLarge)?;
        }
        let has_type = lent.event_type.is_some() || !self.event_type.as_slice().is_empty();
        if has_type && text.event_type.is_none() {
            self.keep_event_type(lent.event_type, input)?;
            self.event_type.repair(self.limit).map_err(|_| TooLarge)?;
        }
        Ok(())
    }

    /// Ends the block without an event, or for one that is to be lent as bytes. Its ID becomes the
    /// last event ID: `text`, if it was lent and is text.
    #[inline]
    pub(crate) fn end_block(
        &mut self,
        id: Option<Short>,
        text: Option<&str>,
        input: &[u8],
    ) -> Result<(), TooLarge> {
        let kept = self.keep_id(id.filter(|_| text.is_none()), input);
        self.finish();
        kept?;
        match text {
            Some(id) => self.ids.commit_text(id),
            None if self.has_id => self.ids.commit(self.limit),
            None => Ok(()),
        }
    }

    /// Ends the block.
    #[inline]
    pub(crate) fn finish(&mut self) {
        match self.phase {
            Phase::Untouched => {}
            Phase::Cleared if GROWS => self.reset(),
            Phase::Cleared => {}
            Phase::Copied | Phase::Skipping | Phase::Over => self.phase = Phase::Over,
        }
    }

    pub(crate) fn set_last_event_id(&mut self, id: &str) -> Result<(), TooLarge> {
        self.ids.set_last(id, self.limit)
    }

    pub(crate) fn last_event_id(&self) -> &str {
        self.ids.last()
    }

    /// The data buffer, for other uses between streams.
    pub(crate) fn scratch(&mut self) -> &mut D {
        &mut self.data
    }

    /// The same, and the last event ID.
    pub(crate) fn scratch_and_id(&mut self) -> (&mut D, &str) {
        (&mut self.data, self.ids.last())
    }

    pub(crate) fn data(&self) -> &D {
        &self.data
    }

    pub(crate) fn event_type(&self) -> &F {
        &self.event_type
    }

    #[cold]
    fn overflow(&mut self) -> TooLarge {
        self.reset();
        self.phase = Phase::Skipping;
        TooLarge
    }
}

#[inline]
pub(crate) fn push<'i>(
    buffer: &mut impl Buffer,
    piece: impl Ahead<'i>,
    limit: usize,
) -> Result<(), TooLarge> {
    if piece.bytes().len() > limit.saturating_sub(buffer.as_slice().len()) {
        return Err(TooLarge);
    }
    piece.push_to(buffer).map_err(|_| TooLarge)
}

/// What joins data lines; text, where that saves a check, and else what other data is.
#[cfg(feature = "std")]
const LINE_FEED: &str = "\n";
#[cfg(not(feature = "std"))]
const LINE_FEED: &[u8] = b"\n";
