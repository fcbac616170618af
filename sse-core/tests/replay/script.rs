//! What is done with a log step by step, and what must come of it.

use sse_core::{Message, PublishError};

use crate::log::Log;

/// What must hold, and how that is seen.
pub(crate) type Script = (&'static str, &'static [Step]);

pub(crate) enum Step {
    /// Publishes these numbers, which become their own ids.
    Numbers(u64, u64),
    Own(&'static str, Result<u64, PublishError>),
    Comment(&'static str, u64),
    Resume(Option<&'static str>),
    Reads(&'static str),
}
use Step::*;

pub(crate) fn play(script: &[Step], log: &mut dyn Log) {
    for step in script {
        match *step {
            Numbers(from, to) => {
                for number in from..=to {
                    let text = number.to_string();
                    assert_eq!(log.publish(&Message::new(&text)), Ok(number));
                }
            }
            Own(id, expected) => {
                assert_eq!(log.publish(&Message::new(id).id(id).unwrap()), expected);
            }
            Comment(text, newest) => {
                assert_eq!(log.publish(&Message::comment(text)), Ok(newest));
            }
            Resume(last_event_id) => log.resume(last_event_id),
            Reads(expected) => assert_eq!(log.read(), (expected.into(), false)),
        }
    }
}
