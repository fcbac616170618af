//! `sseer`.

use std::convert::Infallible;

use sseer::event_stream::EventStream;

use crate::{
    delivery::Chunks,
    stream::{bytes, drain},
    tally::Sink,
};

pub(crate) fn decode(chunks: Chunks, sink: &mut impl Sink) {
    drain(EventStream::new(bytes::<Infallible>(chunks)), |event| {
        sink.text(&event.event, &event.data, &event.id);
    });
}
