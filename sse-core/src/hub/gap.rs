//! The event that tells a reader what it has missed.

use core::{fmt, fmt::Write as _};
use std::string::{String, ToString as _};

use super::log::EventId;
use crate::{Frame, Message};

/// What there is to tell.
#[derive(Debug)]
pub(super) struct Gap {
    /// The last id the reader had.
    pub(super) after: Option<String>,
    /// The id of the next event it gets, as far as there is one yet.
    pub(super) resumes_at: Option<EventId>,
    /// How many events are between them, if that can be known.
    pub(super) lost: Option<u64>,
    /// Where the reader stands now: a reconnect with this id is not told of another gap.
    pub(super) at: EventId,
}

impl Gap {
    pub(super) fn frame(&self) -> Frame {
        let mut data = String::from("{\"after\":");
        // Writing to a `String` cannot fail.
        let _ = self.json(&mut data);
        Message::new(&data)
            .event("gap")
            .and_then(|message| Ok(message.id(&self.at.to_string())?.into()))
            .expect("an event was published with this id")
    }

    fn json(&self, out: &mut String) -> fmt::Result {
        match &self.after {
            Some(id) => string(id, out)?,
            None => out.push_str("null"),
        }
        out.push_str(",\"resumes_at\":");
        match &self.resumes_at {
            Some(id) => string(&id.to_string(), out)?,
            None => out.push_str("null"),
        }
        out.push_str(",\"lost\":");
        match self.lost {
            Some(lost) => write!(out, "{lost}")?,
            None => out.push_str("null"),
        }
        out.push('}');
        Ok(())
    }
}

fn string(text: &str, out: &mut String) -> fmt::Result {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => write!(out, "\\u{:04x}", u32::from(c))?,
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(())
}
