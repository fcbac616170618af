//! A log for many readers in fixed memory: what a hub keeps, without a heap.

mod position;

use core::fmt;

pub use position::Position;

use crate::{
    Data, Message, Overrun, PublishError,
    encode::encode_line,
    event_id::{decimal, digits, first_number},
    message::Fields,
};

/// Keeps the newest messages, already encoded, for readers at their own pace and for those who
/// come back: at most `N` of them in `BYTES` bytes.
///
/// It is the [`Hub`](crate::Hub)'s log for where there is no heap, by the same rules: every event
/// has an id, its own or else its number, and a reader that cannot be given all that it missed
/// gets the [`gap` event](crate::Hub#the-gap-event) first. Waiting and waking are left to whoever
/// holds it. Older messages leave to make room for a new one.
///
/// ```
/// use sse_core::{History, Message};
///
/// let mut history = History::<8, 256>::new();
/// history.publish(&Message::new("one"))?;
/// history.publish(&Message::new("two"))?;
///
/// let mut position = history.resume(Some(b"1"));
/// let mut out = [0; 64];
/// assert_eq!(history.read(&mut position, &mut out), Ok(17));
/// assert_eq!(&out[..17], b"id: 2\ndata: two\n\n");
/// assert_eq!(history.read(&mut position, &mut out), Ok(0));
/// # Ok::<(), sse_core::PublishError>(())
/// ```
///
/// A message takes its encoded length and 24 to 40 bytes more. Publishing takes the time of
/// encoding it twice, whatever is held; with an id of its own, also that of comparing it with
/// those of the events held.
#[derive(Debug)]
pub struct History<const N: usize, const BYTES: usize> {
    bytes: [u8; BYTES],
    entries: [Entry; N],
    /// Index of the oldest entry.
    oldest: usize,
    len: usize,
    /// How many bytes the entries take.
    used: usize,
    /// How many entries there were before. The position of the oldest is one more: 0 is before
    /// everything.
    evicted: u64,
    /// Whether an event so far had an id that was not its number.
    has_own: bool,
    /// The number of the newest event that is no longer held, or the one before the first.
    before: u64,
    /// Its id, if that is another.
    before_id: Id,
    /// The number of the newest event, or the one before the first.
    newest: u64,
    overrun: Overrun,
}

/// The reader fell off the [`History`], and cannot go on: by [`Overrun::Close`], or since it had
/// only a part of the frame that left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FellOff;

impl<const N: usize, const BYTES: usize> History<N, BYTES> {
    /// Holds nothing yet; the first event is number 1, and a reader that falls off gets a gap.
    ///
    /// In memory it is all zeros, so that a `static` takes no room in flash.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(N > 0, "a history of nothing") }
        Self {
            bytes: [0; BYTES],
            entries: [Entry::EMPTY; N],
            oldest: 0,
            len: 0,
            used: 0,
            evicted: 0,
            has_own: false,
            before: 0,
            before_id: Id::NONE,
            newest: 0,
            overrun: Overrun::Gap,
        }
    }

    /// Sets what becomes of a reader that falls off.
    #[must_use]
    pub const fn overrun(mut self, overrun: Overrun) -> Self {
        self.overrun = overrun;
        self
    }

    /// Sets the number of the first event, at least 1 and at most 2⁶³, as long as nothing was
    /// published.
    ///
    /// A device that has restarted must begin past every id it ever gave, or it will take a stale
    /// id for one of its own: a count of its starts in the upper half of the number will do, or a
    /// random number there.
    pub fn set_first_id(&mut self, id: u64) {
        if self.newest == self.before && self.len == 0 {
            self.before = first_number(id) - 1;
            self.newest = self.before;
        }
    }

    /// Takes a message for all readers. Returns the number of the newest event.
    ///
    /// An event (a message with data or an id) gets the next number, which is its id unless it
    /// has its own, of at most 36 bytes. Other messages take a place, but no number.
    ///
    /// Do not mix numbers as ids of your own with events that the history shall number.
    ///
    /// # Errors
    /// [`PublishError`]; then nothing was published. Only if data is displayed differently the
    /// second time may older messages have left all the same.
    pub fn publish<D: Data>(&mut self, message: &Message<'_, D>) -> Result<u64, PublishError> {
        let is_event = message.fields.id.is_some() || message.data.is_some();
        let number = self.newest + u64::from(is_event);
        let mut id_len = 0;
        let mut given = None;
        let mut memory = [0; 20];
        match message.fields.id {
            Some("") => return Err(PublishError::EmptyId),
            Some(id) if self.place(id).is_some() => return Err(PublishError::DuplicateId),
            Some(id) if id.len() > ID_LIMIT => return Err(PublishError::IdTooLong),
            Some(id) if decimal(id) == Some(number) => {}
            Some(id) => id_len = id.len() as u8,
            None if is_event => given = Some(digits(number, &mut memory)),
            None => {}
        }

        let len = encode(&mut self.bytes, 0, 0, given, message)?;
        if len > BYTES {
            return Err(PublishError::TooLarge);
        }
        let start = self.make_room(len);
        if encode(&mut self.bytes, start, len, given, message)? != len {
            return Err(PublishError::Data);
        }
        let end = wrap(self.oldest + self.len, N);
        if let Some(entry) = self.entries.get_mut(end) {
            *entry = Entry {
                number,
                start,
                len,
                id_start: match id_len {
                    0 => start,
                    _ => wrap(start + id_offset(message), BYTES),
                },
                id_len,
                is_event,
            };
        }
        self.len += 1;
        self.used += len;
        self.has_own |= id_len > 0;
        self.newest = number;
        Ok(number)
    }

    /// Lets old messages go until there is room for another, and returns where.
    fn make_room(&mut self, len: usize) -> usize {
        while self.len == N || self.used + len > BYTES {
            let evicted = self.entries[self.oldest];
            if evicted.is_event {
                self.before = evicted.number;
                self.before_id.take(&evicted, &self.bytes);
            }
            self.oldest = wrap(self.oldest + 1, N);
            self.len -= 1;
            self.used -= evicted.len;
            self.evicted += 1;
        }
        // Where nothing is held, any place will do.
        let oldest = self.entries.get(self.oldest);
        oldest.map_or(0, |oldest| wrap(oldest.start + self.used, BYTES))
    }

    fn entry(&self, position: u64) -> Option<&Entry> {
        let index = usize::try_from(position.checked_sub(self.first())?).ok()?;
        if index < self.len {
            self.entries.get(wrap(self.oldest + index, N))
        } else {
            None
        }
    }

    /// Position of the oldest frame held.
    fn first(&self) -> u64 {
        self.evicted + 1
    }

    /// Position of the next frame to be published.
    fn end(&self) -> u64 {
        self.first() + self.len as u64
    }
}

