//! What the short ways do with a block, and what is lent before it is known to be all.

use core::ops::Range;

use super::{Block, Phase, push};
use crate::{
    Buffer, Event, TooLarge,
    chunk::Ahead,
    event::named,
    lent::{Lent, Short, Span},
    line::Field,
};

impl<D: Buffer, F: Buffer> Block<D, F> {
    /// Whether nothing has been copied, for this block or, if the buffers may still hold it, for
    /// an earlier one.
    #[inline]
    pub(crate) fn is_untouched(&self) -> bool {
        self.phase == Phase::Untouched
    }

    /// Whether no block is half read. What an earlier one has left goes.
    #[inline]
    pub(crate) fn is_new(&mut self) -> bool {
        match self.phase {
            Phase::Untouched | Phase::Cleared => true,
            Phase::Over => {
                self.reset();
                true
            }
            Phase::Copied | Phase::Skipping => false,
        }
    }

    /// Makes this the last event ID.
    #[inline]
    pub(crate) fn commit_text(&mut self, id: &str) -> Result<(), TooLarge> {
        self.ids.commit_text(id)
    }

    /// Copies the fields of a block that has none yet. They have [`room`](Self::room).
    #[inline(never)]
    pub(crate) fn copy<'i, T: Ahead<'i>>(
        &mut self,
        event_type: Option<T>,
        data: T,
        id: Option<T>,
    ) -> Result<(), TooLarge> {
        if let Some(event_type) = event_type {
            push(&mut self.event_type, event_type, self.limit)?;
        }
        if let Some(id) = id {
            self.ids.set(id).map_err(|_| TooLarge)?;
            self.has_id = true;
        }
        self.copy_data(data)
    }

    /// Copies the first data of a block, for which there is [`room`](Self::room).
    #[inline]
    pub(crate) fn copy_data<'i>(&mut self, data: impl Ahead<'i>) -> Result<(), TooLarge> {
        self.phase = Phase::Copied;
        self.has_data = true;
        push(&mut self.data, data, self.limit)
    }

    /// Takes a field whose whole value is in the input, and lends it.
    #[inline]
    pub(crate) fn lend(
        &mut self,
        lent: &mut Lent,
        field: Field,
        value: Range<usize>,
    ) -> Result<(), TooLarge> {
        if self.phase == Phase::Skipping {
            return Ok(());
        }
        if value.len() > self.room(field) {
            return Err(self.overflow());
        }
        match field {
            Field::Data => lent.data = Span::new(value),
            _ => lent.event_type = Short::new(value),
        }
        Ok(())
    }

    /// Takes a `data` line that is not the block's first.
    #[inline(never)]
    pub(crate) fn append_line(
        &mut self,
        first: Option<Span>,
        line: &[u8],
        input: &[u8],
    ) -> Result<(), TooLarge> {
        self.keep_data(first, input)?;
        self.append(line)
    }

    /// Takes another `data` line of a block of which all is copied.
    #[inline]
    pub(crate) fn append<'i>(&mut self, line: impl Ahead<'i>) -> Result<(), TooLarge> {
        self.begin_data()?;
        self.extend_data(line)
    }

    /// Copies what was lent out of an input that goes away.
    #[inline(always)]
    pub(crate) fn keep(&mut self, lent: Lent, input: &[u8]) -> Result<(), TooLarge> {
        if lent.is_empty() {
            return Ok(());
        }
        self.copy_lent(lent, input)
    }

    #[inline(never)]
    fn copy_lent(&mut self, lent: Lent, input: &[u8]) -> Result<(), TooLarge> {
        self.keep_data(lent.data, input)?;
        self.keep_event_type(lent.event_type, input)?;
        self.keep_id(lent.id, input)
    }

    /// As [`dispatch`](Self::dispatch), where nothing is lent; what is text is looked at once.
    #[inline(always)]
    pub(crate) fn dispatch_copied(&mut self) -> Result<Event<'_>, TooLarge> {
        self.finish();
        let event_type = self.event_type.repaired(self.limit).map_err(|_| TooLarge)?;
        let data = self.data.repaired(self.limit).map_err(|_| TooLarge)?;
        if self.has_id {
            self.ids.commit(self.limit)?;
        }
        Ok(Event {
            event_type: named(event_type),
            data,
            last_event_id: self.ids.last(),
        })
    }
}
