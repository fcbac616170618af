//! The head of a question, as a server of event streams reads it.

use super::{
    head::{BadHead, Header, Headers, MAX_HEADERS, Version},
    request::is_token_byte,
    url::{split_query, split_text_before},
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
        match Self::parse_whole(bytes) {
            Ok(whole) => Ok(Some(whole)),
            Err(bad) => bad.map_or(Ok(None), Err),
        }
    }

    /// As [`parse`](Self::parse); an error of nothing in particular says that more is to come.
    fn parse_whole(bytes: &'a [u8]) -> Result<(Self, usize), Option<BadHead>> {
        let mut rest = bytes;
        while let [b'\r' | b'\n', ..] = rest {
            rest = after_line_end(rest)?;
        }
        let (method, rest) = word(rest, is_token_byte)?;
        let (target, rest) = word(rest, |byte| byte > b' ' && byte != 0x7F)?;
        if b"HTTP/1.".starts_with(rest) {
            return Err(None);
        }
        let (version, rest) = Version::split(rest)?;
        let lines = after_line_end(rest)?;
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let parsed = httparse::parse_headers(lines, &mut headers).map_err(BadHead::from)?;
        let httparse::Status::Complete((len, _)) = parsed else {
            return Err(None);
        };
        let head = Self {
            method,
            target,
            version,
            headers: Headers::of(lines.get(..len).unwrap_or_default()),
        };
        Ok((head, bytes.len() - lines.len() + len))
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
        let (_scheme, rest) = split_text_before(self.target, b":");
        match rest.strip_prefix("://") {
            Some(rest) => split_text_before(rest, b"/?").1,
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

/// Takes a text of such bytes, at least one, and the space behind it.
fn word(text: &[u8], is_part: fn(u8) -> bool) -> Result<(&str, &[u8]), Option<BadHead>> {
    let end = text.iter().position(|byte| !is_part(*byte)).ok_or(None)?;
    if let Some((word @ [_, ..], [b' ', rest @ ..])) = text.split_at_checked(end)
        && let Ok(word) = str::from_utf8(word)
    {
        return Ok((word, rest));
    }
    Err(Some(BadHead::Syntax))
}

fn after_line_end(text: &[u8]) -> Result<&[u8], Option<BadHead>> {
    match text {
        [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] => Ok(rest),
        [] | [b'\r'] => Err(None),
        _ => Err(Some(BadHead::Syntax)),
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn what_is_a_head_is_one_to_httparse() {
        const PIECES: [&[u8]; 18] = [
            b"GET / HTTP/1.1\r\n",
            b"GET",
            b"POST ",
            b"/\xC3\xA9?a=b",
            b"HTTP/1.",
            b"0",
            b"1",
            b"HT",
            b" ",
            b"\t",
            b"\r\n",
            b"\n",
            b"\r",
            b"Host: h\r\n",
            b":",
            b"\0",
            b"\x7F",
            b"\xC3",
        ];
        let mut heads = 0;
        for number in 0..PIECES.len().pow(4) {
            let mut pieces = [&[][..]; 4];
            let mut rest = number;
            for piece in &mut pieces {
                *piece = PIECES[rest % PIECES.len()];
                rest /= PIECES.len();
            }
            let pieces = pieces.concat();
            for (start, end) in [
                ("", ""),
                ("", "\r\n\r\n"),
                ("GET ", " HTTP/1.0\n\n"),
                ("GET / HT", "\n\n"),
                ("\n\r\nGET / HTTP/1.1\r\n", "\r\n\r\n"),
            ] {
                let text = [start.as_bytes(), &pieces, end.as_bytes()].concat();
                let shown = text.escape_ascii();
                let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
                let mut expected = httparse::Request::new(&mut headers);
                let expected_len = match expected.parse(&text) {
                    Ok(httparse::Status::Complete(len)) => Ok(Some(len)),
                    Ok(httparse::Status::Partial) => Ok(None),
                    Err(error) => Err(BadHead::from(error)),
                };
                let parsed = RequestHead::parse(&text);
                let len = parsed.map(|whole| whole.map(|(_, len)| len));
                assert_eq!(len, expected_len, "{shown}");
                let Ok(Some((head, _))) = parsed else {
                    continue;
                };
                heads += 1;
                assert_eq!(Some(head.method()), expected.method, "{shown}");
                assert_eq!(Some(head.target()), expected.path, "{shown}");
                let minor = (head.version() == Version::Http11).into();
                assert_eq!(Some(minor), expected.version, "{shown}");
                let fields = |name, value| Header { name, value };
                let expected = expected.headers.iter();
                let expected: Vec<_> = expected.map(|h| fields(h.name, h.value)).collect();
                assert_eq!(head.headers().collect::<Vec<_>>(), expected, "{shown}");
            }
        }
        assert!(heads > 1000, "{heads}");
    }
}
