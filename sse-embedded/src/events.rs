//! Events out of something already open: the body of an HTTP client's response, a serial line.

use core::fmt;

use embassy_futures::yield_now;
use embedded_io_async::Read;
use sse_core::{Event, Parser, Place, SliceBuffer, TooLarge};

use crate::Memory;

/// Reads the events of a stream that someone else has opened, and does not connect again.
///
/// ```
/// use sse_embedded::{Events, Memory};
///
/// # embassy_futures::block_on(async {
/// let mut memory = Memory::<64, 64, 16, 0>::new();
/// let mut events = Events::new(&b"data: 1\n\ndata: 2\n\ndata: cut o"[..], &mut memory);
/// assert_eq!(events.next().await?.map(|event| event.data), Some("1"));
/// assert_eq!(events.next().await?.map(|event| event.data), Some("2"));
/// assert_eq!(events.next().await?, None);
/// assert!(events.is_truncated());
/// # Ok::<(), sse_embedded::EventsError<core::convert::Infallible>>(())
/// # }).unwrap();
/// ```
///
/// The body that reqwless or edge-http hands out is such a reader. Whether the status was 200 and
/// the type `text/event-stream`, whoever sent the request has to check, and the body must not
/// still be chunked.
#[derive(Debug)]
pub struct Events<'m, R> {
    reader: R,
    parser: Parser<SliceBuffer<'m>>,
    memory: &'m mut [u8],
    filled: usize,
    /// Where the parser is in what has been read.
    at: usize,
    ended: bool,
}

/// What went wrong with a stream of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum EventsError<E> {
    /// An event was larger than its memory. It is skipped: the next call goes on behind it.
    TooLarge,
    /// The reader failed. That is the end.
    Source(E),
}

impl<'m, R: Read> Events<'m, R> {
    /// Reads from `reader`, at most `RX` bytes at a time.
    pub fn new<const RX: usize, const DATA: usize, const FIELD: usize, const URL: usize>(
        reader: R,
        memory: &'m mut Memory<RX, DATA, FIELD, URL>,
    ) -> Self {
        let (parser, memory) = memory.parser();
        Self {
            reader,
            parser,
            memory,
            filled: 0,
            at: 0,
            ended: false,
        }
    }

    /// The next event; `None` at the end of the stream.
    ///
    /// # Errors
    /// [`EventsError`]: [`TooLarge`](EventsError::TooLarge) may be passed over.
    ///
    /// # Cancel safety
    /// Dropping the future loses what the reader loses when its read is dropped; what has been
    /// read stays in `self`.
    pub async fn next(&mut self) -> Result<Option<Event<'_>>, EventsError<R::Error>> {
        let found = self.find().await?;
        let read = &self.memory[..self.filled];
        Ok(found.map(|place| self.parser.event_at(read, place)))
    }

    async fn find(&mut self) -> Result<Option<Place>, EventsError<R::Error>> {
        while !self.ended {
            let read = &self.memory[..self.filled];
            if let Some(place) = self.parser.find_event(read, &mut self.at)? {
                return Ok(Some(place));
            }
            match self.reader.read(self.memory).await {
                Ok(n) => {
                    self.filled = n.min(self.memory.len());
                    self.at = 0;
                    self.ended = n == 0;
                    // Where more is always at hand, other tasks would never run.
                    yield_now().await;
                }
                Err(error) => {
                    self.ended = true;
                    return Err(EventsError::Source(error));
                }
            }
        }
        Ok(None)
    }
}

impl<R> Events<'_, R> {
    /// The last event ID of the stream; see [`Parser::last_event_id`].
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.parser.last_event_id()
    }

    /// The newest reconnection time that the stream has set.
    #[must_use]
    pub fn retry(&self) -> Option<core::time::Duration> {
        self.parser.retry()
    }

    /// Whether the stream has ended within an event, which is lost.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.ended && self.parser.has_unfinished()
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

impl<E: core::error::Error + 'static> core::error::Error for EventsError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::TooLarge => None,
            Self::Source(error) => Some(error),
        }
    }
}
