//! UTF-8 decode as the Encoding Standard has it: U+FFFD for what is not UTF-8, without a heap.

#[cfg(feature = "alloc")]
use alloc::string::String;

use crate::{Buffer, Full, scan};

/// Turns the bytes in `buffer` into text: each maximal truncated sequence and each other bad byte
/// becomes one U+FFFD. On success the buffer holds valid UTF-8 of at most `limit` bytes.
///
/// A replaced sequence has at most the three bytes that U+FFFD has, so the text only ever grows:
/// once the sequences to be replaced are marked, it is rewritten from the back.
pub(crate) fn repair(buffer: &mut (impl Buffer + ?Sized), limit: usize) -> Result<(), Full> {
    let bytes = buffer.as_mut_slice();
    let (mut read, mut write, mut marks) = (0, 0, 0);
    while read < bytes.len() {
        let (valid, bad) = scan::text_chunk(&bytes[read..]);
        read += valid + bad;
        write += valid;
        if bad > 0 {
            bytes[read - 1] = MARK + bad as u8;
            marks += 1;
            write += REPLACEMENT.len();
        }
    }
    if write > limit {
        return Err(Full);
    }
    buffer.resize(write)?;
    let bytes = buffer.as_mut_slice();
    while marks > 0 {
        let last = [bytes[read - 1]];
        let (len, text) = match last[0].checked_sub(MARK) {
            None => (1, &last[..]),
            Some(bad) => {
                marks -= 1;
                (bad, REPLACEMENT)
            }
        };
        read -= usize::from(len);
        // By single bytes: three at most.
        for byte in text.iter().rev() {
            write -= 1;
            bytes[write] = *byte;
        }
    }
    Ok(())
}

/// As [`repair`], into an empty `text`.
#[cfg(feature = "alloc")]
#[cold]
pub(crate) fn repair_into<'t>(
    text: &'t mut String,
    bytes: &[u8],
    limit: usize,
) -> Result<&'t str, Full> {
    let parts = || {
        bytes.utf8_chunks().flat_map(|chunk| match chunk.invalid() {
            [] => [chunk.valid(), ""],
            _ => [chunk.valid(), "\u{FFFD}"],
        })
    };
    let len = parts().map(str::len).sum();
    if len > limit {
        return Err(Full);
    }
    text.reserve_exact(len);
    text.extend(parts());
    Ok(text)
}

const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();

/// With its length, what stands for the last byte of a sequence to be replaced: no text has such a
/// byte.
const MARK: u8 = 0xF8;

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::{Growing, SliceBuffer};
    use std::string::String;

    #[test]
    fn every_short_sequence_is_repaired_as_the_standard_library_does() {
        const BYTES: [u8; 14] = [
            b'a', 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xFF,
        ];
        for n in 0..BYTES.len().pow(4) {
            let mut rest = n;
            let mut bytes = [0; 4].map(|_: u8| {
                let byte = BYTES[rest % BYTES.len()];
                rest /= BYTES.len();
                byte
            });
            for len in 0..=bytes.len() {
                let expected = String::from_utf8_lossy(&bytes[..len]).into_owned();
                let mut buffer = Growing::from(bytes[..len].to_vec());
                assert_eq!(
                    buffer.repaired(usize::MAX),
                    Ok(&*expected),
                    "{:x?}",
                    &bytes[..len]
                );
                assert_eq!(buffer.as_text(), expected);
                let mut buffer = bytes[..len].to_vec();
                assert_eq!(
                    buffer.repaired(usize::MAX),
                    Ok(&*expected),
                    "{:x?}",
                    &bytes[..len]
                );
            }
            bytes.reverse();
        }
    }

    #[test]
    fn text_that_would_outgrow_its_memory_is_refused() {
        let mut memory = [0; 4];
        let mut buffer = SliceBuffer::new(&mut memory);
        buffer.push_slice(b"a\xFF\xFF").unwrap();
        assert_eq!(repair(&mut buffer, usize::MAX), Err(Full));
    }
}
