//! Random streams that are mostly borders: of lines, fields, characters and the input.

use super::random::Random;

/// Up to `most` pieces of streams, one after another.
pub(crate) fn stream(random: &mut Random, most: usize) -> Vec<u8> {
    (0..random.below(most + 1))
        .flat_map(|_| PIECES[random.below(PIECES.len())])
        .copied()
        .collect()
}

/// Offsets in a stream of `len` bytes, in order: none, some or many.
pub(crate) fn cuts(random: &mut Random, len: usize) -> Vec<usize> {
    let count = match random.below(4) {
        0 => 0,
        1 => 1,
        2 => random.below(6),
        _ => random.below(len + 1),
    };
    let mut cuts: Vec<_> = (0..count).map(|_| random.below(len + 1)).collect();
    cuts.sort_unstable();
    cuts
}

#[rustfmt::skip]
const PIECES: &[&[u8]] = &[
    b"data", b"data:", b"data: ", b"data: x", b"data\n", b"data:y\n\n", b"data: z\r\n\r\n",
    b"event", b"event:", b"event: ", b"event: t\n", b"event\r", b"event:\r\n",
    b"id", b"id:", b"id: ", b"id: 1\n", b"id\n", b"id: 2\0\n", b"id:3\r",
    b"retry", b"retry:", b"retry: ", b"retry: 15\n", b"retry:18446744073709551615", b"retry\n",
    b"dat", b"datas:", b"Data:", b"x", b"a: b\n", b":c\n", b": \r", b"ping",
    b":", b":", b" ", b"  ", b"\t", b"0", b"7", b"42", b"+", b"\0", b"\x0B", b"\x1C",
    b"\n", b"\n", b"\n\n", b"\n\n", b"\r", b"\r", b"\r\r", b"\r\n", b"\r\n", b"\r\n\r\n", b"\n\r",
    b"\xEF\xBB\xBF", b"\xEF", b"\xEF\xBB", b"\xBB\xBF", b"\xBF", b"\xE2\x82\xAC", b"\xE2\x82",
    b"\xF0\x9F\x8C\x8D", b"\xF0\x9F\x8C", b"\xF0\x9F", b"\xF4\x90", b"\x80", b"\xFF", b"\xC0\x8A",
    b"data: more than a row of text\n\n", b"data: more than a row of text\r\n\r\n",
    b"event: of_more_than_sixteen_bytes\n", b"id: 12345678901234567890\n", b"id: 123456789012345\0\n",
    b"sixteen bytes : ", b"more bytes than fit into a block of sixty-four, so that rows follow it",
    b"\xED\xA0\x80", b"\xC3\xA9", b"\xC3", b"\xC2\x85", b"\xE2\x80\xA8",
];
