//! What a message can carry as its data, and how text of several lines becomes lines of one field.

use core::fmt;

use crate::scan;

/// What a [`Message`](crate::Message) can carry as its data.
///
/// Implemented for `&str`, for [`Displayed`] and, with the feature `serde`, for `Json`; messages
/// are made with the constructors named after them.
pub trait Data {
    /// Writes the data as plain text, in any number of pieces.
    ///
    /// # Errors
    /// What `out` or the data itself fails with.
    fn write_to(&self, out: &mut impl fmt::Write) -> fmt::Result;

    /// The data as text, if it is that already.
    fn text(&self) -> Option<&str> {
        None
    }
}

impl Data for &str {
    #[inline]
    fn write_to(&self, out: &mut impl fmt::Write) -> fmt::Result {
        out.write_str(self)
    }

    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

/// Data that is formatted while the message is written.
///
/// Made by [`Message::display`](crate::Message::display).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Displayed<T>(pub(crate) T);

impl<T: fmt::Display> Data for Displayed<T> {
    fn write_to(&self, out: &mut impl fmt::Write) -> fmt::Result {
        write!(out, "{}", self.0)
    }
}

/// Starts a new line of the field wherever the text written to it has a line end.
///
/// A receiver ends lines at CR, LF and CRLF alike (9.2.5), so all three are line ends here too,
/// also a CRLF whose halves come in two pieces.
pub(crate) struct Lines<'w, W: ?Sized> {
    out: &'w mut W,
    next_line: &'static str,
    after_cr: bool,
}

impl<'w, W: ?Sized> Lines<'w, W> {
    /// `next_line` is the line end and the field name, colon and space that go before more text.
    pub(crate) fn new(out: &'w mut W, next_line: &'static str) -> Self {
        Self {
            out,
            next_line,
            after_cr: false,
        }
    }
}

impl<W: fmt::Write + ?Sized> fmt::Write for Lines<'_, W> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.after_cr || scan::may_end_line(text.as_bytes()) {
            return self.write_lines(text);
        }
        self.out.write_str(text)
    }
}

impl<W: fmt::Write + ?Sized> Lines<'_, W> {
    #[inline(never)]
    fn write_lines(&mut self, mut text: &str) -> fmt::Result {
        while !text.is_empty() {
            if self.after_cr {
                self.after_cr = false;
                if let Some(after_lf) = text.strip_prefix('\n') {
                    text = after_lf;
                    continue;
                }
            }
            let end = scan::line_end(text.as_bytes()).unwrap_or(text.len());
            let (line, rest) = text.split_at_checked(end).unwrap_or_default();
            self.out.write_str(line)?;
            if rest.is_empty() {
                break;
            }
            self.out.write_str(self.next_line)?;
            self.after_cr = rest.starts_with('\r');
            text = rest.get(1..).unwrap_or_default();
        }
        Ok(())
    }
}
