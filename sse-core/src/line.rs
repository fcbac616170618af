//! Bytes to lines, lines to fields (9.2.6): whole lines, and lines that the input's borders cut.

/// The fields that mean something; any other name is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Data,
    EventType,
    Id,
    Retry,
}

impl Field {
    /// The field whose name begins with this byte.
    pub(crate) fn begin(byte: u8) -> Option<Self> {
        Some(match byte {
            b'd' => Self::Data,
            b'e' => Self::EventType,
            b'i' => Self::Id,
            b'r' => Self::Retry,
            _ => return None,
        })
    }

    /// What its name has at this place, which is the colon behind it at last.
    pub(crate) fn name_at(self, at: u8) -> u8 {
        NAMES[self as usize][usize::from(at) % NAME_LEN]
    }
}

/// How far the parser is in the line that the input ended in.
// A tag of its own is quicker to test than a value of `Field` that none has, and takes more flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "std", repr(u8))]
pub(crate) enum Line {
    /// At the start of the stream, so many bytes into its byte order mark.
    Mark(u8),
    /// At the start of a line.
    Start,
    /// At the start of a line that CR ended; a LF that comes first belongs to that CR.
    AfterCr,
    /// So many bytes into a name that can still become this field's.
    Name(Field, u8),
    /// After the colon, where one space may follow that is not part of the value.
    Space(Field),
    /// In the value.
    Value(Field),
    /// In a comment.
    Comment,
    /// In a line that means nothing.
    Ignored,
}

impl Line {
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn is_start(self) -> bool {
        matches!(self, Self::Start)
    }

    /// Whether part of a line has been read and its end has not.
    pub(crate) fn is_cut(self) -> bool {
        !matches!(self, Self::Mark(0) | Self::Start | Self::AfterCr)
    }

    /// Skips what at the start of `input` is not part of any line: the LF of a CR LF, or one byte
    /// order mark at the start of the stream. Bytes taken for a mark that turns out to be none begin
    /// a name that no field has.
    #[inline]
    pub(crate) fn skip_start(&mut self, input: &[u8], at: &mut usize) {
        if let (Self::AfterCr, Some(byte)) = (*self, input.get(*at)) {
            *self = Self::Start;
            *at += usize::from(*byte == b'\n');
        }
        while let (Self::Mark(seen), Some(byte)) = (*self, input.get(*at)) {
            if BYTE_ORDER_MARK.get(usize::from(seen)) != Some(byte) {
                *self = if seen == 0 {
                    Self::Start
                } else {
                    Self::Ignored
                };
                return;
            }
            *at += 1;
            *self = if seen == 2 {
                Self::Start
            } else {
                Self::Mark(seen + 1)
            };
        }
    }
}

/// The number that a value is, if it is one: ASCII digits, and nothing else.
pub(crate) fn number(value: &[u8]) -> Option<u64> {
    match value {
        [] => None,
        _ => append_digits(0, value),
    }
}

/// The number that has these digits behind those of `number`, if all are ASCII digits. What is more
/// than a `u64` holds is `u64::MAX`.
pub(crate) fn append_digits(mut number: u64, digits: &[u8]) -> Option<u64> {
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = match number {
            TOO_MANY.. => u64::MAX,
            number => (number * 10).saturating_add(u64::from(byte - b'0')),
        };
    }
    Some(number)
}

/// From here on, any other digit is too many.
const TOO_MANY: u64 = u64::MAX / 10 + 1;

/// By field; what follows a name is its colon.
const NAMES: [[u8; NAME_LEN]; 4] = [*b"data:   ", *b"event:  ", *b"id:     ", *b"retry:  "];

const NAME_LEN: usize = 8;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
