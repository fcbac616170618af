//! The one MIME type that opens a stream (9.2.3, and Fetch's "extract a MIME type").

use crate::http::{is_token, trim};

/// Whether the MIME type's essence is `text/event-stream`, parameters aside; `None` if this is no
/// type. Of several types the last valid one counts.
pub(crate) fn is_event_stream(value: &[u8]) -> Option<bool> {
    let mut found = None;
    let mut quoted = false;
    let types = value.split(|&b| {
        quoted ^= b == b'"';
        b == b',' && !quoted
    });
    for mime_type in types {
        let essence = mime_type.split(|&b| b == b';').next().unwrap_or_default();
        let essence = trim(essence);
        let slash = essence.iter().position(|&b| b == b'/');
        let Some((kind, subtype)) = slash.and_then(|at| essence.split_at_checked(at)) else {
            continue;
        };
        if is_token(kind) && is_token(&subtype[1..]) && essence != b"*/*" {
            found = Some(essence.eq_ignore_ascii_case(b"text/event-stream"));
        }
    }
    found
}