impl<const N: usize, const BYTES: usize> Default for History<N, BYTES> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for FellOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("reader fell off the history")
    }
}

impl core::error::Error for FellOff {}

/// One encoded message in the ring.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// The number of this event, or of the newest before it.
    number: u64,
    start: usize,
    len: usize,
    /// Where in the ring its own id is.
    id_start: usize,
    /// Zero for an event that has its number as its id.
    id_len: u8,
    is_event: bool,
}

impl Entry {
    const EMPTY: Self = Self {
        number: 0,
        start: 0,
        len: 0,
        id_start: 0,
        id_len: 0,
        is_event: false,
    };
}

/// An id, or the empty text.
#[derive(Clone, Copy, Debug)]
struct Id {
    len: u8,
    bytes: [u8; ID_LIMIT],
}

impl Id {
    const NONE: Self = Self {
        len: 0,
        bytes: [0; ID_LIMIT],
    };

    /// Becomes this one, unless it is too long.
    fn set(&mut self, id: &str) {
        if let Some(bytes) = self.bytes.get_mut(..id.len()) {
            bytes.copy_from_slice(id.as_bytes());
            self.len = id.len() as u8;
        }
    }

    /// Becomes that of an entry of this ring.
    fn take(&mut self, entry: &Entry, ring: &[u8]) {
        self.len = entry.id_len;
        let bytes = self.bytes.get_mut(..entry.id_len.into());
        copy(ring, entry.id_start, bytes.unwrap_or_default());
    }

    /// This, or the number if it is empty; `memory` is for its digits.
    fn or_number<'a>(&'a self, number: u64, memory: &'a mut [u8; 20]) -> &'a str {
        match self.as_str() {
            "" => digits(number, memory),
            own => own,
        }
    }

    fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len.into()).unwrap_or_default()
    }
}

/// Copies out of a ring, from an offset that may lie one round ahead.
fn copy(ring: &[u8], start: usize, out: &mut [u8]) {
    let (wrapped, begin) = ring.split_at(wrap(start, ring.len()));
    let (head, tail) = out.split_at_mut(out.len().min(begin.len()));
    head.copy_from_slice(&begin[..head.len()]);
    tail.copy_from_slice(&wrapped[..tail.len()]);
}

/// Writes around the end of the ring while there is room, and counts everything.
struct RingWriter<'r> {
    ring: &'r mut [u8],
    at: usize,
    room: usize,
    len: usize,
}

impl fmt::Write for RingWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.len = self.len.saturating_add(text.len());
        if self.len <= self.room {
            let mut rest = text.as_bytes();
            while !rest.is_empty() {
                let free = self.ring.get_mut(self.at..).unwrap_or_default();
                let (part, behind) = rest.split_at(rest.len().min(free.len()));
                free[..part.len()].copy_from_slice(part);
                self.at = wrap(self.at + part.len(), self.ring.len());
                rest = behind;
            }
        }
        Ok(())
    }
}

/// Writes into a ring, as far as there is room for it, and returns the whole length.
fn encode<D: Data>(
    ring: &mut [u8],
    start: usize,
    room: usize,
    given_id: Option<&str>,
    message: &Message<'_, D>,
) -> Result<usize, PublishError> {
    let mut out = RingWriter {
        ring,
        at: start,
        room,
        len: 0,
    };
    if let Some(id) = given_id {
        // A ring takes everything.
        let _ = encode_line("id: ", id, &mut out);
    }
    match message.encode(&mut out) {
        Ok(()) => Ok(out.len),
        Err(fmt::Error) => Err(PublishError::Data),
    }
}

/// Where in its frame the id of a message begins.
fn id_offset<D>(message: &Message<'_, D>) -> usize {
    let mut counted = RingWriter {
        ring: &mut [],
        at: 0,
        room: 0,
        len: "id: ".len(),
    };
    let before = Fields {
        id: None,
        retry: None,
        ..message.fields
    };
    // A ring takes everything.
    let _ = before.encode(&mut counted);
    counted.len
}

/// An index that is less than one round too far.
const fn wrap(index: usize, round: usize) -> usize {
    if index < round { index } else { index - round }
}

/// As long as a UUID.
const ID_LIMIT: usize = 36;
