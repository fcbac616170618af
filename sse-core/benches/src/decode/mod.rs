//! Those who decode, each behind one function: the same bytes in, each event to the same sink.

use crate::{
    delivery::Chunks,
    tally::{Digest, Sink, Tally},
};

#[cfg(feature = "peers")]
mod eventsource_client;
#[cfg(feature = "peers")]
mod eventsource_stream;
#[cfg(feature = "peers")]
mod eventsrc;
mod ours;
#[cfg(feature = "peers")]
mod published;
#[cfg(feature = "peers")]
mod sse_parse;
#[cfg(feature = "peers")]
mod sse_stream;
#[cfg(feature = "peers")]
mod sseer;
#[cfg(feature = "peers")]
mod stream;

/// A way to decode a stream.
#[derive(Clone, Copy)]
pub(crate) struct Decoder {
    pub(crate) name: &'static str,
    /// Consumes little of each event.
    pub(crate) tally: fn(Chunks) -> Tally,
    /// Consumes all of each event.
    pub(crate) digest: fn(Chunks) -> Digest,
}

/// Names a decoder; `$decode` is a `fn(Chunks, &mut impl Sink)`.
macro_rules! decoder {
    ($name:literal, $decode:path) => {
        Decoder {
            name: $name,
            tally: |chunks| into(chunks, $decode),
            digest: |chunks| into(chunks, $decode),
        }
    };
}

/// Ours first.
pub(crate) const DECODERS: &[Decoder] = &[
    decoder!("next_event", ours::next_event),
    decoder!("next_raw", ours::next_raw),
    decoder!("EventBuf", ours::owned),
    #[cfg(feature = "peers")]
    decoder!("sse-core (registry)", published::decode),
    #[cfg(feature = "peers")]
    decoder!("sse-parse", sse_parse::decode),
    #[cfg(feature = "peers")]
    decoder!("sse-stream", sse_stream::decode),
    #[cfg(feature = "peers")]
    decoder!("sseer", sseer::decode),
    #[cfg(feature = "peers")]
    decoder!("eventsrc", eventsrc::decode),
    #[cfg(feature = "peers")]
    decoder!("eventsource-stream", eventsource_stream::decode),
    #[cfg(feature = "peers")]
    decoder!("eventsource-client", eventsource_client::decode),
];

/// Our decoders that own nothing.
pub(crate) fn lending() -> impl Iterator<Item = &'static Decoder> {
    DECODERS[..2].iter()
}

/// Runs `decode` into a sink of its own.
fn into<S: Sink>(chunks: Chunks, decode: impl FnOnce(Chunks, &mut S)) -> S {
    let mut sink = S::default();
    decode(chunks, &mut sink);
    sink
}
