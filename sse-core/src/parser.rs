//! The parser: input in, events out, one at a time (9.2.5, 9.2.6).

use core::time::Duration;

use crate::{
    Buffer, DEFAULT_LIMIT, Event, Growing, Input, Item, SliceBuffer, TooLarge,
    block::Block,
    lent::{Lent, LentText},
    line::Line,
    place::Found,
};

mod cut;
mod find;
#[cfg(not(feature = "std"))]
mod lean;
#[cfg(feature = "std")]
mod lines;
#[cfg(feature = "std")]
mod next;
#[cfg(feature = "std")]
mod plain;
#[cfg(feature = "std")]
mod quick;
mod raw;
#[cfg(feature = "std")]
mod whole;

/// An incremental parser of `text/event-stream`.
///
/// Feed it what arrives, however it is cut; it lends each event as soon as its last byte is there.
/// An event that lies whole in the input, with one `data` line, is lent straight out of the input;
/// without the feature `std` its data is, if no field comes behind it.
/// Only what crosses the border of two inputs, spans several `data` lines or is not UTF-8 is
/// copied, once, into the parser's buffers: `D` for the data, `F` each for event type, ID and last
/// event ID.
///
/// Every byte sequence is a valid stream; the only error is [`TooLarge`].
///
/// ```
/// use sse_core::Parser;
///
/// let mut parser = Parser::new();
/// let mut input: &[u8] = b"event: tick\nid: 7\ndata: 42\n\ndata: cut he";
///
/// let event = parser.next_event(&mut input)?.unwrap();
/// assert_eq!((event.event_type, event.data, event.last_event_id), ("tick", "42", "7"));
/// assert!(parser.next_event(&mut input)?.is_none());
/// assert!(input.is_empty());
///
/// input = b"re\n\n";
/// assert_eq!(parser.next_event(&mut input)?.unwrap().data, "cut here");
/// # Ok::<(), sse_core::TooLarge>(())
/// ```
#[derive(Debug)]
pub struct Parser<D = Growing, F = D> {
    block: Block<D, F>,
    line: Line,
    /// Whether this connection has brought an event.
    fruitful: bool,
    /// What has been read of a `retry` value, if that is anything.
    digits: u64,
    has_digits: bool,
    retry: Option<u64>,
}

#[cfg(feature = "alloc")]
impl Parser {
    /// A parser whose buffers grow, up to [`DEFAULT_LIMIT`] each.
    #[must_use]
    pub fn new() -> Self {
        Self::with_buffers(
            Growing::new(),
            Growing::new(),
            Growing::new(),
            Growing::new(),
        )
    }
}

