//! Looks at text of any length, in one place, so that tests can count them.

use core::str::Utf8Error;

/// Where the first line in `input` ends: at a CR or a LF, and nothing else.
#[inline]
pub(crate) fn line_end(input: &[u8]) -> Option<usize> {
    let end = search::line_end(input);
    work::done(end.unwrap_or(input.len()));
    end
}

/// Where the first line in `input` ends, if there is no NUL in it.
#[cfg(feature = "std")]
#[inline]
pub(crate) fn line_end_without_nul(input: &[u8]) -> Option<usize> {
    if let Some(row) = input.first_chunk()
        && let Some(end) = search::near_or_nul(row)
    {
        work::done(end);
        return (row[end] != 0).then_some(end);
    }
    let end = line_end(input)?;
    match nul(&input[..end]) {
        Some(_) => None,
        None => Some(end),
    }
}

/// Whether there may be a line end in `input`: the quick question to ask of what seldom has any.
/// Without `std` none is quicker than to look for it.
#[inline]
pub(crate) fn may_end_line(input: &[u8]) -> bool {
    cfg!(not(feature = "std")) || !is_plain(input)
}

/// Whether there is nothing in `input` that can end a line, or that text seldom has.
#[inline]
pub(crate) fn is_plain(input: &[u8]) -> bool {
    work::done(input.len());
    match input.len() {
        0..8 => input.iter().all(|byte| *byte >= TEXT),
        _ => blocks_are_plain(input),
    }
}

/// The same for at least 8 bytes.
fn blocks_are_plain(input: &[u8]) -> bool {
    let Some(last) = input.last_chunk::<128>() else {
        return ends_are_plain::<64>(input)
            .or_else(|| ends_are_plain::<32>(input))
            .or_else(|| ends_are_plain::<16>(input))
            .or_else(|| ends_are_plain::<8>(input))
            .unwrap_or(false);
    };
    let (blocks, _) = input.as_chunks::<128>();
    blocks.iter().all(block_is_plain) && block_is_plain(last)
}

/// The same in so many bytes as are looked at together.
#[cfg(feature = "alloc")]
#[inline]
pub(crate) fn line_end_in_row(row: &[u8; 16]) -> Option<usize> {
    work::done(row.len());
    search::near(row)
}

/// The first byte that text is made of; CR and LF, and the tabulator, come before it.
const TEXT: u8 = b'\r' + 1;

/// For an input of at least `N` bytes, and at most twice as many: so its ends are all of it.
#[inline]
fn ends_are_plain<const N: usize>(input: &[u8]) -> Option<bool> {
    let (first, last) = (input.first_chunk::<N>()?, input.last_chunk::<N>()?);
    Some(block_is_plain(first) && (input.len() == N || block_is_plain(last)))
}

/// The least of each column decides, so that many are compared at once.
#[inline]
fn block_is_plain<const N: usize>(block: &[u8; N]) -> bool {
    let mut least = [u8::MAX; 16];
    let (rows, rest) = block.as_chunks::<16>();
    for row in rows {
        for (least, byte) in least.iter_mut().zip(row) {
            *least = (*least).min(*byte);
        }
    }
    least
        .iter()
        .chain(rest)
        .fold(true, |plain, byte| plain & (*byte >= TEXT))
}

/// Whether there is no control character of ASCII.
#[inline]
pub(crate) fn is_printable(input: &[u8]) -> bool {
    fn all<const N: usize>(row: &[u8; N]) -> bool {
        row.iter()
            .fold(true, |all, byte| all & !byte.is_ascii_control())
    }
    work::done(input.len());
    if let Some(last) = input.last_chunk::<16>() {
        let (rows, _) = input.as_chunks::<16>();
        return rows.iter().all(all) && all(last);
    }
    match (input.first_chunk::<8>(), input.last_chunk::<8>()) {
        (Some(first), Some(last)) => all(first) && all(last),
        _ => !input.iter().any(u8::is_ascii_control),
    }
}

