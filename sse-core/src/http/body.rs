//! Where the body of an answer ends, and what of its bytes is payload.

use core::fmt;

use super::{Response, Version};
use crate::line::number;

/// The body of an answer: takes its bytes as they come and lends those that are payload.
///
/// How the bytes are cut into pieces makes no difference, no byte is looked at twice, and
/// chunks, their extensions and trailers of any size cost no memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    state: State,
    /// How many bytes a size has told that are yet to come.
    left: u64,
    /// How many more bytes the line of a size may have: digits, then others.
    room: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Everything up to the end of the connection.
    UntilClose,
    /// In a body of known length.
    Length,
    /// In the digits of a chunk's size.
    Size,
    /// In the white space after them.
    Blank,
    Extension,
    /// Behind the CR of the line that says the size.
    SizeCr,
    /// In a chunk.
    Data,
    /// Behind it.
    DataEnd,
    DataCr,
    TrailerStart,
    Trailer,
    TrailerCr,
    /// Behind the CR of the empty line that ends the body.
    LastCr,
    Finished,
    Failed(BadChunk),
}

impl Body {
    /// Decides how the body of `response`, an answer to anything but HEAD and CONNECT, ends:
    /// RFC 9112 6.3.
    ///
    /// Stricter than that in what an attacker could use to make two readers see two bodies: the
    /// only transfer coding is `chunked`, named once, and a length is named once, too.
    ///
    /// # Errors
    /// [`BadFraming`]: nobody knows where this body ends, so the connection must be closed.
    pub fn of(response: &Response<'_>) -> Result<Self, BadFraming> {
        // These have no body, whatever their headers say.
        if response.is_informational() || matches!(response.status(), 204 | 304) {
            return Ok(Self::default());
        }
        let (mut coding, mut length) = (None, None);
        for header in response.headers() {
            let found = if header.is_named("transfer-encoding") {
                &mut coding
            } else if header.is_named("content-length") {
                &mut length
            } else {
                continue;
            };
            // Nothing is neither a coding nor a length.
            *found = Some(found.map_or(header.value, |_| &[]));
        }
        match (coding, length) {
            (None, None) => Ok(Self::new(State::UntilClose, 0)),
            (Some(_), Some(_)) => Err(BadFraming::Both),
            (Some(coding), None) => {
                let is_chunked = coding.eq_ignore_ascii_case(b"chunked");
                match is_chunked && response.version() == Version::Http11 {
                    true => Ok(Self::new(State::Size, 0)),
                    false => Err(BadFraming::TransferEncoding),
                }
            }
            (None, Some(length)) => match parse_length(length) {
                Some(0) => Ok(Self::default()),
                Some(length) => Ok(Self::new(State::Length, length)),
                None => Err(BadFraming::ContentLength),
            },
        }
    }

    const fn new(state: State, left: u64) -> Self {
        Self {
            state,
            left,
            room: SIZE_DIGITS,
        }
    }

