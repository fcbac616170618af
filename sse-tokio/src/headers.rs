//! What the heads of a request for events and of its response say.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};
use sse_core::http::{STREAM_HEADERS, last_event_id_text};

/// The headers of a response that is an event stream: [`STREAM_HEADERS`].
#[must_use]
pub fn headers() -> [(HeaderName, HeaderValue); 3] {
    STREAM_HEADERS.map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    })
}

/// The last event that a client saw before it reconnected; none on its first visit.
///
/// With the feature `axum` it is an extractor that never fails:
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use axum::extract::State;
/// use sse_tokio::{EventBody, Hub, LastEventId, Subscription};
///
/// async fn events(State(hub): State<Hub>, last: LastEventId) -> EventBody<Subscription> {
///     EventBody::new(hub.subscribe(last.as_deref()))
/// }
/// # let _: axum::Router = axum::Router::new()
/// #     .route("/", axum::routing::get(events)).with_state(Hub::default());
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastEventId(pub Option<String>);

impl LastEventId {
    /// Reads the header `Last-Event-ID`; see [`last_event_id_text`].
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let value = headers.get(LAST_EVENT_ID);
        let id = value.and_then(|value| last_event_id_text(value.as_bytes()));
        Self(id.map(Cow::into_owned))
    }

    /// The id as [`Hub::subscribe`](crate::Hub::subscribe) takes it.
    #[must_use]
    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: Option<&[u8]>) -> Option<String> {
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert("Last-Event-ID", HeaderValue::from_bytes(value).unwrap());
        }
        LastEventId::from_headers(&headers).0
    }

    #[test]
    fn the_id_is_read_as_utf8() {
        assert_eq!(read(Some(b"42")).as_deref(), Some("42"));
        assert_eq!(read(Some("…".as_bytes())).as_deref(), Some("…"));
        assert_eq!(read(Some(b"4\xFF2")).as_deref(), Some("4\u{FFFD}2"));
    }

    #[test]
    fn an_empty_id_is_none() {
        assert_eq!(read(Some(b"")), None);
        assert_eq!(read(None), None);
    }
}
