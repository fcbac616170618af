//! The head of a question, as a server of event streams reads it.

use super::{
    head::{BadHead, Header, Headers, MAX_HEADERS, Version},
    url::split_query,
};

/// The head of a request.
///
/// ```
/// use sse_core::http::RequestHead;
///
/// let received = b"GET /prices?of=tea HTTP/1.1\r\nHost: h\r\nLast-Event-ID: 41\r\n\r\n";
/// let (head, len) = RequestHead::parse(received)?.expect("a whole head");
/// assert_eq!((head.method(), head.path(), head.query()), ("GET", "/prices", Some("of=tea")));
/// assert_eq!(head.last_event_id(), Some(&b"41"[..]));
/// assert_eq!(len, received.len());
/// # Ok::<(), sse_core::http::BadHead>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    method: &'a str,
    target: &'a str,
    version: Version,
    headers: Headers<'a>,
}

impl<'a> RequestHead<'a> {
    /// Reads a head and returns it with its length, or `None` if its end is yet to come.
    ///
    /// Each call starts from the first byte. Where a head may drip in, let
    /// [`HeadEnd`](super::HeadEnd) find the end first and call this once.
    ///
    /// # Errors
    /// [`BadHead`] if it is malformed or has more than [`MAX_HEADERS`] lines; such a connection
    /// cannot be used any further.
    pub fn parse(bytes: &'a [u8]) -> Result<Option<(Self, usize)>, BadHead> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(head_len) = parsed.parse(bytes)? else {
            return Ok(None);
        };
        let head = Self {
            method: parsed.method.ok_or(BadHead::Syntax)?,
            target: parsed.path.ok_or(BadHead::Syntax)?,
            version: Version::of(parsed.version)?,
            headers: Headers::of(bytes.get(..head_len).unwrap_or_default()),
        };
        Ok(Some((head, head_len)))
    }

    /// The method, in the case it was sent in.
    #[must_use]
    pub fn method(&self) -> &'a str {
        self.method
    }

    /// The request target as it was sent; see [`path`](Self::path).
    #[must_use]
    pub fn target(&self) -> &'a str {
        self.target
    }

    /// The version that the request names.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The path of the target, not percent-decoded. Of an absolute target (RFC 9112 3.2.2), what
    /// comes after the host.
    #[must_use]
    pub fn path(&self) -> &'a str {
        match split_query(self.origin_form()).0 {
            "" => "/",
            path => path,
        }
    }

    /// The query of the target without its question mark, not percent-decoded.
    #[must_use]
    pub fn query(&self) -> Option<&'a str> {
        split_query(self.origin_form()).1.strip_prefix('?')
    }

    /// The header lines, in order.
    #[must_use]
    pub fn headers(&self) -> Headers<'a> {
        self.headers
    }

    /// The value of the first header of this name; case does not matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers.first(name)
    }

    /// The id of the last event that the client has seen, if it has seen one with an id.
    #[must_use]
    pub fn last_event_id(&self) -> Option<&'a [u8]> {
        self.header("last-event-id").filter(|id| !id.is_empty())
    }

    /// The same as text, as [`Hub::subscribe`](crate::Hub::subscribe) takes it.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn last_event_id_text(&self) -> Option<alloc::borrow::Cow<'a, str>> {
        super::last_event_id_text(self.last_event_id()?)
    }

    /// What a server of event streams is asked for, by the method and the header lines.
    #[must_use]
    pub fn ask(&self) -> Ask {
        let mut hosts = self.headers.named("host");
        let one_host = hosts.next().is_some() && hosts.next().is_none();
        // RFC 9112 3.2
        if self.version == Version::Http11 && !one_host {
            return Ask::Invalid;
        }
        match self.method {
            "GET" => Ask::Stream,
            "HEAD" => Ask::Head,
            "OPTIONS" => Ask::Options,
            _ => Ask::Other,
        }
    }

    /// Whether a body follows, which a server of event streams passes over.
    #[must_use]
    pub fn has_body(&self) -> bool {
        // RFC 9112 6: these two announce it.
        self.header("transfer-encoding").is_some()
            || self.header("content-length").is_some_and(|n| n != b"0")
    }

    fn origin_form(&self) -> &'a str {
        if self.target.starts_with('/') {
            return self.target;
        }
        let after = |text: &'a str, is_end: fn(&u8) -> bool| {
            let end = text.as_bytes().iter().position(is_end);
            text.get(end.unwrap_or(text.len())..).unwrap_or_default()
        };
        let after_scheme = after(self.target, |byte| *byte == b':');
        match after_scheme.strip_prefix("://") {
            Some(authority) => after(authority, |byte| matches!(byte, b'/' | b'?')),
            None => self.target,
        }
    }
}

/// What a request to a server of event streams asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A stream: GET.
    Stream,
    /// The head of the answer alone: HEAD.
    Head,
    /// What may be asked for, or [leave to ask](super::Cors::preflight) from another origin:
    /// OPTIONS.
    Options,
    /// Something else: 405, with [`ALLOW`].
    Other,
    /// No valid request of HTTP/1.1, which names its host once: 400.
    Invalid,
}

/// The header that says which methods are answered by a server that has only streams.
pub const ALLOW: Header<'static> = Header {
    name: "allow",
    value: b"GET, HEAD, OPTIONS",
};
