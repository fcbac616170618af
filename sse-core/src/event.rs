//! What a stream delivers: an event, lent or owned.

use core::time::Duration;

use crate::Lost;

/// An event, lent from the input and the parser's buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Event<'a> {
    /// The event type: the value of the block's last `event` field, or `message` if there was none
    /// or it was empty.
    pub event_type: &'a str,
    /// The values of the block's `data` fields, joined by LF.
    pub data: &'a str,
    /// The stream's last event ID as of this event: from an `id` field in this block or an earlier
    /// one. Empty if there is none.
    pub last_event_id: &'a str,
}

/// An event whose data and type are bytes as they came, not checked for UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RawEvent<'a> {
    /// As [`Event::event_type`].
    pub event_type: &'a [u8],
    /// As [`Event::data`].
    pub data: &'a [u8],
    /// As [`Event::last_event_id`]; always text, since it is kept for the next request.
    pub last_event_id: &'a str,
}

/// A comment line, or a piece of one that the input's borders cut.
///
/// Comments mean nothing to the protocol; a server sends them to show that it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Comment<'a> {
    /// What follows the colon, with the space that often comes first, as it came.
    pub text: &'a [u8],
    /// Whether the line ends here. If not, the next comment handed out goes on with it.
    pub ended: bool,
}

/// What [`Parser::next_item`](crate::Parser::next_item) hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Item<'a> {
    /// An event.
    Event(Event<'a>),
    /// A comment or a piece of one.
    Comment(Comment<'a>),
}

/// What a source has to say: its stream's events, and what becomes of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Update<'a> {
    /// The stream is open: the standard's `open` event.
    Opened,
    /// An event.
    Event(Event<'a>),
    /// A comment or a part of one, if [`Config::comments`](crate::Config::comments) asks for them.
    Comment(Comment<'a>),
    /// An event was over the limit. It is skipped, and the stream goes on.
    TooLarge,
    /// The connection, or the attempt at one, is over, and another attempt will be made: the
    /// standard's `error` event of a source that goes on.
    Reconnecting {
        /// Why.
        lost: Lost,
        /// How long from now.
        wait: Duration,
    },
}

/// An event type that is empty counts as none.
#[inline]
pub(crate) fn named(event_type: &str) -> &str {
    match event_type {
        "" => Event::DEFAULT_TYPE,
        named => named,
    }
}

/// As [`named`], of bytes.
#[inline]
pub(crate) fn named_bytes(event_type: &[u8]) -> &[u8] {
    match event_type {
        [] => Event::DEFAULT_TYPE.as_bytes(),
        named => named,
    }
}

impl Event<'_> {
    /// The type of an event that names none.
    pub const DEFAULT_TYPE: &'static str = "message";
}

#[cfg(feature = "serde")]
impl<'a> Event<'a> {
    /// Reads the data as JSON. Strings without escapes can be borrowed from it.
    ///
    /// # Errors
    /// What `serde_json` finds wrong with the data.
    pub fn json<T: serde::Deserialize<'a>>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.data)
    }
}

#[cfg(feature = "serde")]
impl<'a> RawEvent<'a> {
    /// Reads the data as JSON, whose own reader refuses what is not UTF-8.
    ///
    /// # Errors
    /// What `serde_json` finds wrong with the data.
    pub fn json<T: serde::Deserialize<'a>>(&self) -> serde_json::Result<T> {
        serde_json::from_slice(self.data)
    }
}

#[cfg(feature = "alloc")]
pub use owned::EventBuf;

#[cfg(feature = "alloc")]
mod owned {
    use super::Event;
    use alloc::{borrow::Cow, string::String};

    /// An event that owns its text, each part in a buffer of exactly its size.
    ///
    /// The default type and the empty ID take no memory of their own.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub struct EventBuf {
        /// As [`Event::event_type`].
        pub event_type: Cow<'static, str>,
        /// As [`Event::data`].
        pub data: String,
        /// As [`Event::last_event_id`].
        pub last_event_id: String,
    }

    impl EventBuf {
        /// Lends the event.
        #[must_use]
        pub fn as_event(&self) -> Event<'_> {
            Event {
                event_type: &self.event_type,
                data: &self.data,
                last_event_id: &self.last_event_id,
            }
        }
    }

    impl From<Event<'_>> for EventBuf {
        fn from(event: Event<'_>) -> Self {
            Self {
                event_type: match event.event_type {
                    Event::DEFAULT_TYPE => Cow::Borrowed(Event::DEFAULT_TYPE),
                    named => Cow::Owned(named.into()),
                },
                data: event.data.into(),
                last_event_id: event.last_event_id.into(),
            }
        }
    }

    #[cfg(feature = "serde")]
    impl EventBuf {
        /// Reads the data as JSON; see [`Event::json`].
        ///
        /// # Errors
        /// What `serde_json` finds wrong with the data.
        pub fn json<'a, T: serde::Deserialize<'a>>(&'a self) -> serde_json::Result<T> {
            self.as_event().json()
        }
    }
}
