//! HTTP/1.1, as much of it as an event stream needs.
//!
//! Nothing here allocates, connects or waits: bytes come in as slices, go out into a
//! [`Buffer`], and what was understood borrows from them.
//!
//! | rule | file |
//! |---|---|
//! | what an address may look like, what an origin is | `url.rs` |
//! | how an address or a `Location` becomes such a [`Url`] | `reference.rs` |
//! | what a client writes | `request.rs` |
//! | where a head ends, what a header line is | `head.rs` |
//! | the head of an answer | `response.rs` |
//! | the head of a question, for servers | `request_head.rs` |
//!
//! Which answers to accept, which redirects to follow and when to ask again is not HTTP's
//! business and not in here.

mod head;
mod reference;
mod request;
mod request_head;
mod response;
mod url;

pub use head::{BadHead, HeadEnd, Header, Headers, MAX_HEADERS, Version};
pub use reference::{UrlError, normalize, resolve};
pub use request::{Hop, InvalidRequest, Request, RequestError};
pub use request_head::RequestHead;
pub use response::Response;
pub use url::{InvalidUrl, Url};

use crate::{Buffer, Full};

/// Appends `n` in decimal.
fn extend_decimal(out: &mut impl Buffer, n: usize) -> Result<(), Full> {
    if n >= 10 {
        extend_decimal(out, n / 10)?;
    }
    out.extend(&[b'0' + (n % 10) as u8])
}