    /// Takes bytes from the front of `input` up to the end of the next piece of payload, and
    /// lends that piece; it is never empty.
    ///
    /// `None` means that all of `input` was taken and more is needed, or that the body
    /// [is finished](Self::is_finished); what follows a finished body stays in `input`.
    ///
    /// # Errors
    /// [`BadChunk`], now and on every later call; `input` stays at the byte that is wrong.
    pub fn next_piece<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<&'a [u8]>, BadChunk> {
        while let [byte, rest @ ..] = *input {
            match self.state {
                State::UntilClose => return Ok(Some(core::mem::take(input))),
                State::Length | State::Data => return Ok(Some(self.split_piece(input))),
                State::Finished => return Ok(None),
                _ => self.state = self.after(*byte),
            }
            if let State::Failed(bad) = self.state {
                return Err(bad);
            }
            *input = rest;
        }
        match self.state {
            State::Failed(bad) => Err(bad),
            _ => Ok(None),
        }
    }

    /// Whether the whole body has been taken.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.state == State::Finished
    }

    /// Whether the connection may end here without anything missing.
    #[must_use]
    pub fn ends_cleanly_at_eof(&self) -> bool {
        matches!(self.state, State::Finished | State::UntilClose)
    }

    fn split_piece<'a>(&mut self, input: &mut &'a [u8]) -> &'a [u8] {
        let len = usize::try_from(self.left).unwrap_or(usize::MAX);
        let (piece, rest) = input.split_at(len.min(input.len()));
        *input = rest;
        self.left -= piece.len() as u64;
        if self.left == 0 {
            self.state = match self.state {
                State::Data => State::DataEnd,
                _ => State::Finished,
            };
        }
        piece
    }

    /// Where one byte of chunk framing leads: RFC 9112 7.1.
    fn after(&mut self, byte: u8) -> State {
        use State::*;

        match (self.state, byte) {
            (Size | Blank | Extension | TrailerStart | Trailer, b'\n') => Failed(BadChunk::LineEnd),
            (Size, b';' | b' ' | b'\t' | b'\r') if self.room == SIZE_DIGITS => {
                Failed(BadChunk::Size)
            }
            (Size | Blank | Extension, b'\r') => SizeCr,
            (Size, b';' | b' ' | b'\t') => {
                self.room = EXTENSION_LIMIT;
                if byte == b';' { Extension } else { Blank }
            }
            (Size | Blank | Extension, _) if self.room == 0 => Failed(match self.state {
                Size => BadChunk::Size,
                _ => BadChunk::TooLong,
            }),
            (Size, _) => match char::from(byte).to_digit(16) {
                Some(digit) => {
                    self.room -= 1;
                    self.left = self.left << 4 | u64::from(digit);
                    Size
                }
                None => Failed(BadChunk::Size),
            },
            (Blank | Extension, _) => {
                self.room -= 1;
                match (self.state, byte) {
                    (Blank, b' ' | b'\t') => Blank,
                    (Blank, b';') => Extension,
                    (Blank, _) => Failed(BadChunk::Size),
                    // Quoted or not: a CR or LF is no part of an extension.
                    _ => Extension,
                }
            }

            (SizeCr, b'\n') if self.left == 0 => TrailerStart,
            (SizeCr, b'\n') => Data,
            (DataEnd, b'\r') => DataCr,
            (DataEnd, _) => Failed(BadChunk::Data),
            (DataCr, b'\n') => {
                self.room = SIZE_DIGITS;
                Size
            }

            (TrailerStart, b'\r') => LastCr,
            (Trailer, b'\r') => TrailerCr,
            (TrailerStart | Trailer, _) => Trailer,
            (TrailerCr, b'\n') => TrailerStart,
            (LastCr, b'\n') => Finished,
            (SizeCr | DataCr | TrailerCr | LastCr, _) => Failed(BadChunk::LineEnd),

            (UntilClose | Length | Data | Finished | Failed(_), _) => self.state,
        }
    }
}

impl Default for Body {
    /// A body of nothing.
    fn default() -> Self {
        Self::new(State::Finished, 0)
    }
}

/// Why it is unknown where the body of an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum BadFraming {
    /// `Transfer-Encoding` is not exactly `chunked`, or comes with HTTP/1.0.
    TransferEncoding,
    /// `Content-Length` is not one number below 2^64 - 1.
    ContentLength,
    /// There are both.
    Both,
}

impl fmt::Display for BadFraming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TransferEncoding => "transfer encoding other than chunked",
            Self::ContentLength => "invalid content length",
            Self::Both => "both transfer encoding and content length",
        })
    }
}

impl core::error::Error for BadFraming {}

/// Why chunks cannot be read any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum BadChunk {
    /// A size is not 1 to 16 hexadecimal digits.
    Size,
    /// The line of a size has more than 4 KiB after its digits.
    TooLong,
    /// A line does not end in CRLF.
    LineEnd,
    /// A chunk is longer than its size says.
    Data,
}

impl fmt::Display for BadChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Size => "invalid chunk size",
            Self::TooLong => "chunk extension over 4 KiB",
            Self::LineEnd => "line of a chunked body without CRLF",
            Self::Data => "chunk longer than its size",
        })
    }
}

impl core::error::Error for BadChunk {}

fn parse_length(value: &[u8]) -> Option<u64> {
    // What saturates is more than any body has.
    number(value).filter(|length| *length < u64::MAX)
}

/// As many as a `u64` has, so that a size cannot overflow.
const SIZE_DIGITS: u16 = 16;

/// Bytes that may follow a size on its line.
const EXTENSION_LIMIT: u16 = 4096;
