//! What a server is asked, and what it answers.

use std::net::SocketAddr;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use sse_core::{
    Frame, Subscription,
    http::{
        Framing, Header, Headers, RequestError, RequestHead, encode_answer_head, encode_refusal,
    },
};

use crate::LastEventId;

/// A request for a stream: GET, or HEAD.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    last_event_id: LastEventId,
    peer: Option<SocketAddr>,
}

impl Request {
    /// `None`: there is something in it that no server would take.
    pub(super) fn new(head: &RequestHead<'_>, peer: Option<SocketAddr>) -> Option<Self> {
        let headers = map(head.headers())?;
        Some(Self {
            method: head.method().parse().ok()?,
            uri: head.target().parse().ok()?,
            last_event_id: LastEventId::from_headers(&headers),
            headers,
            peer,
        })
    }

    /// The method: GET, or HEAD, which is answered as GET is but gets no stream.
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The request target.
    #[must_use]
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The path of the target, not percent-decoded.
    #[must_use]
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// The query of the target without its question mark, not percent-decoded.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// The header lines.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The last event that the client saw before it reconnected, as
    /// [`Hub::subscribe`](crate::Hub::subscribe) takes it.
    #[must_use]
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }

    /// Where the connection comes from, as far as that is known. Behind a proxy it is the proxy.
    #[must_use]
    pub const fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }
}

fn map(lines: Headers<'_>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for line in lines {
        let name = HeaderName::from_bytes(line.name.as_bytes()).ok()?;
        headers.append(name, HeaderValue::from_bytes(line.value).ok()?);
    }
    Some(headers)
}

/// What a [`Request`] is answered with: a subscription, or a status that says why there is none.
///
/// ```
/// use sse_tokio::{Hub, server::{Answer, Request}};
///
/// async fn answer(hub: Hub, request: Request) -> Answer {
///     match request.path() {
///         "/events" => Answer::stream(hub.subscribe(request.last_event_id())),
///         _ => Answer::refusal(404),
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "an answer does nothing until it is returned"]
pub struct Answer {
    headers: HeaderMap,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Stream {
        frames: Subscription,
        greeting: Option<Frame>,
    },
    Refusal {
        status: u16,
        body: Vec<u8>,
    },
}

impl Answer {
    /// What this subscription gets, until it ends.
    pub fn stream(frames: Subscription) -> Self {
        Self::of(Kind::Stream {
            frames,
            greeting: None,
        })
    }

    /// No stream: 204 if there is nothing more to come, so that the client does not come back.
    ///
    /// A status below 200 is sent as 200, one over 999 as 999.
    pub fn refusal(status: u16) -> Self {
        Self::refusal_with(status, Vec::new())
    }

    /// No stream, with a body that says why; its `content-type` is a [header](Self::header) to
    /// add. Statuses 204 and 304 have none.
    pub fn refusal_with(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self::of(Kind::Refusal { status, body })
    }

    /// Sends this frame first, before what the subscription gets: a `retry`, say. Without effect
    /// on a refusal.
    pub fn greeting(mut self, frame: Frame) -> Self {
        if let Kind::Stream { greeting, .. } = &mut self.kind {
            *greeting = Some(frame);
        }
        self
    }

    /// Adds a header. It stands in place of a stream's own `cache-control`, say.
    ///
    /// `content-length` and `transfer-encoding` are the server's to set and are left out.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if name != http::header::CONTENT_LENGTH && name != http::header::TRANSFER_ENCODING {
            self.headers.append(name, value);
        }
        self
    }

    fn of(kind: Kind) -> Self {
        let headers = HeaderMap::new();
        Self { headers, kind }
    }

    /// Appends the head, with these headers too, and what follows it if that is no stream.
    pub(super) fn encode_head(
        &self,
        framing: Framing,
        more: &[Header<'_>],
        only_head: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), RequestError> {
        let own = self.headers.iter().map(|(name, value)| Header {
            name: name.as_str(),
            value: value.as_bytes(),
        });
        let headers: Vec<_> = own.chain(more.iter().copied()).collect();
        match &self.kind {
            Kind::Stream { .. } => framing.encode_head(&headers, out),
            Kind::Refusal { status, body } => {
                if only_head {
                    return encode_answer_head(*status, &headers, body.len(), out);
                }
                encode_refusal(*status, &headers, body, out)
            }
        }
    }
}
