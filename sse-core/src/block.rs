//! The event in the making: what one block of fields has set so far (9.2.6), and its size limit.

use crate::{
    Buffer, ID_LIMIT, TooLarge,
    line::Field,
    scan,
    utf8::{repair, repaired},
};

/// The fields of a block: those that can be lent out of the input they came in, and in buffers
/// those that had to be copied, because that input is gone.
#[derive(Debug)]
pub(crate) struct Block<D, F> {
    lent: Lent,
    data: D,
    event_type: F,
    id: F,
    /// Where in `id` the value that is still being read begins; an earlier one stands before it,
    /// as it stays in force should the new one turn out to hold NUL.
    new_id: usize,
    has_data: bool,
    has_id: bool,
    /// Some value was too large and has been reported: nothing counts until the blank line.
    skipping: bool,
    /// The event has been handed out; what it holds goes when the next one begins.
    done: bool,
    limit: usize,
    /// What both ID buffers hold, which change places.
    id_room: usize,
}

/// The fields of a block that can be lent out of the input they came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lent {
    pub(crate) data: Option<Span>,
    pub(crate) event_type: Option<Span>,
    pub(crate) id: Option<Span>,
}

impl Lent {
    /// What is text of what is lent.
    pub(crate) fn text(self, input: &[u8]) -> LentText<'_> {
        let text = |span: Option<Span>| scan::text(span?.of(input)).ok();
        LentText {
            data: text(self.data),
            event_type: text(self.event_type),
        }
    }
}

/// A part of the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    pub(crate) fn of(self, input: &[u8]) -> &[u8] {
        input.get(self.start..self.end).unwrap_or_default()
    }

    fn len(self) -> usize {
        self.end - self.start
    }
}

/// An `id` value that holds NUL, and is to be ignored.
struct HasNul;

impl<D: Buffer, F: Buffer> Block<D, F> {
    pub(crate) fn new(data: D, event_type: F, id: F, last_event_id: &F, limit: usize) -> Self {
        let id_room = id.limit().min(last_event_id.limit());
        let mut block = Self {
            lent: Lent::default(),
            data,
            event_type,
            id,
            new_id: 0,
            has_data: false,
            has_id: false,
            skipping: false,
            done: false,
            limit,
            id_room,
        };
        block.reset();
        block
    }

    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// The most bytes that an ID may have.
    pub(crate) fn id_limit(&self) -> usize {
        self.limit.min(ID_LIMIT).min(self.id_room)
    }

    /// Drops all fields, and the duty to skip.
    pub(crate) fn reset(&mut self) {
        self.lent = Lent::default();
        clear(&mut self.data);
        clear(&mut self.event_type);
        clear(&mut self.id);
        self.has_data = false;
        self.has_id = false;
        self.skipping = false;
        self.done = false;
    }

