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
    /// Splits a whole, non-empty line into its field and value. `None` for a comment and for a
    /// name without a meaning.
    ///
    /// The name goes up to the first colon, or is the whole line; one space after the colon is not
    /// part of the value.
    pub(crate) fn split(line: &[u8]) -> Option<(Self, &[u8])> {
        let (field, rest) = match line {
            [b'd', b'a', b't', b'a', rest @ ..] => (Self::Data, rest),
            [b'i', b'd', rest @ ..] => (Self::Id, rest),
            [b'e', b'v', b'e', b'n', b't', rest @ ..] => (Self::EventType, rest),
            [b'r', b'e', b't', b'r', b'y', rest @ ..] => (Self::Retry, rest),
            _ => return None,
        };
        match rest {
            [b':', b' ', value @ ..] | [b':', value @ ..] => Some((field, value)),
            [] => Some((field, rest)),
            _ => None,
        }
    }
}

/// How far the parser is in the line that the input ended in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// At the start of the stream, so many bytes into its byte order mark.
    Mark(u8),
    /// At the start of a line.
    Start,
    /// At the start of a line that CR ended; a LF that comes first belongs to that CR.
    AfterCr,
    /// In a name.
    Name(Name),
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
    /// Whether part of a line has been read and its end has not.
    pub(crate) fn is_cut(self) -> bool {
        !matches!(self, Self::Mark(0) | Self::Start | Self::AfterCr)
    }

    /// Returns how many bytes at the start of `input` are not part of any line: the LF of a CR LF,
    /// or one byte order mark at the start of the stream.
    pub(crate) fn skip_start(&mut self, input: &[u8]) -> usize {
        match (*self, input) {
            (Self::AfterCr, [first, ..]) => {
                *self = Self::Start;
                usize::from(*first == b'\n')
            }
            (Self::Mark(seen), [_, ..]) => self.skip_mark(seen, input),
            _ => 0,
        }
    }

    /// Bytes taken for a mark that turns out to be none begin a name that no field has.
    fn skip_mark(&mut self, seen: u8, input: &[u8]) -> usize {
        let wanted = &BYTE_ORDER_MARK[usize::from(seen)..];
        let mut same = 0;
        while same < wanted.len() && input.get(same) == Some(&wanted[same]) {
            same += 1;
        }
        *self = if same == wanted.len() {
            Self::Start
        } else if same == input.len() {
            Self::Mark(seen + same as u8)
        } else if seen == 0 && same == 0 {
            Self::Start
        } else {
            Self::Ignored
        };
        same
    }
}

/// The start of a name, as long as it can still become one of the known ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name {
    bytes: [u8; LONGEST_NAME],
    len: u8,
}

impl Name {
    /// The name with one more byte, unless no known name is so long.
    pub(crate) fn with(mut self, byte: u8) -> Option<Self> {
        *self.bytes.get_mut(usize::from(self.len))? = byte;
        self.len += 1;
        Some(self)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    pub(crate) fn field(self) -> Option<Field> {
        Field::split(&self.bytes[..usize::from(self.len)]).map(|(field, _)| field)
    }
}

/// Reads more digits of a `retry` value; `number` is `None` before the first. Saturates.
///
/// Returns `None` for anything but ASCII digits, which makes the field one to ignore.
pub(crate) fn read_digits(number: Option<u64>, value: &[u8]) -> Option<Option<u64>> {
    value.iter().try_fold(number, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        let shifted = number.unwrap_or(0).saturating_mul(10);
        Some(Some(shifted.saturating_add(digit)))
    })
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const LONGEST_NAME: usize = 5;
