//! Streams as responses of picoserve.

use embassy_futures::select::{Either, select};
use embassy_time::{Duration, Timer};
use picoserve::{
    ResponseSent,
    extract::FromRequestParts,
    io::{Read, Write},
    request::RequestParts,
    response::{
        Connection, IntoResponse, ResponseWriter, StatusCode,
        custom::{CustomBody, CustomResponse},
    },
};
use sse_core::{FellOff, KEEP_ALIVE, http::STREAM_HEADERS};

use crate::{Subscription, TooManySubscribers};

/// The `Last-Event-ID` of a request, for [`Feed::subscribe`](crate::Feed::subscribe).
///
/// ```
/// #![recursion_limit = "256"]
///
/// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
/// use picoserve::{Router, routing::{PathRouter, get}};
/// use sse_embedded::{Feed, LastEventId};
///
/// static FEED: Feed<CriticalSectionRawMutex, 16, 1024, 4> = Feed::new();
///
/// fn app() -> Router<impl PathRouter> {
///     Router::new().route(
///         "/events",
///         get(async |last: LastEventId| FEED.subscribe(last.as_bytes())),
///     )
/// }
/// ```
///
/// Of an id longer than a [`History`](crate::History) can hold, it keeps as much as makes it
/// unknown.
#[derive(Clone, Copy, Debug)]
pub struct LastEventId {
    bytes: [u8; 40],
    len: usize,
}

impl LastEventId {
    /// The id, if there is one.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        self.bytes.get(..self.len).filter(|id| !id.is_empty())
    }
}

impl<'r, State> FromRequestParts<'r, State> for LastEventId {
    type Rejection = core::convert::Infallible;

    async fn from_request_parts(
        _: &'r State,
        request: &RequestParts<'r>,
    ) -> Result<Self, Self::Rejection> {
        let header = request.headers().get("last-event-id");
        let id = header.map_or(&[][..], |value| value.as_raw());
        let mut bytes = [0; 40];
        let len = id.len().min(bytes.len());
        for (to, from) in bytes.iter_mut().zip(id) {
            *to = *from;
        }
        Ok(Self { bytes, len })
    }
}

/// The stream of a feed, with a comment after every 15 seconds of silence. It ends with the feed,
/// with the client, or when the client has fallen off; then it comes back.
impl IntoResponse for Subscription<'_> {
    async fn write_to<R: Read, W: ResponseWriter<Error = R::Error>>(
        self,
        connection: Connection<'_, R>,
        response_writer: W,
    ) -> Result<ResponseSent, W::Error> {
        CustomResponse::build(StatusCode::OK)
            .with_headers(STREAM_HEADERS)
            .with_body(self)
            .write_to(connection, response_writer)
            .await
    }
}

impl CustomBody for Subscription<'_> {
    async fn write_response_body<W: Write>(mut self, mut writer: W) -> Result<(), W::Error> {
        writer.flush().await?;
        let mut buffer = [0; GAP_LIMIT];
        loop {
            let read = self.read(&mut buffer);
            let piece = match select(read, Timer::after(KEEP_ALIVE_PERIOD)).await {
                Either::First(Ok(0) | Err(FellOff)) => return Ok(()),
                Either::First(Ok(n)) => buffer.get(..n).unwrap_or_default(),
                Either::Second(()) => KEEP_ALIVE.as_bytes(),
            };
            writer.write_all(piece).await?;
            writer.flush().await?;
        }
    }
}

/// 503: there may be room for another later.
impl IntoResponse for TooManySubscribers {
    async fn write_to<R: Read, W: ResponseWriter<Error = R::Error>>(
        self,
        connection: Connection<'_, R>,
        response_writer: W,
    ) -> Result<ResponseSent, W::Error> {
        (StatusCode::SERVICE_UNAVAILABLE, ("retry-after", "5"), "")
            .write_to(connection, response_writer)
            .await
    }
}

/// As long as a gap event may be.
const GAP_LIMIT: usize = 540;

const KEEP_ALIVE_PERIOD: Duration = Duration::from_secs(15);
