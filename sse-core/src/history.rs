//! A log for many readers in fixed memory: what a hub keeps, without a heap.

use core::{fmt, fmt::Write as _};

use crate::{
    Data, Message, Overrun, PublishError,
    event_id::{EventId, decimal, digits, first_number},
    replay::{Cursor, Replay},
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
    /// The newest event that is no longer held.
    before: EventId<OwnId>,
    newest: EventId<OwnId>,
    overrun: Overrun,
}

/// Where a reader stands in a [`History`].
#[derive(Debug)]
pub struct Position {
    cursor: Cursor<OwnId>,
    /// How much of the next frame it has.
    taken: usize,
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
            before: EventId::numbered(0),
            newest: EventId::numbered(0),
            overrun: Overrun::Gap,
        }
    }

    /// Sets what becomes of a reader that falls off.
    #[must_use]
    pub const fn overrun(mut self, overrun: Overrun) -> Self {
        self.overrun = overrun;
        self
    }

    /// Sets the number of the first event, at least 1 and at most 2⁶³, as long as there was none.
    ///
    /// A device that has restarted must begin past every id it ever gave, or it will take a stale
    /// id for one of its own: a count of its starts in the upper half of the number will do, or a
    /// random number there.
    pub fn set_first_id(&mut self, id: u64) {
        if self.newest == self.before && self.len == 0 {
            self.before = EventId::numbered(first_number(id) - 1);
            self.newest = self.before.clone();
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
        let is_event = message.id.is_some() || message.data.is_some();
        let number = self.newest.number + u64::from(is_event);
        let own = match message.id {
            Some(id) => {
                self.check_own(id)?;
                let own = OwnId::new(id).ok_or(PublishError::IdTooLong)?;
                Some(own).filter(|_| decimal(id) != Some(number))
            }
            None => None,
        };
        let mut memory = [0; 20];
        let given = match message.id {
            None if is_event => Some(digits(number, &mut memory)),
            _ => None,
        };

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
                id_start: own.map_or(start, |_| wrap(start + id_offset(message), BYTES)),
                id_len: own.map_or(0, |own| own.len),
                is_event,
            };
        }
        self.len += 1;
        self.used += len;
        if is_event {
            self.has_own |= own.is_some();
            self.newest = EventId { number, own };
        }
        Ok(number)
    }

    /// Where a reader starts whose last event was this one, the value of its `Last-Event-ID`.
    ///
    /// - None, or an empty id: with what is published from now on.
    /// - An id that is held, or the last that left: right after it.
    /// - A number that has left: a gap, then all that is held.
    /// - Any other id (malformed, of another history, not given yet): a gap, then what is
    ///   published from now on.
    #[must_use]
    pub fn resume(&self, last_event_id: Option<&[u8]>) -> Position {
        let cursor = match last_event_id.map(str::from_utf8).transpose() {
            Ok(id) => Cursor::new(self, id),
            Err(_) => Cursor::astray(self, None),
        };
        Position { cursor, taken: 0 }
    }

    /// Puts what the reader is to get next into `out`: as many whole frames as fit, or a part of
    /// one that is larger than `out`. Zero: there is nothing yet.
    ///
    /// # Errors
    /// [`FellOff`]: the reader's stream ends here.
    pub fn read(&self, position: &mut Position, out: &mut [u8]) -> Result<usize, FellOff> {
        let Position { cursor, taken } = position;
        let closes = self.overrun == Overrun::Close && cursor.has_lost(self);
        if cursor.lag(self) > 0 && (*taken > 0 || closes) {
            return Err(FellOff);
        }
        let mut n = 0;
        if let Some(gap) = cursor.gap(self) {
            n = gap
                .message(|message| encode(out, 0, out.len(), None, message))
                .map_err(|_| FellOff)?;
            if n > out.len() {
                return Err(FellOff);
            }
        }
        while let Some(entry) = self.entry(cursor.next) {
            let rest = entry.len - *taken;
            let free = out.get_mut(n..).unwrap_or_default();
            if n > 0 && rest > free.len() {
                break;
            }
            let part = rest.min(free.len());
            self.copy(entry.start + *taken, &mut free[..part]);
            n += part;
            if part < rest {
                *taken += part;
                break;
            }
            *taken = 0;
            cursor.took(entry.number, || self.id_of(entry));
        }
        Ok(n)
    }

    /// Lets old messages go until there is room for another, and returns where.
    fn make_room(&mut self, len: usize) -> usize {
        while self.len == N || self.used + len > BYTES {
            let evicted = self.entries[self.oldest];
            if evicted.is_event {
                self.before = self.id_of(&evicted);
            }
            self.oldest = wrap(self.oldest + 1, N);
            self.len -= 1;
            self.used -= evicted.len;
            self.evicted += 1;
        }
        match self.entry(self.first()) {
            Some(oldest) => wrap(oldest.start + self.used, BYTES),
            None => 0,
        }
    }

    fn entry(&self, position: u64) -> Option<&Entry> {
        let index = usize::try_from(position.checked_sub(self.first())?).ok()?;
        if index < self.len {
            self.entries.get(wrap(self.oldest + index, N))
        } else {
            None
        }
    }

    /// The oldest event that is such a one, and its position.
    fn find(&self, is_it: impl Fn(&Entry) -> bool) -> Option<(u64, EventId<OwnId>)> {
        let mut position = self.first();
        while let Some(entry) = self.entry(position) {
            if entry.is_event && is_it(entry) {
                return Some((position, self.id_of(entry)));
            }
            position += 1;
        }
        None
    }

    fn id_of(&self, entry: &Entry) -> EventId<OwnId> {
        let mut own = OwnId {
            len: entry.id_len,
            bytes: [0; OWN_ID_LIMIT],
        };
        self.copy(entry.id_start, &mut own.bytes[..usize::from(own.len)]);
        EventId {
            number: entry.number,
            own: Some(own).filter(|own| own.len > 0),
        }
    }

    /// Copies out of the ring, from an offset that may lie one round ahead.
    fn copy(&self, start: usize, out: &mut [u8]) {
        let (wrapped, begin) = self.bytes.split_at(wrap(start, BYTES));
        let (head, tail) = out.split_at_mut(out.len().min(begin.len()));
        head.copy_from_slice(&begin[..head.len()]);
        tail.copy_from_slice(&wrapped[..tail.len()]);
    }
}

