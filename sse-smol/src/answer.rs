//! What a server answers a request with.

use futures_core::Stream;
use sse_core::adapter::IntoFrame;

use crate::EventBody;

/// What a request is answered with: a stream of events, or a status that says why there is none.
///
/// ```
/// use sse_smol::{Answer, Hub, Subscription, sse_core::http::RequestHead};
///
/// fn answer(hub: &Hub, head: &RequestHead<'_>) -> Answer<Subscription> {
///     match head.path() {
///         "/events" => Answer::stream(hub.subscribe(head.last_event_id_text().as_deref())),
///         _ => Answer::refusal(404),
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "an answer does nothing until it is returned"]
pub struct Answer<S: Stream<Item: IntoFrame>> {
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) kind: Kind<S>,
}

#[derive(Debug)]
pub(crate) enum Kind<S: Stream<Item: IntoFrame>> {
    Stream(EventBody<S>),
    Refusal { status: u16, body: Vec<u8> },
}

impl<S: Stream<Item: IntoFrame>> Answer<S> {
    /// A stream of these frames, with a comment after every 15 seconds of silence.
    pub const fn stream(frames: S) -> Self {
        Self::body(EventBody::new(frames))
    }

    /// This stream, with the keep-alive it has been given.
    pub const fn body(body: EventBody<S>) -> Self {
        Self {
            headers: Vec::new(),
            kind: Kind::Stream(body),
        }
    }

    /// No stream: 204 if there is nothing more to come, 503 if there is no room now.
    ///
    /// A status below 200 is sent as 200, one over 999 as 999.
    pub const fn refusal(status: u16) -> Self {
        Self::refusal_with(status, Vec::new())
    }

    /// No stream, with a body that says why; its `content-type` is a [header](Self::header) to
    /// add. Statuses 204 and 304 have none.
    pub const fn refusal_with(status: u16, body: Vec<u8>) -> Self {
        Self {
            headers: Vec::new(),
            kind: Kind::Refusal { status, body },
        }
    }

    /// Adds a header. It stands in place of a stream's own `cache-control`, say.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().into()));
        self
    }
}
