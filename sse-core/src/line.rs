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
    const ALL: [Self; 4] = [Self::Data, Self::EventType, Self::Id, Self::Retry];

    /// How a line begins that sets the field, as most servers write it.
    const fn prefix(self) -> &'static [u8] {
        match self {
            Self::Data => b"data: ",
            Self::EventType => b"event: ",
            Self::Id => b"id: ",
            Self::Retry => b"retry: ",
        }
    }

    const fn name(self) -> &'static [u8] {
        match self.prefix() {
            [name @ .., b':', b' '] => name,
            prefix => prefix,
        }
    }

    /// Reads the name that the line at the start of `rest` begins with: the field, and where its
    /// value begins. `None` for a comment, for a name without a meaning, and if `rest` ends before
    /// the name is known to.
    #[cfg_attr(feature = "std", inline(always))]
    pub(crate) fn begin(rest: &[u8]) -> Option<(Self, usize)> {
        match rest {
            [b'd', ..] => Self::Data.begins(rest),
            [b'e', ..] => Self::EventType.begins(rest),
            [b'i', ..] => Self::Id.begins(rest),
            [b'r', ..] => Self::Retry.begins(rest),
            _ => None,
        }
    }

    /// The name goes up to the first colon, or is the whole line; one space after the colon is not
    /// part of the value.
    #[cfg_attr(feature = "std", inline(always))]
    fn begins(self, rest: &[u8]) -> Option<(Self, usize)> {
        let (prefix, name) = (self.prefix(), self.name());
        if rest.starts_with(prefix) {
            return Some((self, prefix.len()));
        }
        match rest.strip_prefix(name)? {
            [b':', ..] => Some((self, name.len() + 1)),
            [b'\n' | b'\r', ..] => Some((self, name.len())),
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
    #[inline]
    pub(crate) fn is_start(self) -> bool {
        matches!(self, Self::Start)
    }

    /// Whether part of a line has been read and its end has not.
    pub(crate) fn is_cut(self) -> bool {
        !matches!(self, Self::Mark(0) | Self::Start | Self::AfterCr)
    }

    /// Returns how many bytes at the start of `input` are not part of any line: the LF of a CR LF,
    /// or one byte order mark at the start of the stream.
    #[inline]
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

/// The start of a name that can still become a field's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    field: Field,
    len: u8,
}

impl Name {
    /// The name that begins with this byte.
    pub(crate) fn begin(byte: u8) -> Option<Self> {
        let field = Field::ALL.into_iter().find(|it| it.name()[0] == byte)?;
        Some(Self { field, len: 1 })
    }

    /// The name with one more byte.
    pub(crate) fn with(self, byte: u8) -> Option<Self> {
        let wanted = *self.field.name().get(usize::from(self.len))?;
        (byte == wanted).then_some(Self {
            len: self.len + 1,
            ..self
        })
    }

    /// The field whose name this is.
    pub(crate) fn field(self) -> Option<Field> {
        (usize::from(self.len) == self.field.name().len()).then_some(self.field)
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
