//! An answer, from its first token to its terminal mark or to what came instead.

use std::{
    error::Error,
    fmt,
    io::{self, Write},
};

use sse_tokio::{
    BuildError, Closed, EventSource,
    sse_core::{self, Update},
};

use crate::dialect::{Meaning, meaning};

/// Prints tokens as they come, up to the terminal mark.
pub(crate) async fn print_answer(
    source: &mut EventSource,
    out: &mut impl Write,
) -> Result<(), Failure> {
    loop {
        let event = match source.next_update().await.map_err(Failure::Closed)? {
            Update::Event(event) => event,
            Update::TooLarge => return Err(Failure::TooLarge),
            Update::Opened | Update::Comment(_) | Update::Reconnecting { .. } => continue,
        };
        match meaning(&event) {
            Meaning::Text(text) => out
                .write_all(text.as_bytes())
                .and_then(|()| out.flush())
                .map_err(Failure::Output)?,
            Meaning::Done => return writeln!(out).map_err(Failure::Output),
            Meaning::Failed(message) => return Err(Failure::Told(message)),
            Meaning::Nothing => {}
        }
    }
}

/// Why there is no answer, or not all of it.
#[derive(Debug)]
pub(crate) enum Failure {
    Question(BuildError),
    Output(io::Error),
    /// The stream closed before the terminal mark.
    Closed(Closed),
    TooLarge,
    /// The server said so within the stream.
    Told(String),
}

impl Failure {
    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Question(_) | Self::Output(_) => 1,
            Self::Closed(closed) if closed.response().is_some() => 2,
            Self::Closed(closed) => match closed.reason() {
                sse_core::Closed::Ended => 3,
                sse_core::Closed::Lost(lost) if lost_within(lost) => 3,
                _ => 1,
            },
            Self::TooLarge => 3,
            Self::Told(_) => 4,
        }
    }
}

fn lost_within(lost: sse_core::Lost) -> bool {
    use sse_core::Lost::{BadChunk, Cut, Ended, Idle};
    matches!(lost, BadChunk(_) | Cut | Ended | Idle)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Question(error) => error.fmt(f),
            Self::Output(error) => write!(f, "answer not written: {error}"),
            Self::TooLarge => f.write_str("answer with an event over the limit"),
            Self::Told(message) => write!(f, "server failed within the answer: {message}"),
            Self::Closed(closed) => {
                match closed.reason() {
                    sse_core::Closed::Ended => {
                        f.write_str("answer ended without its last event")?
                    }
                    _ => closed.fmt(f)?,
                }
                if let Some(error) = closed.source() {
                    write!(f, ": {error}")?;
                }
                match closed.response() {
                    Some(response) => write!(f, "\n{}", String::from_utf8_lossy(&response.body)),
                    None => Ok(()),
                }
            }
        }
    }
}
