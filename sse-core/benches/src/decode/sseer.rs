//! `sseer`.

use std::convert::Infallible;

use sseer::event_stream::EventStream;

use super::stream::{bytes, drain};
use crate::{delivery::Chunks, tally::Sink};

pub(crate) fn decode(chunks: Chunks, sink: &mut impl Sink) {
    drain(EventStream::new(bytes::<Infallible>(chunks)), |event| {
        sink.text(&event.event, &event.data, &event.id);
    });
}
