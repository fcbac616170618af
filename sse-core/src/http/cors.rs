//! What pages of other origins may read: the server's side of CORS (Fetch, 3.3).

use alloc::{borrow::Cow, string::String, vec::Vec};

use super::{Header, InvalidRequest, RequestHead, request::check_header};

/// Which pages may read the streams of a server that has another origin than they.
///
/// A browser sends the request in any case, and shows the answer to the page only if the answer
/// permits it. Where a request has a header of the page's own, such as `Authorization`, it asks
/// first (a preflight).
///
/// ```
/// use sse_core::http::{Cors, RequestHead};
///
/// let cors = Cors::origins(["https://shop.example"]).credentials(true);
/// let received = b"GET / HTTP/1.1\r\nHost: h\r\nOrigin: https://shop.example\r\n\r\n";
/// let (head, _) = RequestHead::parse(received)?.expect("a whole head");
/// let headers: Vec<_> = cors.headers(&head).map(|h| (h.name, h.value)).collect();
/// assert_eq!(headers, [
///     ("vary", &b"origin"[..]),
///     ("access-control-allow-origin", b"https://shop.example"),
///     ("access-control-allow-credentials", b"true"),
/// ]);
/// # Ok::<(), sse_core::http::BadHead>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// `None` stands for all.
    origins: Option<Vec<String>>,
    credentials: bool,
    allowed_headers: Cow<'static, str>,
}

impl Cors {
    /// Any page may read, as far as it needs no credentials.
    #[must_use]
    pub const fn any() -> Self {
        Self {
            origins: None,
            credentials: false,
            allowed_headers: Cow::Borrowed("last-event-id, cache-control"),
        }
    }

    /// The pages of these origins may read. An origin is written as a browser writes it, such as
    /// `https://shop.example` or `http://localhost:3000`, without a path.
    #[must_use]
    pub fn origins(origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            origins: Some(origins.into_iter().map(Into::into).collect()),
            ..Self::any()
        }
    }

    /// Whether they may have cookies and the like sent along (`withCredentials`). Without effect
    /// on [`any`](Self::any), with which browsers do not permit it. Default: no.
    #[must_use]
    pub const fn credentials(mut self, allowed: bool) -> Self {
        self.credentials = allowed;
        self
    }

    /// Allows one more header that a page sets itself, which is a matter for who uses `fetch` in
    /// place of a browser's `EventSource`. `Last-Event-ID` and `Cache-Control` are allowed.
    ///
    /// # Errors
    /// [`InvalidRequest::HeaderName`].
    pub fn allow_header(mut self, name: &str) -> Result<Self, InvalidRequest> {
        check_header(&Header { name, value: b"" })?;
        let allowed = self.allowed_headers.to_mut();
        allowed.push_str(", ");
        allowed.push_str(name);
        Ok(self)
    }

    /// The headers of the answer to this request, whatever its status.
    pub fn headers<'a>(
        &'a self,
        request: &RequestHead<'a>,
    ) -> impl Iterator<Item = Header<'a>> + use<'a> {
        let origin = request.header("origin");
        let (vary, allowed) = match &self.origins {
            None => (None, Some(&b"*"[..])),
            // Not for one origin alone, even without one: a cache must not mix them up.
            Some(origins) => (Some(&b"origin"[..]), origin.filter(|&o| listed(origins, o))),
        };
        let credentials = self.credentials && self.origins.is_some() && allowed.is_some();
        [
            ("vary", vary),
            ("access-control-allow-origin", allowed),
            (
                "access-control-allow-credentials",
                credentials.then_some(&b"true"[..]),
            ),
        ]
        .into_iter()
        .filter_map(|(name, value)| {
            Some(Header {
                name,
                value: value?,
            })
        })
    }

    /// The headers that answer an OPTIONS beside those, none if it is no preflight. Its status is
    /// 204.
    pub fn preflight<'a>(
        &'a self,
        request: &RequestHead<'a>,
    ) -> impl Iterator<Item = Header<'a>> + use<'a> {
        let asks = request.header("origin").is_some()
            && request.header("access-control-request-method").is_some();
        [
            ("access-control-allow-methods", &b"GET, HEAD"[..]),
            (
                "access-control-allow-headers",
                self.allowed_headers.as_bytes(),
            ),
            ("access-control-max-age", MAX_AGE),
        ]
        .into_iter()
        .filter(move |_| asks)
        .map(|(name, value)| Header { name, value })
    }
}

fn listed(origins: &[String], origin: &[u8]) -> bool {
    origins.iter().any(|listed| listed.as_bytes() == origin)
}

/// In seconds: two hours, the most that browsers take.
const MAX_AGE: &[u8] = b"7200";
