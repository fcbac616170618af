//! The parser's looks at text of any length, in one place, so that tests can count them.

#[cfg(feature = "alloc")]
use alloc::{
    string::{FromUtf8Error, String},
    vec::Vec,
};
use core::str::{Utf8Chunks, Utf8Error};

/// Where the first line in `input` ends: at a CR or a LF, and nothing else.
#[inline]
pub(crate) fn line_end(input: &[u8]) -> Option<usize> {
    let end = match near(input) {
        Ok(end) => Some(end),
        Err(clear) if clear == input.len() => None,
        Err(clear) => memchr::memchr2(b'\n', b'\r', &input[clear..]).map(|end| clear + end),
    };
    work::done(end.unwrap_or(input.len()));
    end
}

/// Looks for a line end in the first few bytes, where most are, without the call that a search
/// of any length takes; or says how many bytes hold none.
#[inline]
fn near(input: &[u8]) -> Result<usize, usize> {
    let at = match input.first_chunk() {
        Some(first) => match first_low(*first) {
            8 => {
                let next = 8.min(input.len() - 8);
                next + input[next..].first_chunk().map_or(0, |it| first_low(*it))
            }
            at => at,
        },
        None => {
            let end = input.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            end.unwrap_or(input.len())
        }
    };
    match input.get(at) {
        Some(b'\n' | b'\r') => Ok(at),
        _ => Err(at),
    }
}

/// Where the first byte is that is below 14: CR, LF, or one that text seldom has.
#[inline]
fn first_low(bytes: [u8; 8]) -> usize {
    let word = u64::from_le_bytes(bytes);
    let low = !(((word | HIGH_BITS) - 14 * ONES) | word) & HIGH_BITS;
    low.trailing_zeros() as usize / 8
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
    let text = utf8::check(input);
    work::done(match text {
        Ok(_) => input.len(),
        Err(e) => e.valid_up_to(),
    });
    text
}

/// The bytes as text, or unchanged if they are none, or if to check them again is quicker than to
/// check them here.
#[cfg(feature = "alloc")]
pub(crate) fn owned_text(bytes: Vec<u8>) -> Result<String, Vec<u8>> {
    if bytes.len() >= utf8::QUICK_FROM {
        return Err(bytes);
    }
    work::done(bytes.len());
    String::from_utf8(bytes).map_err(FromUtf8Error::into_bytes)
}

pub(crate) fn text_chunks(input: &[u8]) -> Utf8Chunks<'_> {
    work::done(input.len());
    input.utf8_chunks()
}

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGH_BITS: u64 = 0x80 * ONES;

#[cfg(not(feature = "simd-utf8"))]
mod utf8 {
    pub(super) use core::str::from_utf8 as check;

    /// From what length on a check is quicker than the standard library's.
    #[cfg(feature = "alloc")]
    pub(super) const QUICK_FROM: usize = usize::MAX;
}

#[cfg(feature = "simd-utf8")]
mod utf8 {
    use core::str::{Utf8Error, from_utf8};

    #[inline]
    pub(super) fn check(input: &[u8]) -> Result<&str, Utf8Error> {
        simdutf8::basic::from_utf8(input).or_else(|_| from_utf8(input))
    }

    pub(super) const QUICK_FROM: usize = 64;
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
