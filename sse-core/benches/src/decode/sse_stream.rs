//! `sse-stream`, which makes blocks: what has no data is no event.

use sse_stream::{Sse, SseByteStream};

use crate::{
    delivery::Chunks,
    stream::{drain, slices},
    tally::Sink,
};

pub(crate) fn decode(chunks: Chunks, sink: &mut impl Sink) {
    drain(SseByteStream::new(slices(chunks)), |block| {
        consume(&block, sink)
    });
}

/// Gives a block that is an event to `sink`.
pub(crate) fn consume(block: &Sse, sink: &mut impl Sink) {
    if let Some(data) = &block.data {
        let event_type = block.event.as_deref().filter(|named| !named.is_empty());
        let id = block.id.as_deref().unwrap_or_default();
        sink.text(event_type.unwrap_or("message"), data, id);
    }
}
