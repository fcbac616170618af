//! `eventsrc`.

use eventsrc::EventStream;

use super::stream::{drain, slices};
use crate::{delivery::Chunks, tally::Sink};

pub(crate) fn decode(chunks: Chunks, sink: &mut impl Sink) {
    drain(EventStream::new(slices(chunks)), |event| {
        sink.text(event.event(), event.data(), event.id());
    });
}
