//! `eventsource-client`, whose parser is reached through a client only: its transport answers with
//! the chunks.

use std::future;

use bytes::Bytes;
use eventsource_client::{Client as _, ClientBuilder, ReconnectOptions, SSE};
use http::{Request, Response};
use launchdarkly_sdk_transport::{ByteStream, HttpTransport, ResponseFuture};

use crate::{
    delivery::Chunks,
    stream::{bytes, drain},
    tally::Sink,
};

pub(crate) fn decode(chunks: Chunks, sink: &mut impl Sink) {
    let client = ClientBuilder::for_url("http://localhost/")
        .expect("the address is one")
        .reconnect(ReconnectOptions::reconnect(false).build())
        .build_with_transport(Canned(chunks));
    drain(client.stream(), |event| {
        if let SSE::Event(event) = event {
            let id = event.id.as_deref().unwrap_or_default();
            sink.text(&event.event_type, &event.data, id);
        }
    });
}

/// Answers with these chunks.
#[derive(Clone)]
struct Canned(Chunks);

impl HttpTransport for Canned {
    fn request(&self, _: Request<Option<Bytes>>) -> ResponseFuture {
        let body = Box::pin(bytes(self.0));
        Box::pin(future::ready(Ok(Response::new(body as ByteStream))))
    }
}
