//! What the logs that readers come back to have in common: what becomes of a reader that falls
//! behind, and what cannot be published.

use core::fmt;

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
