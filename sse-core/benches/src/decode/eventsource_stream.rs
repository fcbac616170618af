//! `eventsource-stream`.

use eventsource_stream::EventStream;

use crate::{
    delivery::Chunks,
    stream::{drain, slices},
    tally::Sink,
};

pub(crate) fn decode(chunks: Chunks, sink: &mut impl Sink) {
    drain(EventStream::new(slices(chunks)), |event| {
        sink.text(&event.event, &event.data, &event.id);
    });
}