#[cfg(feature = "alloc")]
impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl<D: Buffer, F: Buffer> Parser<D, F> {
    /// A parser over these buffers, whose capacities bound what it takes. They are emptied.
    ///
    /// An ID must fit into each of its two buffers, and beside an earlier ID of the same block,
    /// which stays in force until the new one is known to hold no NUL.
    #[must_use]
    pub fn with_buffers(data: D, event_type: F, id: F, last_event_id: F) -> Self {
        Self {
            block: Block::new(data, event_type, id, last_event_id, DEFAULT_LIMIT),
            line: Line::Mark(0),
            fruitful: false,
            digits: 0,
            has_digits: false,
            retry: None,
        }
    }

    /// Sets the most bytes that the data, the event type and the ID of an event may each have,
    /// counted as text, with the line feeds between data lines. An event over it is [`TooLarge`].
    /// The ID has a limit of its own, [`ID_LIMIT`](crate::ID_LIMIT), and the lower one counts.
    #[must_use]
    pub fn with_limit(mut self, bytes: usize) -> Self {
        self.block.set_limit(bytes);
        self
    }

    /// Takes input up to the end of the next event and lends that event.
    ///
    /// `None` means that all of `input` was taken and more is needed; otherwise `input` is left
    /// behind the event. Input of many events is read faster as a [`Chunk`](crate::Chunk).
    ///
    /// # Errors
    /// [`TooLarge`] as soon as an event outgrows a buffer or the limit. It is skipped to its end
    /// and its ID is not adopted; the next call goes on with what is left of `input`.
    #[cfg_attr(feature = "std", inline(always))]
    #[cfg_attr(not(feature = "std"), inline)]
    pub fn next_event<'a, 'i: 'a>(
        &'a mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Option<Event<'a>>, TooLarge> {
        self.next_lent(input)
    }

    /// Takes input up to the end of the next event, in whatever pieces and form it comes.
    #[cfg_attr(feature = "std", inline(never))]
    #[cfg_attr(not(feature = "std"), inline(always))]
    fn next_slowly<'a, 'i: 'a>(
        &'a mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Option<Event<'a>>, TooLarge> {
        let (bytes, mut at) = (input.rest(), 0);
        let event = match self.advance::<false>(bytes, &mut at) {
            Ok(Some(Found::Event(lent))) => self.dispatch(&lent, input).map(Some),
            Ok(Some(Found::Comment(_)) | None) => Ok(None),
            Err(TooLarge) => Err(TooLarge),
        };
        input.take(at);
        event
    }

    /// As [`next_event`](Self::next_event), and hands out comments too, each as soon as its bytes
    /// are there.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    #[inline]
    pub fn next_item<'a, 'i: 'a>(
        &'a mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Option<Item<'a>>, TooLarge> {
        let (bytes, mut at) = (input.rest(), 0);
        let item = match self.advance::<true>(bytes, &mut at) {
            Ok(Some(Found::Event(lent))) => self.dispatch(&lent, input).map(Item::Event).map(Some),
            Ok(Some(Found::Comment(part))) => Ok(Some(Item::Comment(part.of(bytes)))),
            Ok(None) => Ok(None),
            Err(TooLarge) => Err(TooLarge),
        };
        input.take(at);
        item
    }

    /// What a reconnect must send as `Last-Event-ID`: the ID of the last block, dispatched or not,
    /// that set one. Empty if none has, or if the last one set it to nothing.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.block.last_event_id()
    }

    /// Sets the last event ID, for a stream that goes on where an earlier one was left.
    ///
    /// # Errors
    /// [`TooLarge`] if it does not fit; then it is empty.
    pub fn set_last_event_id(&mut self, id: &str) -> Result<(), TooLarge> {
        self.block.set_last_event_id(id)
    }

    /// The newest valid `retry` value: the reconnection time the server asks for, of any length.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.retry_millis().map(Duration::from_millis)
    }

    pub(crate) fn retry_millis(&self) -> Option<u64> {
        self.retry
    }

    /// Whether part of a block has been read whose blank line has not. If the stream ends now,
    /// that part is lost.
    #[must_use]
    pub fn has_unfinished(&self) -> bool {
        self.line.is_cut() || !self.block.is_empty()
    }

    /// Makes ready for a new connection: drops what is half read, keeps last event ID and retry.
    pub fn restart(&mut self) {
        self.block.reset();
        self.line = Line::Mark(0);
        self.fruitful = false;
    }

    /// Whether there was an event since the last [`restart`](Self::restart).
    pub(crate) fn is_fruitful(&self) -> bool {
        self.fruitful
    }

    /// The data buffer, for other uses while no stream is being read.
    pub(crate) fn scratch(&mut self) -> &mut D {
        self.block.scratch()
    }

    /// The same, and the last event ID.
    pub(crate) fn scratch_and_id(&mut self) -> (&mut D, &str) {
        self.block.scratch_and_id()
    }

    /// What [`scratch`](Self::scratch) holds.
    pub(crate) fn scratch_bytes(&self) -> &[u8] {
        self.block.data().as_slice()
    }

    /// Ends a found event and lends it.
    #[inline]
    fn dispatch<'a, 'i: 'a>(
        &'a mut self,
        lent: &Lent,
        input: &mut impl Input<'i>,
    ) -> Result<Event<'a>, TooLarge> {
        let text = text_of(lent, input);
        self.block.dispatch(lent, text, input.rest())
    }
}

/// What is lent out of the input and is text.
#[inline]
fn text_of<'i>(lent: &Lent, input: &mut impl Input<'i>) -> LentText<'i> {
    LentText {
        event_type: lent.event_type.and_then(|it| input.text(it.range())),
        data: lent.data.and_then(|it| input.text(it.range())),
        id: lent.id.and_then(|it| input.text(it.range())),
    }
}

/// What a parser holds beside its buffers is meant to stay small, on every target.
const _: () = {
    let buffers = 4 * size_of::<SliceBuffer<'_>>();
    assert!(size_of::<Parser<SliceBuffer<'_>>>() <= buffers + 64);
};
