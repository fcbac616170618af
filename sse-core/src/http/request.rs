//! What a client sends: request line, headers and body.

use core::fmt;

use super::{Header, Url, extend_decimal};
use crate::{Buffer, Full};

/// A request for an event stream, without its address.
///
/// ```
/// use sse_core::http::{Header, Request};
///
/// let headers = [Header { name: "Authorization", value: b"Bearer secret" }];
/// let request = Request { headers: &headers, ..Request::get() };
/// assert_eq!(request.check(), Ok(()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The method, case-sensitive.
    pub method: &'a str,
    /// Headers to send. They come in addition to `Host`, `Accept: text/event-stream`,
    /// `Cache-Control: no-cache`, `Last-Event-ID` and `Content-Length`, and may replace the first
    /// three.
    pub headers: &'a [Header<'a>],
    /// The body; empty for none.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// A GET, as a browser's `EventSource` sends it.
    #[must_use]
    pub const fn get() -> Self {
        Self {
            method: "GET",
            headers: &[],
            body: &[],
        }
    }

    /// A POST of `body`; its `Content-Type` is one of the headers to add.
    #[must_use]
    pub const fn post(body: &'a [u8]) -> Self {
        Self {
            method: "POST",
            headers: &[],
            body,
        }
    }

    /// Whether this can be sent: what [`encode`](Self::encode) checks before it writes.
    ///
    /// # Errors
    /// What is wrong with the first part that is not right.
    pub fn check(&self) -> Result<(), InvalidRequest> {
        // The answers to these two are framed unlike all others (RFC 9112 6.3).
        if !is_token(self.method.as_bytes()) || matches!(self.method, "HEAD" | "CONNECT") {
            return Err(InvalidRequest::Method);
        }
        self.headers.iter().try_for_each(check_header)
    }

    /// Appends the request as it goes over the wire, body included, to `out`.
    ///
    /// `last_event_id` stands above a header of that name in [`headers`](Self::headers): if it is
    /// `Some`, that one is not sent, and if it is `Some` and empty, none is.
    ///
    /// # Errors
    /// [`RequestError`]; then `out` is as it was.
    pub fn encode(
        &self,
        url: Url<'_>,
        hop: Hop,
        last_event_id: Option<&[u8]>,
        out: &mut impl Buffer,
    ) -> Result<(), RequestError> {
        self.check()?;
        if !last_event_id.is_none_or(is_value) {
            return Err(InvalidRequest::LastEventId.into());
        }
        let start = out.as_slice().len();
        let appended = self.append(url, hop, last_event_id, out);
        if appended.is_err() {
            out.truncate(start);
        }
        Ok(appended?)
    }

    fn append(
        &self,
        url: Url<'_>,
        hop: Hop,
        last_event_id: Option<&[u8]>,
        out: &mut impl Buffer,
    ) -> Result<(), Full> {
        let (method, body) = if hop.as_get {
            ("GET", &[][..])
        } else {
            (self.method, self.body)
        };
        let kept = || self.headers.iter().filter(|header| hop.keeps(header));
        let own = |name| kept().find(|header| header.is_named(name));

        for part in [method, " ", url.target(), " HTTP/1.1\r\n"] {
            out.push_slice(part.as_bytes())?;
        }
        let host = Header {
            name: "Host",
            value: url.authority().as_bytes(),
        };
        append_header(own("host").unwrap_or(&host), out)?;
        for default in &DEFAULT_HEADERS {
            if own(default.name).is_none() {
                append_header(default, out)?;
            }
        }
        for header in kept() {
            let is_stale = last_event_id.is_some() && header.is_named("last-event-id");
            if !is_stale && !header.is_named("host") {
                append_header(header, out)?;
            }
        }
        if let Some(value @ [_, ..]) = last_event_id {
            append_header(
                &Header {
                    name: "Last-Event-ID",
                    value,
                },
                out,
            )?;
        }
        // RFC 9110 8.6: also of an empty body, where the method expects one.
        if !body.is_empty() || !matches!(method, "GET" | "DELETE" | "OPTIONS" | "TRACE") {
            out.push_slice(b"Content-Length: ")?;
            extend_decimal(out, body.len())?;
            out.push_slice(b"\r\n")?;
        }
        out.push_slice(b"\r\n")?;
        out.push_slice(body)
    }
}

