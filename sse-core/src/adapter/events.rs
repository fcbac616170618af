//! Events out of something already open.

use alloc::boxed::Box;
use core::{
    error::Error,
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;

use super::TURN;
use crate::{Event, EventBuf, Parser, TooLarge, lent::Lent};

/// Reads the events of a stream that someone else has opened, and does not connect again.
///
/// It is also a [`Stream`] of owned events.
#[derive(Debug)]
pub struct Events<S> {
    source: S,
    parser: Parser,
    /// Where the parser is in the source's chunk.
    at: usize,
    /// The event found last.
    found: Lent,
    ended: bool,
}

/// What went wrong with a stream of events.
#[derive(Debug)]
pub enum EventsError<E> {
    /// An event was over the limit. It is skipped: the next call goes on behind it.
    TooLarge,
    /// The source failed. That is the end.
    Source(E),
}

/// Something that chunks of a stream come from.
pub trait Source {
    /// What can go wrong.
    type Error;

    /// Gets the next chunk; `false` at the end.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, Self::Error>>;

    /// The chunk got last, for as long as the next one is waited for; empty before the first.
    fn chunk(&self) -> &[u8];
}

/// A [`Source`] over a [`Stream`] of chunks.
#[derive(Debug)]
pub struct Chunks<S> {
    stream: Pin<Box<S>>,
    chunk: Bytes,
}

impl<S> Chunks<S> {
    /// The chunks of `stream`.
    pub fn new(stream: S) -> Self {
        Self {
            stream: Box::pin(stream),
            chunk: Bytes::new(),
        }
    }
}

impl<S: Source> Events<S> {
    /// The events in the chunks of `source`.
    pub fn new(source: S) -> Self {
        Self {
            source,
            parser: Parser::new(),
            at: 0,
            found: Lent::default(),
            ended: false,
        }
    }

    /// Sets the most bytes that the data, the event type and the ID of an event may each have.
    /// Default: [`DEFAULT_LIMIT`](crate::DEFAULT_LIMIT).
    #[must_use]
    pub fn with_limit(mut self, bytes: usize) -> Self {
        self.parser = self.parser.with_limit(bytes);
        self
    }

    /// The next event; `None` at the end of the stream.
    ///
    /// # Errors
    /// [`EventsError`]: [`TooLarge`](EventsError::TooLarge) may be passed over.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Result<Option<Event<'_>>, EventsError<S::Error>> {
        match poll_fn(|cx| self.poll_unread(cx)).await? {
            true => Ok(Some(self.parser.lend(self.source.chunk(), &self.found)?)),
            false => Ok(None),
        }
    }

    /// The last event ID of the stream; see [`Parser::last_event_id`].
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.parser.last_event_id()
    }

    /// The newest reconnection time that the stream has set.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.parser.retry()
    }

    /// Whether the stream has ended within an event, which is lost.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.ended && self.parser.has_unfinished()
    }

    /// Finds the next event, which is to be lent before anything else is asked for.
    fn poll_unread(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, EventsError<S::Error>>> {
        for _ in 0..TURN {
            if self.ended {
                return Poll::Ready(Ok(false));
            }
            let (chunk, at) = (self.source.chunk(), &mut self.at);
            if self.parser.find_unread(chunk, at, &mut self.found)? {
                return Poll::Ready(Ok(true));
            }
            match ready!(self.source.poll_chunk(cx)) {
                Ok(true) => self.at = 0,
                Ok(false) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    return Poll::Ready(Err(EventsError::Source(error)));
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Owned events; after an error other than [`EventsError::TooLarge`] it ends.
impl<S: Source + Unpin> Stream for Events<S> {
    type Item = Result<EventBuf, EventsError<S::Error>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        Poll::Ready(match ready!(this.poll_unread(cx)) {
            Ok(true) => {
                let event = this.parser.lend(this.source.chunk(), &this.found);
                Some(event.map(EventBuf::from).map_err(EventsError::from))
            }
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        })
    }
}

impl<S, B, E> Source for Chunks<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
{
    type Error = E;

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, E>> {
        let next = ready!(self.stream.as_mut().poll_next(cx)).transpose()?;
        let more = next.is_some();
        self.chunk = next.map(Into::into).unwrap_or_default();
        Poll::Ready(Ok(more))
    }

    fn chunk(&self) -> &[u8] {
        &self.chunk
    }
}

impl<E> From<TooLarge> for EventsError<E> {
    fn from(TooLarge: TooLarge) -> Self {
        Self::TooLarge
    }
}

impl<E> fmt::Display for EventsError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => TooLarge.fmt(f),
            Self::Source(_) => f.write_str("stream of events failed"),
        }
    }
}

impl<E: Error + 'static> Error for EventsError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::TooLarge => None,
            Self::Source(error) => Some(error),
        }
    }
}
