//! The parser that the registry has as `sse-core`.

use std::num::NonZero;

use published::{SseDecoder, SseEvent};

use crate::{delivery::Chunks, tally::Sink};

pub(crate) fn decode(chunks: Chunks, sink: &mut impl Sink) {
    let mut decoder = SseDecoder::with_limit(LIMIT);
    for mut input in chunks.iter().copied() {
        while let Some(event) = decoder.next(&mut input) {
            if let Ok(SseEvent::Message(event)) = event {
                let id = event.last_event_id.as_deref().unwrap_or_default();
                sink.text(&event.event, &event.data, id);
            }
        }
    }
}

/// As ours, since its own is below the long lines here.
const LIMIT: NonZero<usize> = NonZero::new(16 * 1024 * 1024).unwrap();
