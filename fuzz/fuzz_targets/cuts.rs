//! The cuts of a stream, as part of the input that a fuzzer varies.

/// Takes cuts from the end of `input`: their number is its last byte, before that are as many
/// lengths of pieces, used over and over. Returns the stream that comes before them all, and the
/// offsets to cut it at.
///
/// So a stream as it was captured is the beginning of an input.
pub(crate) fn split_off_cuts(input: &[u8]) -> (&[u8], Vec<usize>) {
    let Some((count, rest)) = input.split_last() else {
        return (input, Vec::new());
    };
    let (stream, lengths) = rest.split_at(rest.len().saturating_sub(usize::from(*count)));
    let mut cuts = Vec::new();
    if lengths.iter().any(|length| *length > 0) {
        let mut at = 0;
        for length in lengths.iter().cycle() {
            at += usize::from(*length);
            if at >= stream.len() {
                break;
            }
            cuts.push(at);
        }
    }
    (stream, cuts)
}
