//! The head of an answer.

use super::head::{BadHead, Headers, Version, first_line, is_text};
use crate::line::number;

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
    reason: &'a [u8],
    headers: Headers<'a>,
    body: &'a [u8],
}

impl<'a> Response<'a> {
    /// Reads a head up to its empty line, which [`HeadEnd`](super::HeadEnd) has found; the bytes
    /// after it are the body's.
    ///
    /// # Errors
    /// [`BadHead`] if it is malformed, has more than [`MAX_HEADERS`](super::MAX_HEADERS) lines or
    /// is not all there.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, BadHead> {
        let (first, lines) = first_line(bytes).ok_or(BadHead::Syntax)?;
        let (version, rest) = Version::split(first)?;
        let [b' ', rest @ ..] = rest else {
            return Err(BadHead::Syntax);
        };
        let (digits, reason) = rest.split_at_checked(3).ok_or(BadHead::Syntax)?;
        let status = number(digits).ok_or(BadHead::Syntax)?;
        let reason = match reason {
            [] => reason,
            [b' ', reason @ ..] if is_text(reason) => reason,
            _ => return Err(BadHead::Syntax),
        };
        let (headers, body) = Headers::parse(lines)?;
        Ok(Self {
            // Three digits are few.
            status: status as u16,
            version,
            reason,
            headers,
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
        let text = str::from_utf8(self.reason).ok();
        text.filter(|text| text.is_ascii()).unwrap_or_default()
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

#[cfg(all(test, feature = "std"))]
mod tests {
    use std::{string::String, vec::Vec};

    use super::{super::Header, *};

    #[test]
    fn what_is_a_head_is_one_to_httparse() {
        const PIECES: [&str; 16] = [
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.0",
            " 404",
            "\r\n",
            "\n",
            "\r",
            " ",
            "\t",
            "a",
            ":",
            "b-C: d\r\n",
            "\0",
            "\u{7f}",
            "é",
            "\"",
            "2",
        ];
        let mut heads = 0;
        for number in 0..PIECES.len().pow(4) {
            let mut text = String::new();
            let mut rest = number;
            for _ in 0..4 {
                text.push_str(PIECES[rest % PIECES.len()]);
                rest /= PIECES.len();
            }
            for start in ["", "HTTP/1.1 200 OK\r\n"] {
                let text = [start, &text, "\r\n\r\n"].concat();
                let mut headers = [httparse::EMPTY_HEADER; 16];
                let mut expected = httparse::Response::new(&mut headers);
                let accepted = expected.parse(text.as_bytes());
                let Ok(response) = Response::parse(text.as_bytes()) else {
                    assert!(!accepted.is_ok_and(|head| head.is_complete()), "{text:?}");
                    continue;
                };
                heads += 1;
                let body = text.len() - accepted.unwrap().unwrap();
                assert_eq!(response.body().len(), body, "{text:?}");
                assert_eq!(Some(response.status()), expected.code, "{text:?}");
                assert_eq!(Some(response.reason()), expected.reason, "{text:?}");
                let minor = (response.version() == Version::Http11).into();
                assert_eq!(Some(minor), expected.version, "{text:?}");
                let fields = |name, value| Header { name, value };
                let expected = expected.headers.iter();
                let expected: Vec<_> = expected.map(|h| fields(h.name, h.value)).collect();
                assert_eq!(response.headers().collect::<Vec<_>>(), expected, "{text:?}");
            }
        }
        assert!(heads > 1000, "{heads}");
    }
}
