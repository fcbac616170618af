//! The one MIME type that opens a stream (9.2.3, and Fetch's "extract a MIME type").

use crate::http::is_token;

/// Whether the MIME type's essence is `text/event-stream`, parameters aside. Of several types the
/// last valid one counts.
pub(crate) fn is_event_stream<'h>(values: impl Iterator<Item = &'h [u8]>) -> bool {
    let mut found = false;
    for value in values {
        let mut quoted = false;
        let types = value.split(|&b| {
            quoted ^= b == b'"';
            b == b',' && !quoted
        });
        for mime_type in types {
            let essence = mime_type.split(|&b| b == b';').next().unwrap_or_default();
            let essence = essence.trim_ascii();
            let mut parts = essence.split(|&b| b == b'/');
            let valid = parts.by_ref().take(2).filter(|part| is_token(part)).count() == 2;
            if valid && parts.next().is_none() && essence != b"*/*" {
                found = essence.eq_ignore_ascii_case(b"text/event-stream");
            }
        }
    }
    found
}
