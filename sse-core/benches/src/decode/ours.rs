//! The doors of this repository's parser.

use sse_core::{EventBuf, Parser};

use crate::{delivery::Chunks, tally::Sink};

pub(crate) fn next_event(chunks: Chunks, sink: &mut impl Sink) {
    let mut parser = Parser::new();
    for mut input in chunks.iter().copied() {
        while let Ok(Some(event)) = parser.next_event(&mut input) {
            sink.text(event.event_type, event.data, event.last_event_id);
        }
    }
}

pub(crate) fn next_raw(chunks: Chunks, sink: &mut impl Sink) {
    let mut parser = Parser::new();
    for mut input in chunks.iter().copied() {
        while let Ok(Some(event)) = parser.next_raw(&mut input) {
            sink.event(event.event_type, event.data, event.last_event_id.as_bytes());
        }
    }
}

pub(crate) fn owned(chunks: Chunks, sink: &mut impl Sink) {
    let mut parser = Parser::new();
    for mut input in chunks.iter().copied() {
        while let Ok(Some(event)) = parser.next_event(&mut input) {
            let event = EventBuf::from(event);
            sink.text(&event.event_type, &event.data, &event.last_event_id);
        }
    }
}
