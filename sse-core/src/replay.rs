//! The rules of a log that readers come back to: where a reader starts, when it has missed
//! something, what it is told then, and what cannot be published.

use core::{fmt, mem};

use crate::{
    event_id::{EventId, decimal},
    gap::Gap,
};

/// What becomes of a reader whose next frame has left the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Overrun {
    /// The reader gets a `gap` event and goes on with the oldest frame held.
    #[default]
    Gap,
    /// Its stream ends. A client that reconnects is told of its gap then.
    Close,
    /// The reader gets the newest event of each key, then goes on with the oldest frame held. If
    /// events without a key are lost, it gets a `gap` event for them. A
    /// [`History`](crate::History), which knows no keys, does as with `Gap`.
    Latest,
}

/// Frames at consecutive positions, the oldest of which leave. An event has a number, and those
/// with data and no id have it as their id.
///
/// Position 0 is before everything.
pub(crate) trait Replay {
    /// An id of an event's own.
    type Text: AsRef<str> + Clone + PartialEq;

    /// Position of the oldest frame held.
    fn first(&self) -> u64;

    /// Position of the next frame to be pushed.
    fn end(&self) -> u64;

    /// The newest event evicted, or the number before the first.
    fn before(&self) -> &EventId<Self::Text>;

    /// The newest event there ever was, or the number before the first.
    fn newest(&self) -> &EventId<Self::Text>;

    /// Whether the number of each event so far was its id.
    fn is_numbered(&self) -> bool;

    /// The held event whose own id this is, and its position.
    fn find_own(&self, id: &str) -> Option<(u64, EventId<Self::Text>)>;

    /// The oldest event held whose number is at least this, and its position.
    fn find_number(&self, number: u64) -> Option<(u64, EventId<Self::Text>)>;

    /// Keeps an id that a reader has named, if there is room for it.
    fn keep(id: &str) -> Option<Self::Text>;

    fn place(&self, id: &str) -> Place<Self::Text> {
        if let Some((position, at)) = self.find_own(id) {
            return Place::Before {
                next: position + 1,
                at,
            };
        }
        if self.before().is(id) {
            return Place::Before {
                next: self.first(),
                at: self.before().clone(),
            };
        }
        let Some(number) = decimal(id) else {
            return Place::Unknown;
        };
        if number < self.before().number {
            return if self.is_numbered() {
                Place::Evicted(EventId::numbered(number))
            } else {
                Place::Unknown
            };
        }
        match self.find_number(number) {
            Some((position, at)) if at.is(id) => Place::Before {
                next: position + 1,
                at,
            },
            Some(_) | None => Place::Unknown,
        }
    }

    /// Whether an event with this id of its own may be pushed.
    fn check_own(&self, id: &str) -> Result<(), PublishError> {
        if id.is_empty() {
            return Err(PublishError::EmptyId);
        }
        match self.place(id) {
            Place::Unknown => Ok(()),
            Place::Before { .. } | Place::Evicted(_) => Err(PublishError::DuplicateId),
        }
    }
}

/// Where an id lies.
#[derive(Debug)]
pub(crate) enum Place<T> {
    /// Names the event just before `next`.
    Before { next: u64, at: EventId<T> },
    /// Was in the log once.
    Evicted(EventId<T>),
    /// Never was in this log, or is too old to tell.
    Unknown,
}

/// Where a reader stands in a log.
#[derive(Debug)]
pub(crate) struct Cursor<T> {
    /// Position of the frame to be read next; 0 if the reader comes from before the log.
    pub(crate) next: u64,
    /// The event before `next`.
    at: EventId<T>,
    reader: Reader<T>,
}

/// What the reader takes for the last event it had.
#[derive(Debug)]
enum Reader<T> {
    /// It had none.
    Fresh,
    /// It is where the cursor is.
    Current,
    /// It named an id that the log does not know, and has not been told yet.
    Astray(Option<T>),
}

impl<T: AsRef<str> + Clone + PartialEq> Cursor<T> {
    /// Where a reader starts that had `last_event_id`.
    pub(crate) fn new<L: Replay<Text = T>>(log: &L, last_event_id: Option<&str>) -> Self {
        let (reader, next, at) = match last_event_id {
            None | Some("") => (Reader::Fresh, log.end(), log.newest().clone()),
            Some(id) => match log.place(id) {
                Place::Before { next, at } => (Reader::Current, next, at),
                Place::Evicted(at) => (Reader::Current, 0, at),
                Place::Unknown => return Self::astray(log, L::keep(id)),
            },
        };
        Self { next, at, reader }
    }

    /// Where a reader starts whose last event is not in the log.
    pub(crate) fn astray(log: &impl Replay<Text = T>, named: Option<T>) -> Self {
        Self {
            next: log.end(),
            at: log.newest().clone(),
            reader: Reader::Astray(named),
        }
    }

    /// How many frames have left the log before this reader, that was there, had taken them.
    pub(crate) fn lag(&self, log: &impl Replay<Text = T>) -> u64 {
        match self.next {
            0 => 0,
            next => log.first().saturating_sub(next),
        }
    }

    /// Whether an event has left the log that this reader has not had.
    pub(crate) fn has_lost(&self, log: &impl Replay<Text = T>) -> bool {
        log.before().number > self.at.number
    }

    /// What the reader is to be told before it reads on, if it has missed something. It then
    /// stands where the log can go on from.
    pub(crate) fn gap(&mut self, log: &impl Replay<Text = T>) -> Option<Gap<T>> {
        let has_lost = self.has_lost(log);
        self.next = self.next.max(log.first());
        if !has_lost && !matches!(self.reader, Reader::Astray(_)) {
            return None;
        }
        let missed = log.before().number.saturating_sub(self.at.number);
        let (after, lost) = match mem::replace(&mut self.reader, Reader::Current) {
            Reader::Fresh => (None, Some(missed)),
            Reader::Current => (Some(self.at.clone()), Some(missed)),
            Reader::Astray(named) => (named.map(EventId::foreign), None),
        };
        if has_lost {
            self.at = log.before().clone();
        }
        Some(Gap {
            after,
            resumes_at: log.find_number(self.at.number + 1).map(|(_, id)| id),
            lost,
            at: self.at.clone(),
        })
    }

    /// The reader has taken the frame at `next`, which is the event of this number and id, or
    /// comes after it.
    pub(crate) fn took(&mut self, number: u64, id: impl FnOnce() -> EventId<T>) {
        self.next += 1;
        if self.at.number != number {
            self.at = id();
            self.reader = Reader::Current;
        }
    }
}

/// A message was not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PublishError {
    /// What it was published to was closed or drained.
    Closed,
    /// The message has the id of another event in the log, or one that a hub gives to places
    /// between events (`~` and a number). After a broker's redelivery there is
    /// nothing to do about it.
    DuplicateId,
    /// The message has the empty id, which would make readers forget their place.
    EmptyId,
    /// The id of the message is longer than a [`History`](crate::History) has room for.
    IdTooLong,
    /// The message is larger than the whole log may be.
    TooLarge,
    /// The data's own `Display` or `Serialize` failed.
    Data,
    /// The topic is not there, and there are as many as the hub may have.
    TooManyTopics,
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "closed to messages",
            Self::DuplicateId => "id of another event in the log",
            Self::EmptyId => "empty id",
            Self::IdTooLong => "id longer than the history has room for",
            Self::TooLarge => "message larger than the whole log",
            Self::Data => "data failed to be displayed or serialized",
            Self::TooManyTopics => "more topics than the hub may have",
        })
    }
}

impl core::error::Error for PublishError {}