pub(crate) fn nul(input: &[u8]) -> Option<usize> {
    if cfg!(feature = "std") && is_plain(input) {
        return None;
    }
    let nul = input.iter().position(|byte| *byte == 0);
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

/// How many bytes are text, and how many behind them are to be replaced. It looks no further.
pub(crate) fn text_chunk(input: &[u8]) -> (usize, usize) {
    let (valid, bad) = match str::from_utf8(input) {
        Ok(text) => (text.len(), 0),
        Err(e) => {
            let valid = e.valid_up_to();
            (valid, e.error_len().unwrap_or(input.len() - valid))
        }
    };
    work::done(valid + bad);
    (valid, bad)
}

#[cfg(not(feature = "std"))]
use words as search;

#[cfg(feature = "std")]
mod search {
    #[cfg(target_arch = "aarch64")]
    use memchr::arch::aarch64::neon::memchr::{Three, Two};
    #[cfg(target_arch = "x86_64")]
    use memchr::arch::x86_64::sse2::memchr::{Three, Two};

    /// Most line ends are among the first few bytes.
    #[inline]
    pub(super) fn line_end(input: &[u8]) -> Option<usize> {
        match (input.split_first_chunk(), input.last_chunk()) {
            (Some((first, rest)), Some(last)) => {
                near(first).or_else(|| far(rest, last).map(|end| ROW + end))
            }
            _ => few(input),
        }
    }

    /// Looks for both where nearly always one is: a block that has neither is known by the least
    /// of its bytes, which takes half as long. `last` may begin before `input`.
    #[inline(never)]
    fn far(input: &[u8], last: &[u8; ROW]) -> Option<usize> {
        let (blocks, rest) = input.as_chunks::<64>();
        for (number, block) in blocks.iter().enumerate() {
            if !super::block_is_plain(block)
                && let Some(end) = in_rows(block)
            {
                return Some(64 * number + end);
            }
        }
        in_rows(rest)
            .map(|end| 64 * blocks.len() + end)
            .or_else(|| near(last).map(|end| (input.len() + end).saturating_sub(ROW)))
    }

    /// Looks at what whole rows there are.
    #[inline(always)]
    fn in_rows(input: &[u8]) -> Option<usize> {
        let (rows, _) = input.as_chunks();
        let mut rows = rows.iter().enumerate();
        rows.find_map(|(number, row)| near(row).map(|end| ROW * number + end))
    }

    /// How many bytes are looked at together.
    const ROW: usize = 16;

    #[inline(never)]
    fn few(input: &[u8]) -> Option<usize> {
        match (input.first_chunk(), input.last_chunk()) {
            (Some(first), Some(last)) => {
                in_word(first).or_else(|| in_word(last).map(|end| input.len() - 8 + end))
            }
            _ => input.iter().position(|byte| matches!(byte, b'\n' | b'\r')),
        }
    }

    /// The bit that tells a byte equal to what is looked for may also be set behind the first such
    /// byte, but never before it.
    #[inline(always)]
    fn in_word(bytes: &[u8; 8]) -> Option<usize> {
        let word = u64::from_le_bytes(*bytes);
        let equal = |byte: u8| {
            let zero = word ^ (ONES * u64::from(byte));
            zero.wrapping_sub(ONES) & !zero & (0x80 * ONES)
        };
        let ends = equal(b'\n') | equal(b'\r');
        (ends != 0).then_some(ends.trailing_zeros() as usize / 8)
    }

    const ONES: u64 = u64::MAX / 0xFF;

    /// A search for what is short: in place, as a call of `memchr2` takes longer than the search.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    #[inline(always)]
    pub(super) fn near(input: &[u8; ROW]) -> Option<usize> {
        match Two::new(b'\n', b'\r') {
            Some(two) => two.find(input),
            None => memchr::memchr2(b'\n', b'\r', input),
        }
    }

    /// As [`near`], and finds NUL too.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    #[inline(always)]
    pub(super) fn near_or_nul(input: &[u8; ROW]) -> Option<usize> {
        match Three::new(b'\n', b'\r', 0) {
            Some(three) => three.find(input),
            None => memchr::memchr3(b'\n', b'\r', 0, input),
        }
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    pub(super) fn near_or_nul(input: &[u8; ROW]) -> Option<usize> {
        memchr::memchr3(b'\n', b'\r', 0, input)
    }

    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    pub(super) fn near(input: &[u8; ROW]) -> Option<usize> {
        memchr::memchr2(b'\n', b'\r', input)
    }
}

/// A search for small processors, a word at a time.
#[cfg(any(test, not(feature = "std")))]
mod words {
    #[cfg(all(feature = "alloc", not(feature = "std")))]
    pub(super) fn near(row: &[u8; 16]) -> Option<usize> {
        line_end(row)
    }

    #[inline(never)]
    pub(super) fn line_end(input: &[u8]) -> Option<usize> {
        let mut rest = input;
        loop {
            while let Some((word, more)) = rest.split_first_chunk()
                && !has_low(word)
            {
                rest = more;
            }
            for _ in 0..WORD {
                match rest {
                    [] => return None,
                    [b'\n' | b'\r', ..] => return Some(input.len() - rest.len()),
                    [_, more @ ..] => rest = more,
                }
            }
        }
    }

    /// Whether there is a byte below 14: CR, LF, or one that text seldom has.
    #[inline(always)]
    fn has_low(bytes: &[u8; WORD]) -> bool {
        let word = usize::from_ne_bytes(*bytes);
        (((word | HIGH_BITS) - 14 * ONES) | word) & HIGH_BITS != HIGH_BITS
    }

    const WORD: usize = size_of::<usize>();
    const ONES: usize = usize::MAX / 0xFF;
    const HIGH_BITS: usize = 0x80 * ONES;
}

#[cfg(not(feature = "simd-utf8"))]
mod utf8 {
    pub(super) use core::str::from_utf8 as check;
}

#[cfg(feature = "simd-utf8")]
mod utf8 {
    use core::str::{Utf8Error, from_utf8};

    #[inline]
    pub(super) fn check(input: &[u8]) -> Result<&str, Utf8Error> {
        // It would hand on what is shorter than its block.
        if input.len() < 64 {
            return from_utf8(input);
        }
        simdutf8::basic::from_utf8(input).or_else(|_| {
            // It has looked at all of it, wherever the first bad byte is.
            super::work::done(input.len());
            from_utf8(input)
        })
    }
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

#[cfg(test)]
mod tests {
    #[cfg(feature = "std")]
    use super::line_end_without_nul;
    use super::{search, words};

    #[cfg(feature = "std")]
    #[test]
    fn only_a_line_that_holds_no_nul_ends() {
        for len in 0..40 {
            for end in 0..len {
                for nul in 0..len {
                    let mut line = [b'x'; 40];
                    line[nul] = 0;
                    line[end] = b'\n';
                    let found = line_end_without_nul(&line[..len]);
                    assert_eq!(found, (end <= nul).then_some(end), "{end}, {nul} of {len}");
                }
            }
            assert_eq!(line_end_without_nul(&[b'x'; 40][..len]), None);
        }
    }

    #[test]
    fn only_cr_and_lf_end_a_line() {
        let mut line = [b'x'; 40];
        for len in 0..line.len() {
            for before in [b'x', b'\t', 0, 11, 12, 14, 0x80, 0x8A, 0x8D, 0xFF] {
                for at in 0..len {
                    line[at] = before;
                    assert_eq!(
                        search::line_end(&line[..len]),
                        None,
                        "{before} at {at} of {len}"
                    );
                    assert_eq!(
                        words::line_end(&line[..len]),
                        None,
                        "{before} at {at} of {len}"
                    );
                    for end in at + 1..len {
                        for byte in *b"\r\n" {
                            line[end] = byte;
                            let found =
                                [search::line_end, words::line_end].map(|f| f(&line[..len]));
                            assert_eq!(found, [Some(end); 2], "{before} at {at}, {byte} at {end}");
                        }
                        line[end] = b'x';
                    }
                    line[at] = b'x';
                }
            }
        }
    }
}
