//! The parser's looks at text of any length, in one place, so that tests can count them.

#[cfg(feature = "alloc")]
use alloc::{
    string::{FromUtf8Error, String},
    vec::Vec,
};
use core::str::{Utf8Chunks, Utf8Error, from_utf8};

/// Where the first line in `input` ends: at a CR or a LF, and nothing else.
#[inline]
pub(crate) fn line_end(input: &[u8]) -> Option<usize> {
    let end = match near(input) {
        Ok(end) => Some(end),
        Err(clear) => memchr::memchr2(b'\n', b'\r', &input[clear..]).map(|end| clear + end),
    };
    work::done(end.unwrap_or(input.len()));
    end
}

/// Looks for a line end in the first few bytes, where most are, without the call that a search
/// of any length takes; or says how many bytes hold none.
#[inline]
fn near(input: &[u8]) -> Result<usize, usize> {
    let Some(bytes) = input.first_chunk() else {
        return Err(0);
    };
    // In each byte the high bit is set if it is below 14, that is CR, LF or one that text seldom has.
    let word = u128::from_le_bytes(*bytes);
    let low = !(((word | HIGH_BITS) - 14 * ONES) | word) & HIGH_BITS;
    let at = low.trailing_zeros() as usize / 8;
    match bytes.get(at) {
        Some(b'\n' | b'\r') => Ok(at),
        _ => Err(at),
    }
}

/// Where the last line feed in `input` is.
pub(crate) fn last_line_feed(input: &[u8]) -> Option<usize> {
    let last = memchr::memrchr(b'\n', input);
    work::done(input.len() - last.unwrap_or(0));
    last
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

/// The bytes as text, or unchanged if they are none.
#[cfg(feature = "alloc")]
pub(crate) fn owned_text(bytes: Vec<u8>) -> Result<String, Vec<u8>> {
    work::done(bytes.len());
    String::from_utf8(bytes).map_err(FromUtf8Error::into_bytes)
}

pub(crate) fn text_chunks(input: &[u8]) -> Utf8Chunks<'_> {
    work::done(input.len());
    input.utf8_chunks()
}

const ONES: u128 = u128::from_le_bytes([1; 16]);
const HIGH_BITS: u128 = 0x80 * ONES;

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
