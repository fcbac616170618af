//! The event that tells a reader what it has missed.

use core::fmt;

use crate::{
    Data, Message,
    event_id::{EventId, digits},
};

/// What there is to tell.
#[derive(Debug)]
pub(crate) struct Gap<T> {
    /// The last id the reader had, as far as it is known.
    pub(crate) after: Option<EventId<T>>,
    /// The id of the next event it gets, as far as there is one yet.
    pub(crate) resumes_at: Option<EventId<T>>,
    /// How many events are between them, if that can be known.
    pub(crate) lost: Option<u64>,
    /// Where the reader stands now: a reconnect with this id is not told of another gap.
    pub(crate) at: EventId<T>,
}

impl<T: AsRef<str>> Gap<T> {
    /// Gives the event to `encode`.
    pub(crate) fn message<R>(&self, encode: impl FnOnce(&Message<'_, &Self>) -> R) -> R {
        encode(&Message {
            event: "gap",
            id: Some(self.at.text(&mut [0; 20])),
            ..Message::block(Some(self))
        })
    }
}

impl<T: AsRef<str>> Data for &Gap<T> {
    fn write_to(&self, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_str("{\"after\":")?;
        json_id(self.after.as_ref(), out)?;
        out.write_str(",\"resumes_at\":")?;
        json_id(self.resumes_at.as_ref(), out)?;
        out.write_str(",\"lost\":")?;
        match self.lost {
            Some(lost) => out.write_str(digits(lost, &mut [0; 20]))?,
            None => out.write_str("null")?,
        }
        out.write_str("}")
    }
}

fn json_id<T: AsRef<str>>(id: Option<&EventId<T>>, out: &mut impl fmt::Write) -> fmt::Result {
    match id {
        Some(id) => json_string(id.text(&mut [0; 20]), out),
        None => out.write_str("null"),
    }
}

fn json_string(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    out.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            ..' ' => {
                out.write_str(if c < '\u{10}' { "\\u000" } else { "\\u001" })?;
                let digit = usize::from(c as u8 % 16);
                out.write_str("0123456789abcdef".get(digit..=digit).unwrap_or_default())?;
            }
            c => out.write_str(c.encode_utf8(&mut [0; 4]))?,
        }
    }
    out.write_str("\"")
}
