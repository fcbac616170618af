//! Where the head of a message ends, and the header lines in it.

use core::fmt;

use super::is_token;

/// The most header lines a head may have. While it is parsed, each takes four words of the stack.
pub const MAX_HEADERS: usize = 64;

/// Finds the end of a head that arrives in pieces, looking at each byte once.
///
/// Lines may end in LF alone (RFC 9112 2.2). Up to four empty lines before the first one belong
/// to the head.
///
/// ```
/// use sse_core::http::HeadEnd;
///
/// let mut end = HeadEnd::new();
/// assert_eq!(end.find(b"HTTP/1.1 200 OK\r\n\r"), None);
/// assert_eq!(end.find(b"\ndata: 1\n\n"), Some(1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadEnd {
    line: Line,
    /// How many empty lines may come before the next one is the end.
    spare_lines: u8,
}

/// What the line that is being read holds so far.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Nothing,
    Cr,
    Text,
}

impl HeadEnd {
    /// Before the first byte of a head.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            line: Line::Nothing,
            spare_lines: LEADING_EMPTY_LINES,
        }
    }

    /// Takes the next bytes and returns how many of them belong to the head, if it ends in them.
    ///
    /// `None` says that all of them do and more will come. After the end it is ready for another
    /// head, such as the one after a `100 Continue`.
    #[must_use]
    pub fn find(&mut self, chunk: &[u8]) -> Option<usize> {
        for (at, &b) in chunk.iter().enumerate() {
            self.line = match (b, &self.line) {
                (b'\n', Line::Text) => Line::Nothing,
                (b'\n', Line::Nothing | Line::Cr) => {
                    let Some(spare_lines) = self.spare_lines.checked_sub(1) else {
                        *self = Self::new();
                        return Some(at + 1);
                    };
                    self.spare_lines = spare_lines;
                    Line::Nothing
                }
                (b'\r', Line::Nothing) => Line::Cr,
                _ => {
                    self.spare_lines = 0;
                    Line::Text
                }
            };
        }
        None
    }
}

impl Default for HeadEnd {
    fn default() -> Self {
        Self::new()
    }
}

/// A header field: one line of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// Its name, in any case.
    pub name: &'a str,
    /// Its value, without white space around it when it was received.
    pub value: &'a [u8],
}

impl Header<'_> {
    /// Whether it has this name; case does not matter.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.name.as_bytes().eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The header fields of a received head, in order.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    lines: &'a [u8],
}

impl<'a> Headers<'a> {
    /// Of lines that `httparse` has accepted: here they are only split again.
    pub(super) fn of(lines: &'a [u8]) -> Self {
        Self { lines }
    }

    /// Checks what follows the first line, up to and with the empty line, and returns it with what
    /// comes behind.
    pub(super) fn parse(lines: &'a [u8]) -> Result<(Self, &'a [u8]), BadHead> {
        let mut rest = lines;
        for _ in 0..MAX_HEADERS + 1 {
            let (line, behind) = split_line(rest).ok_or(BadHead::Syntax)?;
            rest = behind;
            if line.is_empty() {
                let lines = lines.split_at_checked(lines.len() - rest.len());
                let (lines, body) = lines.ok_or(BadHead::Syntax)?;
                return Ok((Self { lines }, body));
            }
            let (name, value) = split_at_byte(b':', line).ok_or(BadHead::Syntax)?;
            if !is_token(name) || !is_text(value) {
                return Err(BadHead::Syntax);
            }
        }
        Err(BadHead::TooManyHeaders)
    }

    pub(super) fn first(self, name: &str) -> Option<&'a [u8]> {
        self.named(name).next()
    }

    pub(super) fn named(self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.filter(move |header| header.is_named(name))
            .map(|header| header.value)
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        let (line, rest) = split_line(self.lines)?;
        self.lines = rest;
        let (name, value) = split_at_byte(b':', line)?;
        Some(Header {
            name: str::from_utf8(name).ok()?,
            value: trim(value),
        })
    }
}

/// The version of HTTP that a message names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Version {
    /// HTTP/1.0, which knows no chunks.
    Http10,
    /// HTTP/1.1
    Http11,
}

impl Version {
    /// Takes the version off the front.
    pub(super) fn split(text: &[u8]) -> Result<(Self, &[u8]), BadHead> {
        match text.strip_prefix(b"HTTP/1.") {
            Some([b'0', rest @ ..]) => Ok((Self::Http10, rest)),
            Some([b'1', rest @ ..]) => Ok((Self::Http11, rest)),
            _ => Err(BadHead::Version),
        }
    }
}

/// Why bytes are not the head of an HTTP/1 message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum BadHead {
    /// It does not begin with an HTTP/1.0 or HTTP/1.1 version.
    Version,
    /// A line is malformed, or continues the one before (RFC 9112 5.2).
    Syntax,
    /// It has more than [`MAX_HEADERS`] header lines.
    TooManyHeaders,
}

impl BadHead {
    /// The status to refuse such a request with.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Version => 505,
            Self::Syntax => 400,
            Self::TooManyHeaders => HEAD_TOO_LARGE,
        }
    }
}

/// The status to refuse a request with whose head is over a server's limit (RFC 6585 5).
pub const HEAD_TOO_LARGE: u16 = 431;

impl From<httparse::Error> for BadHead {
    fn from(error: httparse::Error) -> Self {
        match error {
            httparse::Error::Version => Self::Version,
            httparse::Error::TooManyHeaders => Self::TooManyHeaders,
            _ => Self::Syntax,
        }
    }
}

impl fmt::Display for BadHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "head of another protocol than HTTP/1",
            Self::Syntax => "malformed head",
            Self::TooManyHeaders => "head with too many header lines",
        })
    }
}

impl core::error::Error for BadHead {}

/// The first line that is not empty, and what follows it.
pub(super) fn first_line(mut text: &[u8]) -> Option<(&[u8], &[u8])> {
    loop {
        match split_line(text)? {
            ([], rest) => text = rest,
            split => return Some(split),
        }
    }
}

/// Splits after a LF; the line comes without LF or CRLF.
fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    match split_at_byte(b'\n', text)? {
        ([line @ .., b'\r'], rest) => Some((line, rest)),
        split => Some(split),
    }
}

/// Splits at the first of these bytes, which is in neither part.
pub(crate) fn split_at_byte(byte: u8, text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|b| *b == byte)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Whether there are no control characters but tabs (RFC 9110 5.5).
pub(crate) fn is_text(text: &[u8]) -> bool {
    !text.iter().any(|b| b.is_ascii_control() && *b != b'\t')
}

/// Drops spaces and control characters at both ends: of a value, that is the white space around it.
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    while let [0..=b' ', rest @ ..] | [rest @ .., 0..=b' '] = text {
        text = rest;
    }
    text
}

/// Empty lines that may precede the first line; the next one counts as the end of the head.
const LEADING_EMPTY_LINES: u8 = 4;
