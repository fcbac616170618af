//! The whole path from a response body to events, where a library has one.

use std::{convert::Infallible, pin::pin};

use sse_tokio::Events;

use crate::{
    delivery::Chunks,
    stream::{bytes, drain, now},
    tally::Sink,
};

/// `sse_tokio::Events`, asked for one lent event after another.
pub(crate) fn next(chunks: Chunks, sink: &mut impl Sink) {
    let mut events = Events::from_body(bytes::<Infallible>(chunks));
    loop {
        let mut next = pin!(events.next());
        let Ok(Some(event)) = now(|cx| next.as_mut().poll(cx)) else {
            break;
        };
        sink.text(event.event_type, event.data, event.last_event_id);
    }
}

/// `sse_tokio::Events` as a stream of owned events.
pub(crate) fn stream(chunks: Chunks, sink: &mut impl Sink) {
    drain(Events::from_body(bytes::<Infallible>(chunks)), |event| {
        sink.text(&event.event_type, &event.data, &event.last_event_id);
    });
}

/// `sse-stream` over a body.
#[cfg(feature = "peers")]
pub(crate) fn sse_stream(chunks: Chunks, sink: &mut impl Sink) {
    drain(
        sse_stream::SseStream::new(bytes::<Infallible>(chunks)),
        |block| {
            super::sse_stream::consume(&block, sink);
        },
    );
}

/// `eventsource-stream` over a stream of `Bytes`, as HTTP clients have them.
#[cfg(feature = "peers")]
pub(crate) fn eventsource_stream(chunks: Chunks, sink: &mut impl Sink) {
    let events = eventsource_stream::EventStream::new(bytes::<Infallible>(chunks));
    drain(events, |event| {
        sink.text(&event.event, &event.data, &event.id)
    });
}
