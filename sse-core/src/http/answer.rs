//! What a server sends: the head of an answer, and the pieces of a stream behind it.

use super::{
    Header, RequestError, RequestHead, Version,
    request::{append_header, check_header},
};
use crate::{Buffer, Full, event_id::digits};

/// The headers of an answer that is an event stream, names in lower case.
///
/// The type is what makes it one. A cache must not answer in the server's place, and a proxy of
/// nginx's kind must not hold events back to fill its buffer.
pub const STREAM_HEADERS: [(&str, &str); 3] = [
    ("content-type", "text/event-stream"),
    ("cache-control", "no-cache"),
    ("x-accel-buffering", "no"),
];

/// How a client is told where a stream ends.
///
/// ```
/// use sse_core::http::{Framing, RequestHead};
///
/// let (head, _) = RequestHead::parse(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")?.expect("a whole head");
/// let framing = Framing::of(&head);
/// let mut out = Vec::new();
/// framing.encode_head(&[], &mut out)?;
/// assert!(out.starts_with(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"));
///
/// out.clear();
/// framing.encode_piece(b"data: 1\n\n", &mut out)?;
/// framing.encode_end(&mut out)?;
/// assert_eq!(out, b"9\r\ndata: 1\n\n\r\n0\r\n\r\n");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Framing {
    /// In chunks, the last of which is empty: a stream that breaks off is told from one that ends.
    Chunked,
    /// By the end of the connection, for HTTP/1.0.
    Close,
}

impl Framing {
    /// The one that whoever sent this understands.
    #[must_use]
    pub fn of(request: &RequestHead<'_>) -> Self {
        match request.version() {
            Version::Http10 => Self::Close,
            Version::Http11 => Self::Chunked,
        }
    }

    /// Appends the head of an answer that is an event stream, the last on its connection: status
    /// 200, the [`STREAM_HEADERS`] and these.
    ///
    /// # Errors
    /// [`RequestError`]; a header is refused as one of a request is. What `out` has got by then is
    /// of no use.
    pub fn encode_head(
        self,
        headers: &[Header<'_>],
        out: &mut impl Buffer,
    ) -> Result<(), RequestError> {
        let own = match self {
            Self::Chunked => &CHUNKED_HEADERS[..],
            Self::Close => &CHUNKED_HEADERS[..STREAM_HEADERS.len()],
        };
        encode_lines(200, " OK\r\n", own, headers, out)
    }

    /// Appends a piece of the stream. An empty piece is nothing.
    ///
    /// # Errors
    /// [`Full`]; what `out` has got by then is of no use.
    pub fn encode_piece(self, piece: &[u8], out: &mut impl Buffer) -> Result<(), Full> {
        match self {
            Self::Close => out.push_slice(piece),
            Self::Chunked if piece.is_empty() => Ok(()),
            Self::Chunked => {
                self.encode_piece_start(piece.len(), out)?;
                out.push_slice(piece)?;
                out.push_slice(self.piece_end())
            }
        }
    }

    /// Appends what goes before a piece of `len` bytes, at least one, that is sent from where it
    /// lies; [`piece_end`](Self::piece_end) follows it.
    ///
    /// # Errors
    /// [`Full`]; what `out` has got by then is of no use.
    pub fn encode_piece_start(self, len: usize, out: &mut impl Buffer) -> Result<(), Full> {
        match self {
            Self::Close => Ok(()),
            Self::Chunked => {
                extend_hex(out, len)?;
                out.push_slice(b"\r\n")
            }
        }
    }

    /// What goes behind a piece.
    #[must_use]
    pub const fn piece_end(self) -> &'static [u8] {
        match self {
            Self::Close => b"",
            Self::Chunked => b"\r\n",
        }
    }

    /// Appends the end of the stream. The connection is to be ended then.
    ///
    /// # Errors
    /// [`Full`]; what `out` has got by then is of no use.
    pub fn encode_end(self, out: &mut impl Buffer) -> Result<(), Full> {
        out.push_slice(self.stream_end())
    }

    /// The end of the stream.
    #[must_use]
    pub const fn stream_end(self) -> &'static [u8] {
        match self {
            Self::Close => b"",
            Self::Chunked => b"0\r\n\r\n",
        }
    }
}

/// Appends an answer that is no stream, the last on its connection: a client stops for good at
/// 204, and at any other but 200 unless its policy is to try again.
///
/// # Errors
/// [`RequestError`]; a header is refused as one of a request is. What `out` has got by then is of
/// no use.
pub fn encode_refusal(
    status: u16,
    headers: &[Header<'_>],
    body: &[u8],
    out: &mut impl Buffer,
) -> Result<(), RequestError> {
    encode_answer_head(status, headers, body.len(), out)?;
    if !matches!(status, 204 | 304) {
        out.push_slice(body)?;
    }
    Ok(())
}

/// Appends the head of an answer that is no stream, the last on its connection, and whose body of
/// this length is sent from where it lies; statuses 204 and 304 have none.
///
/// # Errors
/// As [`encode_refusal`].
pub fn encode_answer_head(
    status: u16,
    headers: &[Header<'_>],
    body_len: usize,
    out: &mut impl Buffer,
) -> Result<(), RequestError> {
    let mut memory = [0; 20];
    let length = [("content-length", digits(body_len as u64, &mut memory))];
    // RFC 9110 8.6: not with 204, nor 304, whose length would be another answer's.
    let own = match status {
        204 | 304 => &[],
        _ => &length[..],
    };
    // The words after the status may be none, but not the space before them (RFC 9112 4).
    encode_lines(status.clamp(200, 999), " \r\n", own, headers, out)
}

/// Appends a head with these headers of its own, unless others stand in their place; `reason` is
/// the rest of its first line.
fn encode_lines(
    status: u16,
    reason: &str,
    own: &[(&str, &str)],
    headers: &[Header<'_>],
    out: &mut impl Buffer,
) -> Result<(), RequestError> {
    headers.iter().try_for_each(check_header)?;
    let mut memory = [0; 20];
    let status = digits(status.into(), &mut memory);
    for part in ["HTTP/1.1 ", status, reason] {
        out.push_text(part)?;
    }
    for (name, value) in own {
        if !headers.iter().any(|header| header.is_named(name)) {
            let value = value.as_bytes();
            append_header(&Header { name, value }, out)?;
        }
    }
    for header in headers {
        append_header(header, out)?;
    }
    append_header(&CLOSE, out)?;
    Ok(out.push_slice(b"\r\n")?)
}

fn extend_hex(out: &mut impl Buffer, n: usize) -> Result<(), Full> {
    if n >= 16 {
        extend_hex(out, n / 16)?;
    }
    out.push_slice(&[b"0123456789abcdef"[n % 16]])
}

/// The headers of a stream, and at last that of one in chunks.
const CHUNKED_HEADERS: [(&str, &str); 4] = {
    let [first, second, third] = STREAM_HEADERS;
    [first, second, third, ("transfer-encoding", "chunked")]
};

const CLOSE: Header<'static> = Header {
    name: "connection",
    value: b"close",
};
