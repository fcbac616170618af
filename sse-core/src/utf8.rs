//! UTF-8 decode as the Encoding Standard has it: U+FFFD for what is not UTF-8, without a heap.

#[cfg(feature = "alloc")]
use alloc::string::String;

use crate::{Buffer, Full, scan};

/// Turns the bytes in `buffer` into text: each maximal truncated sequence and each other bad byte
/// becomes one U+FFFD. On success the buffer holds valid UTF-8 of at most `limit` bytes.
///
/// A replaced sequence has at most the three bytes that U+FFFD has, so the text only ever grows:
/// it is rewritten from the front while the bytes still to be read stand at the back.
#[inline]
pub(crate) fn repair(buffer: &mut (impl Buffer + ?Sized), limit: usize) -> Result<(), Full> {
    match scan::text(buffer.as_slice()).is_ok() {
        true => Ok(()),
        false => replace(buffer, limit),
    }
}

#[cold]
fn replace(buffer: &mut (impl Buffer + ?Sized), limit: usize) -> Result<(), Full> {
    let len = buffer.as_slice().len();
    let grown = repaired_len(buffer.as_slice());
    if grown > limit {
        return Err(Full);
    }
    buffer.resize(grown)?;
    let bytes = buffer.as_mut_slice();
    let mut read = grown - len;
    let mut write = 0;
    // By single bytes, here and below: `memmove` would take as much flash as the rest of the parser.
    for at in (0..len).rev() {
        bytes[read + at] = bytes[at];
    }
    while read < grown {
        let (valid, bad) = scan::text_chunk(&bytes[read..]);
        for at in 0..valid {
            bytes[write + at] = bytes[read + at];
        }
        read += valid + bad;
        write += valid;
        if bad > 0 {
            bytes[write..write + REPLACEMENT.len()].copy_from_slice(REPLACEMENT);
            write += REPLACEMENT.len();
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
    let len = repaired_len(bytes);
    if len > limit {
        return Err(Full);
    }
    text.reserve_exact(len);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    Ok(text)
}

fn repaired_len(mut bytes: &[u8]) -> usize {
    let mut len = 0;
    while !bytes.is_empty() {
        let (valid, bad) = scan::text_chunk(bytes);
        bytes = &bytes[valid + bad..];
        len += valid;
        if bad > 0 {
            len += REPLACEMENT.len();
        }
    }
    len
}

const REPLACEMENT: &[u8] = "\u{FFFD}".as_bytes();

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
                    buffer.repair(usize::MAX),
                    Ok(&*expected),
                    "{:x?}",
                    &bytes[..len]
                );
                assert_eq!(buffer.as_text(), expected);
                let mut buffer = bytes[..len].to_vec();
                assert_eq!(
                    buffer.repair(usize::MAX),
                    Ok(&*expected),
                    "{:x?}",
                    &bytes[..len]
                );
            }
            bytes.reverse();
        }
    }

    #[test]
    fn text_that_would_outgrow_its_memory_is_refused_unchanged() {
        let mut memory = [0; 4];
        let mut buffer = SliceBuffer::new(&mut memory);
        buffer.push_slice(b"a\xFF\xFF").unwrap();
        assert_eq!(repair(&mut buffer, usize::MAX), Err(Full));
        assert_eq!(buffer.as_slice(), b"a\xFF\xFF");
    }
}