impl Default for Request<'_> {
    fn default() -> Self {
        Self::get()
    }
}

/// What redirects have made of a request; by default nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Hop {
    /// It has left the origin it was meant for ([`Url::same_origin`]). The headers that carry
    /// credentials stay behind: `Authorization`, `Proxy-Authorization`, `Cookie` and the usual
    /// names for API keys; so does a `Host` of the user's.
    pub foreign: bool,
    /// It has become a GET: without its body and the `Content-*` headers that describe it.
    pub as_get: bool,
}

impl Hop {
    fn keeps(self, header: &Header<'_>) -> bool {
        let stays = self.foreign && ORIGIN_HEADERS.iter().any(|name| header.is_named(name));
        let prefix = header.name.as_bytes().get(.."content-".len());
        let describes_body = prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"content-"));
        !(stays || self.as_get && describes_body)
    }
}

/// Why a request cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum InvalidRequest {
    /// The method is not a token, or is HEAD or CONNECT, which have no body to read events from.
    Method,
    /// A header's name is not a token (RFC 9110 5.6.2).
    HeaderName,
    /// A header's value has a CR, LF or NUL.
    HeaderValue,
    /// `Content-Length` and `Transfer-Encoding` follow from the body and cannot be set.
    Framing,
    /// The last event id has a CR, LF or NUL, as no id from a stream has.
    LastEventId,
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Method => "method that is no token or has no stream for an answer",
            Self::HeaderName => "header name that is no token",
            Self::HeaderValue => "header value with CR, LF or NUL",
            Self::Framing => "header that would frame the body",
            Self::LastEventId => "last event id with CR, LF or NUL",
        })
    }
}

impl core::error::Error for InvalidRequest {}

/// Why no request was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RequestError {
    /// It cannot be sent.
    Invalid(InvalidRequest),
    /// It does not fit into the buffer.
    Full,
}

impl From<InvalidRequest> for RequestError {
    fn from(invalid: InvalidRequest) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<Full> for RequestError {
    fn from(Full: Full) -> Self {
        Self::Full
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => invalid.fmt(f),
            Self::Full => f.write_str("request larger than its buffer"),
        }
    }
}

impl core::error::Error for RequestError {}

pub(super) fn check_header(header: &Header<'_>) -> Result<(), InvalidRequest> {
    if !is_token(header.name.as_bytes()) {
        return Err(InvalidRequest::HeaderName);
    }
    if !is_value(header.value) {
        return Err(InvalidRequest::HeaderValue);
    }
    if header.is_named("content-length") || header.is_named("transfer-encoding") {
        return Err(InvalidRequest::Framing);
    }
    Ok(())
}

pub(super) fn append_header(header: &Header<'_>, out: &mut impl Buffer) -> Result<(), Full> {
    for part in [header.name.as_bytes(), b": ", header.value, b"\r\n"] {
        out.push_slice(part)?;
    }
    Ok(())
}

/// RFC 9110 5.6.2.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| is_token_byte(*byte))
}

pub(super) fn is_token_byte(byte: u8) -> bool {
    match byte {
        b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~' => true,
        _ => byte.is_ascii_alphanumeric(),
    }
}

fn is_value(value: &[u8]) -> bool {
    !value.iter().any(|b| matches!(b, b'\r' | b'\n' | 0))
}

const DEFAULT_HEADERS: [Header<'static>; 2] = [
    Header {
        name: "Accept",
        value: b"text/event-stream",
    },
    Header {
        name: "Cache-Control",
        value: b"no-cache",
    },
];

/// What is meant for one origin only.
const ORIGIN_HEADERS: [&str; 8] = [
    "host",
    "authorization",
    "proxy-authorization",
    "cookie",
    "api-key",
    "x-api-key",
    "x-goog-api-key",
    "x-auth-token",
];
