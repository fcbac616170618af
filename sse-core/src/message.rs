//! What a server may write.

use core::{fmt, time::Duration};

use crate::{Displayed, scan};

/// One block of an event stream: an event, or a comment, an id or a reconnection time on its own.
///
/// Once made, a message cannot be wrong: data and comments may hold any text, and an event type
/// or id that a client would read as something else is refused when it is set.
///
/// ```
/// use sse_core::Message;
///
/// let message = Message::new("first line\nsecond line").event("note")?.id("42")?;
/// assert_eq!(
///     message.to_string(),
///     "event: note\nid: 42\ndata: first line\ndata: second line\n\n",
/// );
/// # Ok::<(), sse_core::InvalidField>(())
/// ```
///
/// Line ends in data, be they CR, LF or CRLF, reach the client as LF; all else arrives as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a message does nothing until it is encoded"]
pub struct Message<'a, D = &'a str> {
    pub(crate) fields: Fields<'a>,
    pub(crate) data: Option<D>,
}

/// All of a message but its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fields<'a> {
    pub(crate) comment: Option<&'a str>,
    /// Empty is the default type (9.2.6).
    pub(crate) event: &'a str,
    pub(crate) id: Option<&'a str>,
    /// Milliseconds.
    pub(crate) retry: Option<u64>,
}

impl<'a> Message<'a> {
    /// An event with this data, which may be empty.
    pub const fn new(data: &'a str) -> Self {
        Self::block(Some(data))
    }

    /// A comment, which clients ignore; the empty one is the usual keep-alive.
    ///
    /// ```
    /// # use sse_core::Message;
    /// assert_eq!(Message::comment("").to_string(), ":\n\n");
    /// ```
    pub const fn comment(text: &'a str) -> Self {
        Self::empty().with_comment(text)
    }

    /// A block without data, from which a client makes no event.
    ///
    /// It takes an id or a reconnection time to clients:
    ///
    /// ```
    /// # use {core::time::Duration, sse_core::Message};
    /// let message = Message::empty().retry(Duration::from_secs(5));
    /// assert_eq!(message.to_string(), "retry: 5000\n\n");
    /// ```
    pub const fn empty() -> Self {
        Self::block(None)
    }
}

impl<T: fmt::Display> Message<'_, Displayed<T>> {
    /// An event whose data is formatted straight into the output, each time the message is
    /// encoded.
    ///
    /// ```
    /// # use sse_core::Message;
    /// let (min, max) = (3, 21);
    /// assert_eq!(
    ///     Message::display(format_args!("{min} to {max}")).to_string(),
    ///     "data: 3 to 21\n\n",
    /// );
    /// ```
    pub const fn display(data: T) -> Self {
        Self::block(Some(Displayed(data)))
    }
}

impl<'a, D> Message<'a, D> {
    /// Sets the event type; the empty one is the default type, `message`.
    ///
    /// # Errors
    /// [`InvalidField`] if it holds CR, LF or NUL.
    #[inline]
    pub fn event(mut self, event: &'a str) -> Result<Self, InvalidField> {
        if !event.is_empty() {
            check_event(event)?;
        }
        self.fields.event = event;
        Ok(self)
    }

    /// Sets the id, which the client names in `Last-Event-ID` when it reconnects; the empty one
    /// makes it forget the id it had.
    ///
    /// # Errors
    /// [`InvalidField`] if it holds CR, LF or NUL, or what would not come back unchanged as the
    /// value of a header: another control character than tab, or a space or tab at an end.
    #[inline]
    pub fn id(mut self, id: &'a str) -> Result<Self, InvalidField> {
        check_id(id)?;
        self.fields.id = Some(id);
        Ok(self)
    }

    /// Sets how long the client waits before it reconnects, in whole milliseconds: a fraction is
    /// cut off, and what is over [`u64::MAX`] is written as that.
    ///
    /// Some clients take a time over 2³¹ - 1 ms (24 days) for none at all.
    pub const fn retry(mut self, time: Duration) -> Self {
        let milliseconds = time.as_millis();
        self.fields.retry = Some(if milliseconds > u64::MAX as u128 {
            u64::MAX
        } else {
            milliseconds as u64
        });
        self
    }

    /// Puts a comment before the fields.
    pub const fn with_comment(mut self, text: &'a str) -> Self {
        self.fields.comment = Some(text);
        self
    }

    pub(crate) const fn block(data: Option<D>) -> Self {
        Self {
            fields: Fields {
                comment: None,
                event: "",
                id: None,
                retry: None,
            },
            data,
        }
    }
}

fn check_event(event: &str) -> Result<(), InvalidField> {
    let bytes = event.as_bytes();
    if SEARCH_IS_QUICK && scan::is_plain(bytes) {
        return Ok(());
    }
    match bytes.iter().find(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        None => Ok(()),
        Some(0) => Err(InvalidField::EventNul),
        Some(_) => Err(InvalidField::EventLineEnd),
    }
}

fn check_id(id: &str) -> Result<(), InvalidField> {
    let bytes = id.as_bytes();
    if !(SEARCH_IS_QUICK && scan::is_printable(bytes)) {
        let refused = |byte: &&u8| byte.is_ascii_control() && **byte != b'\t';
        match bytes.iter().find(refused) {
            None => {}
            Some(b'\r' | b'\n') => return Err(InvalidField::IdLineEnd),
            Some(0) => return Err(InvalidField::IdNul),
            Some(_) => return Err(InvalidField::IdControl),
        }
    }
    match bytes {
        [b' ' | b'\t', ..] | [.., b' ' | b'\t'] => Err(InvalidField::IdOuterSpace),
        _ => Ok(()),
    }
}

/// Whether to see that no byte is a control character takes less time than to look for some of
/// them. It takes more flash.
const SEARCH_IS_QUICK: bool = cfg!(feature = "std");

/// An event type or id that would not reach the client, or not as what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum InvalidField {
    /// CR or LF in the event type: the client would read another field after it.
    EventLineEnd,
    /// NUL in the event type.
    EventNul,
    /// CR or LF in the id: the client would read another field after it.
    IdLineEnd,
    /// NUL in the id: the client would ignore the id.
    IdNul,
    /// A control character other than tab in the id: no header value may hold it.
    IdControl,
    /// A space or tab at an end of the id: HTTP would take it off the header's value.
    IdOuterSpace,
}

impl fmt::Display for InvalidField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EventLineEnd => "line end in the event type",
            Self::EventNul => "NUL in the event type",
            Self::IdLineEnd => "line end in the id",
            Self::IdNul => "NUL in the id",
            Self::IdControl => "control character in the id",
            Self::IdOuterSpace => "space or tab at an end of the id",
        })
    }
}

impl core::error::Error for InvalidField {}
