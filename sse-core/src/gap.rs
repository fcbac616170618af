//! The event that tells a reader what it has missed.

use core::fmt;

use crate::{Data, Message, event_id::digits};

/// What there is to tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap<'a> {
    /// The last id the reader had; empty if that is not known.
    pub(crate) after: &'a str,
    /// The id of the next event it gets; empty if there is none yet.
    pub(crate) resumes_at: &'a str,
    /// How many events are between them, if that can be known.
    pub(crate) lost: Option<u64>,
}

impl<'a> Gap<'a> {
    /// The event; `at` is where the reader stands now: a reconnect with this id is not told of
    /// another gap.
    pub(crate) fn message(self, at: &'a str) -> Message<'a, Self> {
        let mut message = Message::block(Some(self));
        message.fields.event = "gap";
        message.fields.id = Some(at);
        message
    }
}

impl Data for Gap<'_> {
    fn write_to(&self, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_str("{\"after\":")?;
        json_id(self.after, out)?;
        out.write_str(",\"resumes_at\":")?;
        json_id(self.resumes_at, out)?;
        out.write_str(",\"lost\":")?;
        match self.lost {
            Some(lost) => out.write_str(digits(lost, &mut [0; 20]))?,
            None => out.write_str("null")?,
        }
        out.write_str("}")
    }
}

fn json_id(id: &str, out: &mut impl fmt::Write) -> fmt::Result {
    match id {
        "" => out.write_str("null"),
        id => json_string(id, out),
    }
}

fn json_string(mut text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    let is_special = |byte| matches!(byte, b'"' | b'\\' | ..b' ');
    out.write_str("\"")?;
    while let Some(at) = text.bytes().position(is_special) {
        let (plain, rest) = text.split_at_checked(at).unwrap_or_default();
        let (special, rest) = rest.split_at_checked(1).unwrap_or_default();
        out.write_str(plain)?;
        match special.bytes().next().unwrap_or_default() {
            control @ ..b' ' => {
                out.write_str(if control < 16 { "\\u000" } else { "\\u001" })?;
                let digit = usize::from(control % 16);
                out.write_str("0123456789abcdef".get(digit..=digit).unwrap_or_default())?;
            }
            _ => {
                out.write_str("\\")?;
                out.write_str(special)?;
            }
        }
        text = rest;
    }
    out.write_str(text)?;
    out.write_str("\"")
}
