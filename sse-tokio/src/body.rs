//! A response body made of frames, kept alive while there are none.

use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;
use sse_core::adapter::{IntoFrame, Pieces};

use crate::alarm::Alarm;

pin_project! {
    /// The body of a response that is an event stream.
    ///
    /// It carries the frames of a hub's [`Subscription`](crate::Subscription), or of any other
    /// stream of frames, such as the answer to one request:
    ///
    /// ```
    /// # use futures_core::Stream;
    /// use sse_tokio::{EventBody, Frame};
    ///
    /// fn answer(tokens: impl Stream<Item = Frame>) -> EventBody<impl Stream<Item = Frame>> {
    ///     EventBody::new(tokens)
    /// }
    /// ```
    ///
    /// As an [`http_body::Body`] it is what hyper and its kin send; as a `Stream` of [`Bytes`] it
    /// is what other servers take. All frames that are ready go into one piece, up to 64 KiB. It
    /// ends when the stream does, always between two events, and drops the stream then; dropping
    /// the body drops the stream as well.
    ///
    /// After 15 seconds without a frame, or up to an eighth less, it sends a comment, which clients
    /// ignore: a proxy does not take the connection for dead, and a client that went away without
    /// a word is noticed. One task of the runtime keeps the time for all its bodies.
    ///
    /// # Panics
    /// Polled outside a tokio runtime with a timer, unless it has
    /// [no keep-alive](Self::no_keep_alive).
    #[must_use = "a body does nothing until it is sent"]
    pub struct EventBody<S>
    where
        S: Stream,
        S::Item: IntoFrame,
    {
        #[pin]
        frames: Option<S>,
        alarm: Option<Alarm>,
        pieces: Pieces<<S::Item as IntoFrame>::Error>,
    }
}

impl<S: Stream<Item: IntoFrame>> EventBody<S> {
    /// A body of these frames, with a comment after every 15 seconds of silence.
    pub const fn new(frames: S) -> Self {
        Self {
            frames: Some(frames),
            alarm: None,
            pieces: Pieces::new(),
        }
    }

    /// Sends a comment each time there was no frame for this long, or for up to an eighth less:
    /// bodies that fell silent together do not all speak up together. Zero turns it off.
    pub const fn keep_alive(mut self, period: Duration) -> Self {
        self.pieces.keep_alive().set_period(period);
        self
    }

    /// What the comment says. It is empty if nothing else is asked for.
    pub fn keep_alive_text(mut self, text: &str) -> Self {
        self.pieces.keep_alive().set_text(text);
        self
    }

    /// Sends nothing of its own.
    pub const fn no_keep_alive(self) -> Self {
        self.keep_alive(Duration::ZERO)
    }

    /// A response with this body, status 200 and the [headers](crate::headers) of an event stream.
    pub fn response(self) -> Response<Self> {
        let mut response = Response::new(self);
        response.headers_mut().extend(crate::headers());
        response
    }

    fn poll_bytes(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<FrameResult<S>>> {
        let mut this = self.project();
        let Some(frames) = this.frames.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let alarm = this.alarm.get_or_insert_with(Alarm::new);
        let piece = ready!(this.pieces.poll_next(frames, alarm, cx));
        if !matches!(piece, Some(Ok(_))) {
            this.frames.set(None);
        }
        Poll::Ready(piece)
    }
}

impl<S: Stream<Item: IntoFrame>> Body for EventBody<S> {
    type Data = Bytes;
    type Error = <S::Item as IntoFrame>::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        let bytes = ready!(self.poll_bytes(cx));
        Poll::Ready(bytes.map(|bytes| bytes.map(http_body::Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_none()
    }
}

impl<S: Stream<Item: IntoFrame>> Stream for EventBody<S> {
    type Item = FrameResult<S>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_bytes(cx)
    }
}

impl<S: Stream<Item: IntoFrame> + fmt::Debug> fmt::Debug for EventBody<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventBody")
            .field("frames", &self.frames)
            .finish_non_exhaustive()
    }
}

type FrameResult<S> = Result<Bytes, <<S as Stream>::Item as IntoFrame>::Error>;
