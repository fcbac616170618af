//! Events out of something already open: a reader, a stream of chunks.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use futures_io::AsyncRead;
pub use sse_core::adapter::{Chunks, EventsError, Source};
use sse_core::{Event, EventBuf, adapter};

/// Reads the events of a stream that someone else has opened, and does not connect again.
///
/// ```
/// # smol::block_on(async {
/// let mut events = sse_smol::Events::from_reader(&b"data: 1\n\ndata: 2\n\ndata: cut o"[..]);
/// let mut seen = Vec::new();
/// while let Some(event) = events.next().await? {
///     seen.push(event.data.to_string());
/// }
/// assert_eq!(seen, ["1", "2"]);
/// assert!(events.is_truncated());
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap()
/// ```
///
/// Whether the status was 200 and the type `text/event-stream`, whoever sent the request has to
/// check.
///
/// It is also a [`Stream`] of owned events.
#[derive(Debug)]
pub struct Events<S> {
    inner: adapter::Events<S>,
}

/// A [`Source`] over an [`AsyncRead`].
#[derive(Debug)]
pub struct Reader<R> {
    reader: Pin<Box<R>>,
    memory: Box<[u8]>,
    filled: usize,
}

impl<R: AsyncRead> Events<Reader<R>> {
    /// Reads from `reader`, 16 KiB at a time, past the buffer of one that is an `AsyncBufRead`.
    pub fn from_reader(reader: R) -> Self {
        Self::new(Reader {
            reader: Box::pin(reader),
            memory: vec![0; READ_SIZE].into(),
            filled: 0,
        })
    }
}

impl<S, B, E> Events<Chunks<S>>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
{
    /// Takes the chunks of `stream`.
    pub fn from_stream(stream: S) -> Self {
        Self::new(Chunks::new(stream))
    }
}

impl<S: Source> Events<S> {
    fn new(source: S) -> Self {
        Self {
            inner: adapter::Events::new(source),
        }
    }

    /// Sets the most bytes that the data, the event type and the ID of an event may each have.
    /// Default: [`DEFAULT_LIMIT`](sse_core::DEFAULT_LIMIT).
    #[must_use]
    pub fn with_limit(mut self, bytes: usize) -> Self {
        self.inner = self.inner.with_limit(bytes);
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
        self.inner.next().await
    }

    /// The last event ID of the stream; see [`Parser::last_event_id`](sse_core::Parser::last_event_id).
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.inner.last_event_id()
    }

    /// The newest reconnection time that the stream has set.
    #[must_use]
    pub fn retry(&self) -> Option<std::time::Duration> {
        self.inner.retry()
    }

    /// Whether the stream has ended within an event, which is lost.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.inner.is_truncated()
    }
}

/// Owned events; after an error other than [`EventsError::TooLarge`] it ends.
impl<S: Source + Unpin> Stream for Events<S> {
    type Item = Result<EventBuf, EventsError<S::Error>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.inner).poll_next(cx)
    }
}

impl<R: AsyncRead> Source for Reader<R> {
    type Error = io::Error;

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let read = ready!(self.reader.as_mut().poll_read(cx, &mut self.memory))?;
        self.filled = read.min(self.memory.len());
        Poll::Ready(Ok(self.filled > 0))
    }

    fn chunk(&self) -> &[u8] {
        &self.memory[..self.filled]
    }
}

/// How much a reader is asked for at a time.
const READ_SIZE: usize = 16 * 1024;
