//! HTTP heads, bodies, addresses and requests: read the same however cut, written well-formed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sse_core::http::Hop;

#[path = "../cuts.rs"]
mod cuts;
mod request;
mod response;
mod url;

use cuts::split_off_cuts;

// Something to read, then cuts, then a byte for what it is.
fuzz_target!(|input: &[u8]| {
    let Some((kind, rest)) = input.split_last() else {
        return;
    };
    match kind % 4 {
        0 => {
            let (stream, cuts) = split_off_cuts(rest);
            response::check_head(stream, &cuts);
        }
        1 => {
            let (stream, cuts) = split_off_cuts(rest);
            response::check_chunks(stream, &cuts);
        }
        2 => {
            let text = String::from_utf8_lossy(rest);
            let (base, location) = text.split_once('\n').unwrap_or((&text, ""));
            url::check(base, location);
        }
        _ => {
            let hop = Hop {
                foreign: kind & 4 > 0,
                as_get: kind & 8 > 0,
            };
            request::check(rest, hop, kind & 16 > 0);
        }
    }
});