    /// Drops the event that was handed out.
    pub(crate) fn clear_done(&mut self) {
        if self.done {
            self.reset();
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        let nothing = !self.has_data && !self.has_id && self.event_type.as_slice().is_empty();
        self.done || (nothing && !self.skipping)
    }

    /// Whether the fields make an event: one without `data` is never dispatched.
    pub(crate) fn has_data(&self) -> bool {
        self.has_data || self.lent.data.is_some()
    }

    fn has_event_type(&self) -> bool {
        self.lent.event_type.is_some() || !self.event_type.as_slice().is_empty()
    }

    /// Where in the input the lent fields are.
    pub(crate) fn lent(&self) -> Lent {
        self.lent
    }

    /// Takes a field whose whole value is in the input.
    pub(crate) fn set(&mut self, field: Field, value: Span, input: &[u8]) -> Result<(), TooLarge> {
        if self.skipping {
            return Ok(());
        }
        match field {
            Field::Data if self.has_data() => {
                self.keep_data(input)?;
                self.begin(field)?;
                return self.extend(field, value.of(input)).map(|_| ());
            }
            Field::Data => {
                self.fits(self.data.limit(), value.len())?;
                self.lent.data = Some(value);
            }
            Field::EventType => {
                self.fits(self.event_type.limit(), value.len())?;
                self.lent.event_type = Some(value);
            }
            Field::Id => {
                let kept = || self.id.as_slice().len();
                let earlier = self.lent.id.map_or_else(kept, Span::len);
                if self.id_fits(earlier, 0, value.of(input))?.is_ok() {
                    self.lent.id = Some(value);
                }
            }
            Field::Retry => {}
        }
        Ok(())
    }

    /// Takes the start of a field whose value is cut by the border of the input. All that was lent
    /// must have been kept.
    pub(crate) fn begin(&mut self, field: Field) -> Result<(), TooLarge> {
        if self.skipping {
            return Ok(());
        }
        match field {
            Field::Data if self.has_data => {
                push(&mut self.data, b"\n", self.limit).map_err(|TooLarge| self.overflow())?
            }
            Field::Data => self.has_data = true,
            Field::EventType => self.event_type.clear(),
            Field::Id => self.new_id = self.id.as_slice().len(),
            Field::Retry => {}
        }
        Ok(())
    }

    /// Takes more of the value begun; `false` if the field is to be ignored after all.
    pub(crate) fn extend(&mut self, field: Field, piece: &[u8]) -> Result<bool, TooLarge> {
        if self.skipping {
            return Ok(true);
        }
        let pushed = match field {
            Field::Data => push(&mut self.data, piece, self.limit),
            Field::EventType => push(&mut self.event_type, piece, self.limit),
            Field::Id => {
                let read = self.id.as_slice().len() - self.new_id;
                if self.id_fits(self.new_id, read, piece)?.is_err() {
                    self.id.truncate(self.new_id);
                    return Ok(false);
                }
                self.id.push_slice(piece).map_err(|_| TooLarge)
            }
            Field::Retry => Ok(()),
        };
        match pushed {
            Ok(()) => Ok(true),
            Err(TooLarge) => Err(self.overflow()),
        }
    }

    /// Takes the end of the value begun.
    pub(crate) fn end(&mut self, field: Field) {
        if field == Field::Id && !self.skipping {
            let len = self.id.as_slice().len() - self.new_id;
            self.id.as_mut_slice().copy_within(self.new_id.., 0);
            self.id.truncate(len);
            self.has_id = true;
        }
    }

    /// Copies what was lent out of an input that goes away.
    pub(crate) fn keep(&mut self, input: &[u8]) -> Result<(), TooLarge> {
        self.keep_data(input)?;
        self.keep_event_type(input)?;
        if let Some(id) = self.lent.id.take() {
            self.id.clear();
            push(&mut self.id, id.of(input), self.limit).map_err(|TooLarge| self.overflow())?;
            self.has_id = true;
        }
        Ok(())
    }

    fn keep_data(&mut self, input: &[u8]) -> Result<(), TooLarge> {
        if let Some(data) = self.lent.data.take() {
            push(&mut self.data, data.of(input), self.limit).map_err(|TooLarge| self.overflow())?;
            self.has_data = true;
        }
        Ok(())
    }

    fn keep_event_type(&mut self, input: &[u8]) -> Result<(), TooLarge> {
        if let Some(event_type) = self.lent.event_type.take() {
            self.event_type.clear();
            push(&mut self.event_type, event_type.of(input), self.limit)
                .map_err(|TooLarge| self.overflow())?;
        }
        Ok(())
    }

    /// Makes text of the event's data and type. What is lent and is text already stays lent; the
    /// rest is replaced by a repaired copy.
    pub(crate) fn repair<'i>(&mut self, input: &'i [u8]) -> Result<LentText<'i>, TooLarge> {
        let text = self.lent.text(input);
        if text.data.is_none() {
            self.keep_data(input)?;
            repair(&mut self.data, self.limit).map_err(|_| TooLarge)?;
        }
        if text.event_type.is_none() && self.has_event_type() {
            self.keep_event_type(input)?;
            repair(&mut self.event_type, self.limit).map_err(|_| TooLarge)?;
        }
        Ok(text)
    }

    /// Makes the block's ID, if it set one, the last event ID: at the blank line, never before.
    pub(crate) fn commit_id(
        &mut self,
        input: &[u8],
        last_event_id: &mut F,
    ) -> Result<(), TooLarge> {
        match self.lent.id.map(|id| id.of(input)) {
            None if !self.has_id => return Ok(()),
            None => {}
            Some(id) if scan::text(id).is_ok() => {
                last_event_id.clear();
                return push(last_event_id, id, self.id_limit());
            }
            Some(id) => {
                self.id.clear();
                push(&mut self.id, id, self.limit)?;
            }
        }
        let limit = self.id_limit();
        repair(&mut self.id, limit).map_err(|_| TooLarge)?;
        core::mem::swap(&mut self.id, last_event_id);
        Ok(())
    }

    /// Ends the block; what it holds stays to be lent until the next one begins.
    pub(crate) fn finish(&mut self) {
        self.done = true;
    }

    pub(crate) fn scratch(&mut self) -> &mut D {
        &mut self.data
    }

    pub(crate) fn data(&self) -> &[u8] {
        self.data.as_slice()
    }

    pub(crate) fn event_type(&self) -> &[u8] {
        self.event_type.as_slice()
    }

    pub(crate) fn data_text(&self) -> &str {
        repaired(self.data.as_slice())
    }

    pub(crate) fn event_type_text(&self) -> &str {
        repaired(self.event_type.as_slice())
    }

    fn fits(&mut self, room: usize, len: usize) -> Result<(), TooLarge> {
        if len > room.min(self.limit) {
            return Err(self.overflow());
        }
        Ok(())
    }

    /// Whether `piece` fits behind the `read` bytes of an ID, and these beside an `earlier` one. The
    /// verdict must not depend on where the input is cut: what comes first, NUL or the limit,
    /// decides.
    fn id_fits(
        &mut self,
        earlier: usize,
        read: usize,
        piece: &[u8],
    ) -> Result<Result<(), HasNul>, TooLarge> {
        let beside_earlier = self.id_room.saturating_sub(earlier);
        let room = self.id_limit().min(beside_earlier).saturating_sub(read);
        match scan::nul(piece) {
            Some(nul) if nul <= room => Ok(Err(HasNul)),
            _ if piece.len() > room => Err(self.overflow()),
            _ => Ok(Ok(())),
        }
    }

    fn overflow(&mut self) -> TooLarge {
        self.reset();
        self.skipping = true;
        TooLarge
    }
}

/// Most blocks leave the buffers empty.
fn clear<B: Buffer>(buffer: &mut B) {
    if !buffer.as_slice().is_empty() {
        buffer.clear();
    }
}

/// The parts of an event that are text lent out of the input; the others are in the block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LentText<'i> {
    pub(crate) data: Option<&'i str>,
    pub(crate) event_type: Option<&'i str>,
}

fn push<B: Buffer>(buffer: &mut B, bytes: &[u8], limit: usize) -> Result<(), TooLarge> {
    if bytes.len() > limit.saturating_sub(buffer.as_slice().len()) {
        return Err(TooLarge);
    }
    buffer.push_slice(bytes).map_err(|_| TooLarge)
}
