//! `sse-parse`.

use sse_parse::SseParser;

use crate::{delivery::Chunks, tally::Sink};

pub(crate) fn decode(chunks: Chunks, sink: &mut impl Sink) {
    let mut parser = SseParser::new();
    for chunk in chunks {
        parser.feed(chunk);
        while let Some(event) = parser.next_event() {
            sink.text(&event.event, &event.data, &event.id);
        }
    }
}
