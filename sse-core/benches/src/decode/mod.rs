//! Those who decode, each behind one function: the same bytes in, each event to the same sink.

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
mod trial;
mod whole;

pub(crate) use trial::trial;

use crate::{
    delivery::Chunks,
    tally::{Digest, Sink, Tally},
};

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

/// From bytes to events; ours first.
pub(crate) const DECODERS: &[Decoder] = &[
    decoder!("next_event", ours::chunk),
    decoder!("next_event, slice", ours::slice),
    decoder!("next_raw", ours::raw),
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

/// From a response body on.
pub(crate) const WHOLE_PATHS: &[Decoder] = &[
    decoder!("Events::next", whole::next),
    decoder!("Events as Stream", whole::stream),
    #[cfg(feature = "peers")]
    decoder!("sse-stream", whole::sse_stream),
    #[cfg(feature = "peers")]
    decoder!("sseer", sseer::decode),
    #[cfg(feature = "peers")]
    decoder!("eventsource-stream", whole::eventsource_stream),
];

/// Our decoders.
pub(crate) fn ours() -> impl Iterator<Item = &'static Decoder> {
    DECODERS[..4].iter()
}

/// Our decoders that own nothing.
pub(crate) fn lending() -> impl Iterator<Item = &'static Decoder> {
    ours().take(3)
}

/// Whether this is the name of a decoder of ours.
pub(crate) fn is_ours(name: &str) -> bool {
    ours()
        .chain(&WHOLE_PATHS[..2])
        .any(|decoder| decoder.name == name)
}

/// The decoder of this name.
pub(crate) fn find(name: &str) -> Option<&'static Decoder> {
    DECODERS
        .iter()
        .chain(WHOLE_PATHS)
        .find(|decoder| decoder.name == name)
}

/// Runs `decode` into a sink of its own.
fn into<S: Sink>(chunks: Chunks, decode: impl FnOnce(Chunks, &mut S)) -> S {
    let mut sink = S::default();
    decode(chunks, &mut sink);
    sink
}
