//! Requests, responses and addresses that own their memory, for who keeps them.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;

use super::{Header, InvalidRequest, Request, Response, Url};

/// A [`Request`] that owns its parts, and can be sent.
///
/// ```
/// use sse_core::http::RequestBuf;
///
/// let mut request = RequestBuf::new("POST")?;
/// request.set_header("Authorization", "Bearer secret")?;
/// request.set_body(r#"{"stream":true}"#);
/// assert!(request.set_header("X", "a\r\nInjected: yes").is_err());
/// # Ok::<(), sse_core::http::InvalidRequest>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestBuf {
    method: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl RequestBuf {
    /// A request without headers and body.
    ///
    /// # Errors
    /// [`InvalidRequest::Method`].
    pub fn new(method: &str) -> Result<Self, InvalidRequest> {
        let request = Request {
            method,
            ..Request::get()
        };
        request.check()?;
        Ok(Self {
            method: method.into(),
            headers: Vec::new(),
            body: Vec::new(),
        })
    }

    /// Sets the method.
    ///
    /// # Errors
    /// [`InvalidRequest::Method`]; then it stays as it was.
    pub fn set_method(&mut self, method: &str) -> Result<(), InvalidRequest> {
        self.method = Self::new(method)?.method;
        Ok(())
    }

    /// Sets a header, in place of all of that name.
    ///
    /// # Errors
    /// What is wrong with it; see [`Request::check`].
    pub fn set_header(
        &mut self,
        name: &str,
        value: impl AsRef<[u8]>,
    ) -> Result<(), InvalidRequest> {
        let value = value.as_ref();
        let headers = [Header { name, value }];
        let request = Request {
            headers: &headers,
            ..Request::get()
        };
        request.check()?;
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.into()));
        Ok(())
    }

    /// Sets the body.
    pub fn set_body(&mut self, body: impl Into<Vec<u8>>) {
        self.body = body.into();
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Gives `to` the request, lent.
    pub fn lend<R>(&self, to: impl FnOnce(&Request<'_>) -> R) -> R {
        let lend = |(name, value)| Header { name, value };
        let parts = self.headers.iter().map(|(n, v)| (n.as_str(), v.as_slice()));
        let headers: Vec<Header<'_>> = parts.map(lend).collect();
        to(&Request {
            method: &self.method,
            headers: &headers,
            body: &self.body,
        })
    }
}

/// A response that was refused: what it takes to find out why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseBuf {
    /// Its status.
    pub status: u16,
    /// Its header fields, in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The first bytes of its body.
    pub body: Vec<u8>,
}

impl ResponseBuf {
    /// The first value of a header; case does not matter.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let (_, value) = self
            .headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        Some(value)
    }
}

impl From<Response<'_>> for ResponseBuf {
    fn from(response: Response<'_>) -> Self {
        let own = |header: Header<'_>| (header.name.into(), header.value.into());
        Self {
            status: response.status(),
            headers: response.headers().map(own).collect(),
            body: response.body().into(),
        }
    }
}

/// Where to connect: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Whether the scheme is `https`, and the connection to be made over TLS.
    pub secure: bool,
    /// A domain, an IPv4 address, or an IPv6 address without brackets.
    pub host: String,
    /// The port, the scheme's own if the address names none.
    pub port: u16,
}

impl From<Url<'_>> for Origin {
    fn from(url: Url<'_>) -> Self {
        Self {
            secure: url.is_secure(),
            host: url.host().into(),
            port: url.port(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        match self.host.contains(':') {
            true => write!(f, "{scheme}://[{}]:{}", self.host, self.port),
            false => write!(f, "{scheme}://{}:{}", self.host, self.port),
        }
    }
}

/// The value of a `Last-Event-ID` as the text it stands for; an empty one stands for none.
///
/// Clients send the id as UTF-8 (9.2.4), which is more than header values hold as text. What is
/// not UTF-8 is no id that was ever given, and stays so with U+FFFD in its place.
#[must_use]
pub fn last_event_id_text(value: &[u8]) -> Option<Cow<'_, str>> {
    (!value.is_empty()).then(|| String::from_utf8_lossy(value))
}
