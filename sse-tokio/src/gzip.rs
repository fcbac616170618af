//! A body that is compressed for clients that ask for it, and flushed behind each piece.

use core::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll, ready},
};
use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use futures_core::Stream;
use http::{HeaderMap, HeaderValue, Response, header};
use http_body::{Body, Frame};
use pin_project_lite::pin_project;
use sse_core::{adapter::IntoFrame, http::prefers_gzip};

use crate::EventBody;

pin_project! {
    /// An [`EventBody`] in the content coding that its client would rather have: gzip or none.
    ///
    /// ```
    /// use http::{Request, Response};
    /// use sse_tokio::{EventBody, GzipBody, Hub, LastEventId, Subscription};
    ///
    /// fn events<B>(hub: &Hub, request: &Request<B>) -> Response<GzipBody<Subscription>> {
    ///     let last = LastEventId::from_headers(request.headers());
    ///     let body = EventBody::new(hub.subscribe(last.as_deref()));
    ///     body.gzip(request.headers()).response()
    /// }
    /// ```
    ///
    /// Whatever the stream has ready is compressed as one piece and flushed, so that the client
    /// can read each event as soon as it is sent. Frames that many clients share are compressed
    /// for each of them anew: see the crate's documentation for what that costs.
    #[must_use = "a body does nothing until it is sent"]
    pub struct GzipBody<S>
    where
        S: Stream,
        S::Item: IntoFrame,
    {
        #[pin]
        body: EventBody<S>,
        encoder: Option<Encoder>,
        is_gzip: bool,
    }
}

/// What is written into it and flushed comes out as the inner bytes.
type Encoder = Box<GzEncoder<Vec<u8>>>;

impl<S: Stream<Item: IntoFrame>> EventBody<S> {
    /// The same body, compressed if the request's headers ask for it.
    pub fn gzip(self, request: &HeaderMap) -> GzipBody<S> {
        let accepted = request.get_all(header::ACCEPT_ENCODING);
        let is_gzip = prefers_gzip(accepted.iter().map(HeaderValue::as_bytes));
        GzipBody {
            body: self,
            encoder: is_gzip.then(|| Box::new(GzEncoder::new(Vec::new(), Compression::fast()))),
            is_gzip,
        }
    }
}

impl<S: Stream<Item: IntoFrame>> GzipBody<S> {
    /// Whether the body is compressed.
    #[must_use]
    pub const fn is_gzip(&self) -> bool {
        self.is_gzip
    }

    /// A response with this body, status 200, the [headers](crate::headers) of an event stream,
    /// its `content-encoding`, and `vary` for caches.
    pub fn response(self) -> Response<Self> {
        let is_gzip = self.is_gzip;
        let mut response = Response::new(self);
        let headers = response.headers_mut();
        headers.extend(crate::headers());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if is_gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

impl<S: Stream<Item: IntoFrame>> Stream for GzipBody<S> {
    type Item = Result<Bytes, <S::Item as IntoFrame>::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let piece = ready!(this.body.poll_next(cx));
        Poll::Ready(match (piece, this.encoder.as_mut()) {
            (Some(Ok(piece)), Some(encoder)) => Some(Ok(compressed(encoder, &piece))),
            (None, Some(_)) => this.encoder.take().map(|encoder| Ok(finished(*encoder))),
            (piece, _) => {
                if !matches!(piece, Some(Ok(_))) {
                    *this.encoder = None;
                }
                piece
            }
        })
    }
}

impl<S: Stream<Item: IntoFrame>> Body for GzipBody<S> {
    type Data = Bytes;
    type Error = <S::Item as IntoFrame>::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let piece = ready!(self.poll_next(cx));
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.encoder.is_none() && self.body.is_end_stream()
    }
}

impl<S: Stream<Item: IntoFrame> + fmt::Debug> fmt::Debug for GzipBody<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GzipBody")
            .field("body", &self.body)
            .field("is_gzip", &self.is_gzip)
            .finish_non_exhaustive()
    }
}

/// The piece in a form that can be decoded without what comes after it.
fn compressed(encoder: &mut Encoder, piece: &[u8]) -> Bytes {
    encoder
        .write_all(piece)
        .and_then(|()| encoder.flush())
        .expect("a `Vec` takes all that is written");
    mem::take(encoder.get_mut()).into()
}

/// The end, with its checksum.
fn finished(encoder: GzEncoder<Vec<u8>>) -> Bytes {
    let rest = encoder.finish();
    rest.expect("a `Vec` takes all that is written").into()
}
