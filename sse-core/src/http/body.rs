//! Where the body of an answer ends, and what of its bytes is payload.

use core::fmt;

use super::{Response, Version};

/// The body of an answer: takes its bytes as they come and lends those that are payload.
///
/// How the bytes are cut into pieces makes no difference, no byte is looked at twice, and
/// chunks, their extensions and trailers of any size cost no memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Everything up to the end of the connection.
    UntilClose,
    /// This many bytes of a body of known length.
    Length(u64),
    /// In the digits of a chunk's size.
    Size {
        size: u64,
        digits: u8,
    },
    /// In the white space after them.
    Blank {
        size: u64,
        room: u16,
    },
    Extension {
        size: u64,
        room: u16,
    },
    /// Behind the CR of the line that says the size.
    SizeCr {
        size: u64,
    },
    /// This many bytes of a chunk.
    Data(u64),
    /// Behind them.
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
            return Ok(Self {
                state: State::Finished,
            });
        }
        let mut codings = response.headers().named("transfer-encoding");
        let mut lengths = response.headers().named("content-length");
        let state = match (codings.next(), lengths.next()) {
            (None, None) => State::UntilClose,
            (Some(_), Some(_)) => return Err(BadFraming::Both),
            (Some(coding), None) => {
                let is_chunked = coding.eq_ignore_ascii_case(b"chunked");
                if !is_chunked || codings.next().is_some() || response.version() < Version::Http11 {
                    return Err(BadFraming::TransferEncoding);
                }
                State::SIZE
            }
            (None, Some(length)) => match (parse_length(length), lengths.next()) {
                (Some(length), None) => State::length(length),
                _ => return Err(BadFraming::ContentLength),
            },
        };
        Ok(Self { state })
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
                State::Length(left) => {
                    let (piece, left) = split_piece(input, left);
                    self.state = State::length(left);
                    return Ok(Some(piece));
                }
                State::Data(left) => {
                    let (piece, left) = split_piece(input, left);
                    self.state = if left > 0 {
                        State::Data(left)
                    } else {
                        State::DataEnd
                    };
                    return Ok(Some(piece));
                }
                State::Finished => return Ok(None),
                framing => self.state = framing.after(*byte).unwrap_or_else(State::Failed),
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
}

impl State {
    const SIZE: Self = Self::Size { size: 0, digits: 0 };

    fn length(left: u64) -> Self {
        if left > 0 {
            Self::Length(left)
        } else {
            Self::Finished
        }
    }

    /// Where one byte of chunk framing leads: RFC 9112 7.1.
    fn after(self, byte: u8) -> Result<Self, BadChunk> {
        match (self, byte) {
            (Self::Size { .. } | Self::Blank { .. } | Self::Extension { .. }, b'\n') => {
                Err(BadChunk::LineEnd)
            }
            (Self::Size { digits: 0, .. }, b';' | b' ' | b'\t' | b'\r') => Err(BadChunk::Size),
            (Self::Size { size, .. }, b'\r') => Ok(Self::SizeCr { size }),
            (Self::Size { size, .. }, b';') => Ok(Self::Extension {
                size,
                room: EXTENSION_LIMIT,
            }),
            (Self::Size { size, .. }, b' ' | b'\t') => Ok(Self::Blank {
                size,
                room: EXTENSION_LIMIT,
            }),
            (Self::Size { size, digits }, _) => {
                let digit = char::from(byte).to_digit(16).ok_or(BadChunk::Size)?;
                if digits == SIZE_DIGITS {
                    return Err(BadChunk::Size);
                }
                Ok(Self::Size {
                    size: size << 4 | u64::from(digit),
                    digits: digits + 1,
                })
            }

            (Self::Blank { size, .. } | Self::Extension { size, .. }, b'\r') => {
                Ok(Self::SizeCr { size })
            }
            (Self::Blank { room: 0, .. } | Self::Extension { room: 0, .. }, _) => {
                Err(BadChunk::TooLong)
            }
            (Self::Blank { size, room }, b' ' | b'\t') => Ok(Self::Blank {
                size,
                room: room - 1,
            }),
            (Self::Blank { size, room }, b';') => Ok(Self::Extension {
                size,
                room: room - 1,
            }),
            (Self::Blank { .. }, _) => Err(BadChunk::Size),
            // Quoted or not: a CR or LF is no part of an extension.
            (Self::Extension { size, room }, _) => Ok(Self::Extension {
                size,
                room: room - 1,
            }),

            (Self::SizeCr { size: 0 }, b'\n') => Ok(Self::TrailerStart),
            (Self::SizeCr { size }, b'\n') => Ok(Self::Data(size)),
            (Self::DataEnd, b'\r') => Ok(Self::DataCr),
            (Self::DataEnd, _) => Err(BadChunk::Data),
            (Self::DataCr, b'\n') => Ok(Self::SIZE),

            (Self::TrailerStart, b'\r') => Ok(Self::LastCr),
            (Self::Trailer, b'\r') => Ok(Self::TrailerCr),
            (Self::TrailerStart | Self::Trailer, b'\n') => Err(BadChunk::LineEnd),
            (Self::TrailerStart | Self::Trailer, _) => Ok(Self::Trailer),
            (Self::TrailerCr, b'\n') => Ok(Self::TrailerStart),
            (Self::LastCr, b'\n') => Ok(Self::Finished),
            (Self::SizeCr { .. } | Self::DataCr | Self::TrailerCr | Self::LastCr, _) => {
                Err(BadChunk::LineEnd)
            }

            (Self::Failed(bad), _) => Err(bad),
            (Self::UntilClose | Self::Length(_) | Self::Data(_) | Self::Finished, _) => Ok(self),
        }
    }
}

/// Why it is unknown where the body of an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum BadFraming {
    /// `Transfer-Encoding` is not exactly `chunked`, or comes with HTTP/1.0.
    TransferEncoding,
    /// `Content-Length` is not one number below 2^64.
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

/// Splits at most `left` bytes off `input`, and says how many are left after them.
fn split_piece<'a>(input: &mut &'a [u8], left: u64) -> (&'a [u8], u64) {
    let len = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
    let (piece, rest) = input.split_at(len);
    *input = rest;
    (piece, left - len as u64)
}

fn parse_length(value: &[u8]) -> Option<u64> {
    let [_, ..] = value else { return None };
    value.iter().try_fold(0_u64, |length, byte| {
        let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
        length.checked_mul(10)?.checked_add(digit.into())
    })
}

/// As many as a `u64` has, so that a size cannot overflow.
const SIZE_DIGITS: u8 = 16;

/// Bytes that may follow a size on its line.
const EXTENSION_LIMIT: u16 = 4096;
