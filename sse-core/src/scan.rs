//! The parser's looks at text of any length, in one place, so that tests can count them.

use core::str::{Utf8Chunks, Utf8Error, from_utf8};

/// Where the first line in `input` ends: at a CR or a LF, and nothing else.
pub(crate) fn line_end(input: &[u8]) -> Option<usize> {
    let end = memchr::memchr2(b'\n', b'\r', input);
    work::done(end.unwrap_or(input.len()));
    end
}

pub(crate) fn nul(input: &[u8]) -> Option<usize> {
    let nul = memchr::memchr(0, input);
    work::done(nul.unwrap_or(input.len()));
    nul
}

pub(crate) fn text(input: &[u8]) -> Result<&str, Utf8Error> {
    let text = from_utf8(input);
    work::done(match text {
        Ok(_) => input.len(),
        Err(e) => e.valid_up_to(),
    });
    text
}

pub(crate) fn text_chunks(input: &[u8]) -> Utf8Chunks<'_> {
    work::done(input.len());
    input.utf8_chunks()
}

#[cfg(not(all(test, feature = "std")))]
mod work {
    pub(super) fn done(_bytes: usize) {}
}

/// Counts the bytes looked at or copied in this thread.
#[cfg(all(test, feature = "std"))]
pub(crate) mod work {
    use core::cell::Cell;

    std::thread_local! {
        static WORK: Cell<usize> = const { Cell::new(0) };
    }

    /// Adds one for the call, too.
    pub(crate) fn done(bytes: usize) {
        WORK.set(WORK.get() + bytes + 1);
    }

    pub(crate) fn take() -> usize {
        WORK.take()
    }
}