impl<const N: usize, const BYTES: usize> Default for History<N, BYTES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, const BYTES: usize> Replay for History<N, BYTES> {
    type Text = OwnId;

    fn first(&self) -> u64 {
        self.evicted + 1
    }

    fn end(&self) -> u64 {
        self.first() + self.len as u64
    }

    fn before(&self) -> &EventId<OwnId> {
        &self.before
    }

    fn newest(&self) -> &EventId<OwnId> {
        &self.newest
    }

    fn is_numbered(&self) -> bool {
        !self.has_own
    }

    fn find_own(&self, id: &str) -> Option<(u64, EventId<OwnId>)> {
        self.find(|entry| usize::from(entry.id_len) == id.len() && self.id_of(entry).is(id))
    }

    fn find_number(&self, number: u64) -> Option<(u64, EventId<OwnId>)> {
        self.find(|entry| entry.number >= number)
    }

    fn keep(id: &str) -> Option<OwnId> {
        OwnId::new(id)
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

/// An id of an event's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OwnId {
    len: u8,
    bytes: [u8; OWN_ID_LIMIT],
}

impl OwnId {
    fn new(id: &str) -> Option<Self> {
        let mut bytes = [0; OWN_ID_LIMIT];
        bytes.get_mut(..id.len())?.copy_from_slice(id.as_bytes());
        let len = u8::try_from(id.len()).ok()?;
        Some(Self { len, bytes })
    }
}

impl AsRef<str> for OwnId {
    fn as_ref(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len));
        str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }
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
            let (wrapped, begin) = self.ring.split_at_mut(self.at);
            let (head, tail) = text.as_bytes().split_at(text.len().min(begin.len()));
            begin[..head.len()].copy_from_slice(head);
            wrapped[..tail.len()].copy_from_slice(tail);
            self.at = wrap(self.at + text.len(), self.ring.len());
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
        for text in ["id: ", id, "\n"] {
            // A ring takes everything.
            let _ = out.write_str(text);
        }
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
    let before = Message {
        id: None,
        retry: None,
        ..message.fields()
    };
    // A ring takes everything.
    let _ = before.encode_fields(&mut counted);
    counted.len
}

/// An index that is less than one round too far.
const fn wrap(index: usize, round: usize) -> usize {
    if index < round { index } else { index - round }
}

/// As long as a UUID.
const OWN_ID_LIMIT: usize = 36;
