//! The one MIME type that opens a stream (9.2.3, and Fetch's "extract a MIME type").

use crate::http::{is_token, split_at_byte, trim};

/// Whether the MIME type's essence is `text/event-stream`, parameters aside. Of several types the
/// last valid one counts, in place of what another header has said.
pub(crate) fn is_event_stream(mut value: &[u8], mut is_stream: bool) -> bool {
    while let Some(mime_type) = next_element(&mut value) {
        let essence =
            split_at_byte(b';', mime_type).map_or(mime_type, |(essence, _)| trim(essence));
        let (kind, subtype) = split_at_byte(b'/', essence).unwrap_or_default();
        if is_token(kind) && is_token(subtype) && essence != b"*/*" {
            is_stream = essence.eq_ignore_ascii_case(b"text/event-stream");
        }
    }
    is_stream
}

/// Takes the first element of what a header's value lists, without the white space around it.
pub(crate) fn next_element<'v>(list: &mut &'v [u8]) -> Option<&'v [u8]> {
    if list.is_empty() {
        return None;
    }
    let mut quoted = false;
    let is_comma = |b: &u8| {
        quoted ^= *b == b'"';
        *b == b',' && !quoted
    };
    let len = list.iter().position(is_comma).unwrap_or(list.len());
    let element = list.get(..len).unwrap_or_default();
    *list = list.get(len + 1..).unwrap_or_default();
    Some(trim(element))
}
