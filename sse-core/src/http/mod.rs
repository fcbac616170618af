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
//! | which coding a client would rather have | `coding.rs` |
//! | what a server writes | `answer.rs` |
//! | what pages of other origins may read | `cors.rs` |
//! | where a body ends, chunks | `body.rs` |
//!
//! Which answers to accept, which redirects to follow and when to ask again is not HTTP's
//! business and not in here.
//!
//! ```
//! use sse_core::{Buffer, SliceBuffer};
//! use sse_core::http::{Body, HeadEnd, Hop, Request, Response, Url};
//!
//! let mut memory = [0; 256];
//! let mut request = SliceBuffer::new(&mut memory);
//! let url = Url::parse("http://ticker.example/prices?of=tea")?;
//! Request::get().encode(url, Hop::default(), Some(b"41"), &mut request)?;
//! assert!(request.as_slice().starts_with(b"GET /prices?of=tea HTTP/1.1\r\nHost: ticker.example\r\n"));
//!
//! let received = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 5\n\n\r\n";
//! let head_len = HeadEnd::new().find(received).unwrap();
//! let response = Response::parse(received)?;
//! assert_eq!(response.status(), 200);
//!
//! let mut body = Body::of(&response)?;
//! let mut input = &received[head_len..];
//! assert_eq!(body.next_piece(&mut input)?, Some(&b"data: 5\n\n"[..]));
//! assert_eq!(body.next_piece(&mut input)?, None);
//! assert!(!body.is_finished());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod answer;
mod body;
mod coding;
#[cfg(feature = "alloc")]
mod cors;
mod head;
#[cfg(feature = "alloc")]
mod owned;
mod reference;
mod request;
mod request_head;
mod response;
mod url;

pub use answer::{Framing, STREAM_HEADERS, encode_answer_head, encode_refusal};
pub use body::{BadChunk, BadFraming, Body};
pub use coding::prefers_gzip;
#[cfg(feature = "alloc")]
pub use cors::Cors;
pub use head::{BadHead, HEAD_TOO_LARGE, HeadEnd, Header, Headers, MAX_HEADERS, Version};
pub(crate) use head::{is_text, split_at_byte, trim};
#[cfg(feature = "alloc")]
pub use owned::{Origin, RequestBuf, ResponseBuf, last_event_id_text};
pub use reference::{UrlError, normalize, resolve};
pub(crate) use request::is_token;
pub use request::{Hop, InvalidRequest, Request, RequestError};
pub use request_head::{ALLOW, Ask, RequestHead};
pub use response::Response;
pub use url::{InvalidUrl, Url};

use crate::{Buffer, Full};

/// Appends `n` in decimal.
fn extend_decimal(out: &mut impl Buffer, n: usize) -> Result<(), Full> {
    if n >= 10 {
        extend_decimal(out, n / 10)?;
    }
    out.push_slice(&[b'0' + (n % 10) as u8])
}
