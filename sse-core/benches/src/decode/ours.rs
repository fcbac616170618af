//! The doors of this repository's parser.

use sse_core::{Chunk, EventBuf, Parser};

use crate::{delivery::Chunks, tally::Sink};

/// Text, checked many events at a time.
pub(crate) fn chunk(chunks: Chunks, sink: &mut impl Sink) {
    let mut parser = Parser::new();
    for bytes in chunks {
        let mut input = Chunk::new(bytes);
        while let Ok(Some(event)) = parser.next_event(&mut input) {
            sink.text(event.event_type, event.data, event.last_event_id);
        }
    }
}

/// Text, checked value by value.
pub(crate) fn slice(chunks: Chunks, sink: &mut impl Sink) {
    let mut parser = Parser::new();
    for mut input in chunks.iter().copied() {
        while let Ok(Some(event)) = parser.next_event(&mut input) {
            sink.text(event.event_type, event.data, event.last_event_id);
        }
    }
}

/// Bytes.
pub(crate) fn raw(chunks: Chunks, sink: &mut impl Sink) {
    let mut parser = Parser::new();
    for mut input in chunks.iter().copied() {
        while let Ok(Some(event)) = parser.next_raw(&mut input) {
            sink.event(event.event_type, event.data, event.last_event_id.as_bytes());
        }
    }
}

/// Events to keep.
pub(crate) fn owned(chunks: Chunks, sink: &mut impl Sink) {
    let mut parser = Parser::new();
    for bytes in chunks {
        let mut input = Chunk::new(bytes);
        while let Ok(Some(event)) = parser.next_event(&mut input) {
            let event = EventBuf::from(event);
            sink.text(&event.event_type, &event.data, &event.last_event_id);
        }
    }
}
