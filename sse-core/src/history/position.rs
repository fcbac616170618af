//! Where a reader stands in a history, and what it gets next.

use super::{FellOff, History, Id, copy, encode};
use crate::{Overrun, event_id::decimal, gap::Gap};

/// Where a reader stands in a [`History`].
#[derive(Debug)]
pub struct Position {
    /// Position of the frame to be read next; 0 if the reader comes from before the history.
    next: u64,
    /// The number of the event before that.
    at: u64,
    reader: Reader,
    /// The id that the reader named, or that it had last; empty if that was `at`.
    had: Id,
    /// How much of the next frame it has.
    taken: usize,
}

/// What the reader takes for the last event it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// It had none.
    Fresh,
    /// It is where the position is.
    Current,
    /// It named an id that the history does not know, and has not been told yet.
    Astray,
}

impl<const N: usize, const BYTES: usize> History<N, BYTES> {
    /// Where a reader starts whose last event was this one, the value of its `Last-Event-ID`.
    ///
    /// - None, or an empty id: with what is published from now on.
    /// - An id that is held, or the last that left: right after it.
    /// - A number that has left: a gap, then all that is held.
    /// - Any other id (malformed, of another history, not given yet): a gap, then what is
    ///   published from now on.
    #[must_use]
    pub fn resume(&self, last_event_id: Option<&[u8]>) -> Position {
        let mut position = Position {
            next: self.end(),
            at: self.newest,
            reader: Reader::Fresh,
            had: Id::NONE,
            taken: 0,
        };
        if let Some(id) = last_event_id.filter(|id| !id.is_empty()) {
            position.reader = Reader::Astray;
            if let Ok(id) = str::from_utf8(id) {
                position.had.set(id);
                if let Some((next, at)) = self.place(id) {
                    position.next = next;
                    position.at = at;
                    position.reader = Reader::Current;
                }
            }
        }
        position
    }

    /// Puts what the reader is to get next into `out`: as many whole frames as fit, or a part of
    /// one that is larger than `out`. Zero: there is nothing yet.
    ///
    /// # Errors
    /// [`FellOff`]: the reader's stream ends here.
    pub fn read(&self, position: &mut Position, out: &mut [u8]) -> Result<usize, FellOff> {
        let fell = position.next < self.first();
        let has_lost = fell && position.at < self.before;
        let closes = has_lost && position.next > 0 && self.overrun == Overrun::Close;
        if closes || (fell && position.taken > 0) {
            return Err(FellOff);
        }
        let mut n = 0;
        if has_lost || position.reader == Reader::Astray {
            n = self.tell(position, out)?;
        }
        position.next = position.next.max(self.first());
        while let Some(entry) = self.entry(position.next) {
            let rest = entry.len.saturating_sub(position.taken);
            let free = out.get_mut(n..).unwrap_or_default();
            if n > 0 && rest > free.len() {
                break;
            }
            let part = rest.min(free.len());
            copy(&self.bytes, entry.start + position.taken, &mut free[..part]);
            n += part;
            if part < rest {
                position.taken += part;
                break;
            }
            position.taken = 0;
            position.next += 1;
            if entry.is_event {
                position.at = entry.number;
                position.reader = Reader::Current;
                position.had.take(entry, &self.bytes);
            }
        }
        Ok(n)
    }

    /// Tells the reader what it has missed. It then stands where the history can go on from.
    fn tell(&self, position: &mut Position, out: &mut [u8]) -> Result<usize, FellOff> {
        let missed = self.before.saturating_sub(position.at);
        let [mut had_digits, mut following_digits, mut at_digits] = [[0; 20]; 3];
        let had = match position.reader {
            Reader::Current => position.had.or_number(position.at, &mut had_digits),
            Reader::Fresh | Reader::Astray => position.had.as_str(),
        };
        let at = position.at.max(self.before);
        let mut at_id = self.before_id;
        let mut following = Id::NONE;
        let mut resumes_at = "";
        let mut next = self.first();
        while let Some(entry) = self.entry(next) {
            next += 1;
            if !entry.is_event {
                continue;
            }
            if entry.number == at {
                at_id.take(entry, &self.bytes);
            } else if entry.number > at {
                following.take(entry, &self.bytes);
                resumes_at = following.or_number(entry.number, &mut following_digits);
                break;
            }
        }
        let gap = Gap {
            after: had,
            resumes_at,
            lost: (position.reader != Reader::Astray).then_some(missed),
        };
        let named = at_id.or_number(at, &mut at_digits);
        match encode(out, 0, out.len(), None, &gap.message(named)) {
            Ok(n) if n <= out.len() => {
                position.at = at;
                position.had = at_id;
                position.reader = Reader::Current;
                Ok(n)
            }
            _ => Err(FellOff),
        }
    }

    /// The position behind the event of this id, and its number, if it is or was held.
    pub(super) fn place(&self, id: &str) -> Option<(u64, u64)> {
        let number = decimal(id);
        let (mut next, mut at, mut own) = (self.first(), self.before, self.before_id);
        loop {
            let is_it = match own.as_bytes() {
                [] => number == Some(at),
                own => own == id.as_bytes(),
            };
            if is_it {
                return Some((next, at));
            }
            let Some(entry) = self.entry(next) else {
                break;
            };
            next += 1;
            if entry.is_event {
                at = entry.number;
                own.take(entry, &self.bytes);
            }
        }
        let evicted = number.filter(|&number| number < self.before && !self.has_own)?;
        Some((0, evicted))
    }
}
