//! The head of an answer.

use super::head::{BadHead, Headers, MAX_HEADERS, Version};

/// The head of an answer, and whatever of its body lies behind it in the same memory.
///
/// ```
/// use sse_core::http::Response;
///
/// let response = Response::parse(b"HTTP/1.1 429 Slow Down\r\nRetry-After: 3\r\n\r\n{}")?;
/// assert_eq!(response.status(), 429);
/// assert_eq!(response.header("retry-after"), Some(&b"3"[..]));
/// assert_eq!(response.body(), b"{}");
/// # Ok::<(), sse_core::http::BadHead>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    status: u16,
    version: Version,
    reason: &'a str,
    headers: Headers<'a>,
    body: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads a head up to its empty line, which [`HeadEnd`](super::HeadEnd) has found; the bytes
    /// after it are the body's.
    ///
    /// # Errors
    /// [`BadHead`] if it is malformed, has more than [`MAX_HEADERS`] lines or is not all there.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, BadHead> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut parsed = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(head_len) = parsed.parse(bytes)? else {
            return Err(BadHead::Syntax);
        };
        let (head, body) = bytes.split_at_checked(head_len).ok_or(BadHead::Syntax)?;
        Ok(Self {
            status: parsed.code.ok_or(BadHead::Syntax)?,
            version: Version::of(parsed.version)?,
            reason: parsed.reason.unwrap_or_default(),
            headers: Headers::of(head),
            body,
        })
    }

    /// The status code, three digits.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The version that the answer names.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The words after the status code; empty if there are none or if they are not ASCII.
    #[must_use]
    pub fn reason(&self) -> &'a str {
        self.reason
    }

    /// Whether it is a 1xx and the answer proper follows. 101 Switching Protocols is one by its
    /// number, but nothing of HTTP follows it.
    #[must_use]
    pub fn is_informational(&self) -> bool {
        matches!(self.status, 100..=199)
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

    /// What follows the head in the parsed bytes, as it stands there: of a refused answer, often
    /// a message that says why.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body
    }
}
