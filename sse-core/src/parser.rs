//! The parser: input in, events out, one at a time (9.2.5, 9.2.6).

use core::time::Duration;

use crate::{
    Buffer, DEFAULT_LIMIT, Event, Growing, Item, ItemPlace, Place, RawEvent, TooLarge,
    block::{Block, LentText, Span},
    line::{Field, Line, Name, read_digits},
    place::Found,
    scan,
    utf8::repaired,
};

/// An incremental parser of `text/event-stream`.
///
/// Feed it what arrives, however it is cut; it lends each event as soon as its last byte is there.
/// An event that lies whole in the input, with one `data` line, is lent straight out of the input.
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
    last_event_id: F,
    line: Line,
    /// Whether this connection has brought an event.
    fruitful: bool,
    /// What has been read of a cut `retry` value.
    digits: Option<u64>,
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
    pub fn with_buffers(data: D, event_type: F, id: F, mut last_event_id: F) -> Self {
        last_event_id.clear();
        Self {
            block: Block::new(data, event_type, id, &last_event_id, DEFAULT_LIMIT),
            last_event_id,
            line: Line::Mark(0),
            fruitful: false,
            digits: None,
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
    /// behind the event.
    ///
    /// # Errors
    /// [`TooLarge`] as soon as an event outgrows a buffer or the limit. It is skipped to its end
    /// and its ID is not adopted; the next call goes on with what is left of `input`.
    pub fn next_event<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Event<'a>>, TooLarge> {
        let whole = *input;
        match self.take::<false>(input)? {
            Some(Found::Event) => {
                let text = self.accept(whole)?;
                Ok(Some(self.event(text)))
            }
            Some(Found::Comment(_)) | None => Ok(None),
        }
    }

    /// As [`next_event`](Self::next_event), without a check that type and data are UTF-8: for who
    /// reads JSON from bytes, or passes them on.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    pub fn next_raw<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<RawEvent<'a>>, TooLarge> {
        let whole = *input;
        match self.take::<false>(input)? {
            Some(Found::Event) => {
                self.dispatch(whole)?;
                Ok(Some(self.raw_event(whole)))
            }
            Some(Found::Comment(_)) | None => Ok(None),
        }
    }

    /// As [`next_event`](Self::next_event), and hands out comments too, each as soon as its bytes
    /// are there.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    pub fn next_item<'a, 'i: 'a>(
        &'a mut self,
        input: &mut &'i [u8],
    ) -> Result<Option<Item<'a>>, TooLarge> {
        let whole = *input;
        match self.take::<true>(input)? {
            Some(Found::Event) => {
                let text = self.accept(whole)?;
                Ok(Some(Item::Event(self.event(text))))
            }
            Some(Found::Comment(part)) => Ok(Some(Item::Comment(part.of(whole)))),
            None => Ok(None),
        }
    }

    /// Finds the next event in `input` from `at` on, without lending it, and moves `at` behind it;
    /// [`event_at`](Self::event_at) lends it. For a loop that must not hold a borrow.
    ///
    /// `None` means that all of `input` was taken and more is needed. The place is good until the
    /// next call that takes `&mut self`.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    pub fn find_event(&mut self, input: &[u8], at: &mut usize) -> Result<Option<Place>, TooLarge> {
        match self.advance::<false>(input, at)? {
            Some(Found::Event) => {
                self.accept(input)?;
                Ok(Some(Place(self.block.lent())))
            }
            Some(Found::Comment(_)) | None => Ok(None),
        }
    }

    /// As [`find_event`](Self::find_event), and finds comments too.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    pub fn find_item(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<ItemPlace>, TooLarge> {
        match self.advance::<true>(input, at)? {
            Some(Found::Event) => {
                self.accept(input)?;
                Ok(Some(ItemPlace::Event(Place(self.block.lent()))))
            }
            Some(Found::Comment(place)) => Ok(Some(ItemPlace::Comment(place))),
            None => Ok(None),
        }
    }

    /// Lends the event found at `place` in the same `input`.
    #[must_use]
    pub fn event_at<'a>(&'a self, input: &'a [u8], place: Place) -> Event<'a> {
        self.event(place.0.text(input))
    }

    /// What a reconnect must send as `Last-Event-ID`: the ID of the last block, dispatched or not,
    /// that set one. Empty if none has, or if the last one set it to nothing.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        repaired(self.last_event_id.as_slice())
    }

    /// Sets the last event ID, for a stream that goes on where an earlier one was left.
    ///
    /// # Errors
    /// [`TooLarge`] if it does not fit; then it is empty.
    pub fn set_last_event_id(&mut self, id: &str) -> Result<(), TooLarge> {
        self.last_event_id.clear();
        if id.len() > self.block.id_limit() {
            return Err(TooLarge);
        }
        self.last_event_id
            .push_slice(id.as_bytes())
            .map_err(|_| TooLarge)
    }

    /// The newest valid `retry` value: the reconnection time the server asks for, of any length.
    #[must_use]
    pub fn retry(&self) -> Option<Duration> {
        self.retry.map(Duration::from_millis)
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

    fn take<const COMMENTS: bool>(&mut self, input: &mut &[u8]) -> Result<Option<Found>, TooLarge> {
        let mut at = 0;
        let found = self.advance::<COMMENTS>(input, &mut at);
        *input = &input[at..];
        found
    }

    /// Reads `input` from `at` up to the next thing to hand out.
    fn advance<const COMMENTS: bool>(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<Found>, TooLarge> {
        self.block.clear_done();
        *at += self.line.skip_start(&input[*at..]);
        if self.line.is_cut() {
            let found = self.resume_line::<COMMENTS>(input, at)?;
            if found.is_some() || self.line.is_cut() {
                return Ok(found);
            }
        }
        while let Some(first) = input.get(*at) {
            if matches!(first, b'\n' | b'\r') {
                *at = self.step_over_line_end(input, *at);
                if self.block.has_data() {
                    self.fruitful = true;
                    return Ok(Some(Found::Event));
                }
                self.dispatch(input)?;
                self.block.clear_done();
                continue;
            }
            let Some(len) = scan::line_end(&input[*at..]) else {
                break;
            };
            let line = Span::new(*at, *at + len);
            *at = self.step_over_line_end(input, line.end);
            match Field::split(line.of(input)) {
                Some((Field::Retry, value)) => self.read_retry(value),
                Some((field, value)) => {
                    let value = Span::new(line.end - value.len(), line.end);
                    self.block.set(field, value, input)?;
                }
                None if COMMENTS && *first == b':' => {
                    self.block.keep(input)?;
                    return Ok(Some(Found::comment(line.start + 1, line.end, true)));
                }
                None => {}
            }
        }
        let rest = Span::new(*at, input.len());
        *at = rest.end;
        let kept = self.block.keep(input);
        let begun = self.begin_line(rest.of(input));
        kept.and(begun)?;
        Ok(
            (COMMENTS && self.line == Line::Comment && rest.start + 1 < rest.end)
                .then(|| Found::comment(rest.start + 1, rest.end, false)),
        )
    }

    /// Whether there was an event since the last [`restart`](Self::restart).
    pub(crate) fn is_fruitful(&self) -> bool {
        self.fruitful
    }

    /// The data buffer, for other uses while no stream is being read, and the last event ID.
    pub(crate) fn scratch(&mut self) -> (&mut D, &str) {
        (
            self.block.scratch(),
            repaired(self.last_event_id.as_slice()),
        )
    }

    /// What [`scratch`](Self::scratch) holds.
    pub(crate) fn scratch_bytes(&self) -> &[u8] {
        self.block.data()
    }

    /// Makes text of a found event and its ID the last event ID. What is still lent out of the
    /// input afterwards is text.
    fn accept<'i>(&mut self, input: &'i [u8]) -> Result<LentText<'i>, TooLarge> {
        let text = self.block.repair(input);
        match text {
            Ok(_) => self.dispatch(input)?,
            Err(TooLarge) => self.block.reset(),
        }
        text
    }

    /// Lends the event accepted last.
    fn event<'a>(&'a self, text: LentText<'a>) -> Event<'a> {
        Event {
            event_type: match text
                .event_type
                .unwrap_or_else(|| self.block.event_type_text())
            {
                "" => Event::DEFAULT_TYPE,
                named => named,
            },
            data: text.data.unwrap_or_else(|| self.block.data_text()),
            last_event_id: self.last_event_id(),
        }
    }

    fn raw_event<'a>(&'a self, input: &'a [u8]) -> RawEvent<'a> {
        let lent = self.block.lent();
        RawEvent {
            event_type: match lent
                .event_type
                .map_or_else(|| self.block.event_type(), |e| e.of(input))
            {
                [] => Event::DEFAULT_TYPE.as_bytes(),
                named => named,
            },
            data: lent.data.map_or_else(|| self.block.data(), |d| d.of(input)),
            last_event_id: self.last_event_id(),
        }
    }

    /// What every blank line does, event or not: the ID is committed, the block is over.
    fn dispatch(&mut self, input: &[u8]) -> Result<(), TooLarge> {
        let committed = self.block.commit_id(input, &mut self.last_event_id);
        self.block.finish();
        committed
    }

    /// Takes up the line that the last input ended in, to its end or the end of this input.
    fn resume_line<const COMMENTS: bool>(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<Found>, TooLarge> {
        let rest = &input[*at..];
        let end = scan::line_end(rest).map(|len| *at + len);
        let piece = Span::new(*at, end.unwrap_or(input.len()));
        let comment = COMMENTS && self.line == Line::Comment;
        let mut taken = self.extend_line(piece.of(input));
        *at = match end {
            Some(end) => {
                taken = self.end_line().and(taken);
                self.step_over_line_end(input, end)
            }
            None => input.len(),
        };
        taken?;
        let part = Found::comment(piece.start, piece.end, end.is_some());
        Ok((comment && (end.is_some() || !rest.is_empty())).then_some(part))
    }

    fn begin_line(&mut self, piece: &[u8]) -> Result<(), TooLarge> {
        if !piece.is_empty() {
            self.line = Line::Name(Name::default());
        }
        self.extend_line(piece)
    }

    fn extend_line(&mut self, mut piece: &[u8]) -> Result<(), TooLarge> {
        while let [byte, rest @ ..] = piece {
            self.line = match self.line {
                Line::Name(name) if *byte == b':' => match name.field() {
                    Some(field) => {
                        self.begin_value(field)?;
                        Line::Space(field)
                    }
                    None if name.is_empty() => Line::Comment,
                    None => Line::Ignored,
                },
                Line::Name(name) => name.with(*byte).map_or(Line::Ignored, Line::Name),
                Line::Space(field) => {
                    if *byte != b' ' {
                        return self.extend_value(field, piece);
                    }
                    Line::Value(field)
                }
                Line::Value(field) => return self.extend_value(field, piece),
                settled => {
                    self.line = settled;
                    return Ok(());
                }
            };
            piece = rest;
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), TooLarge> {
        let field = match self.line {
            Line::Space(field) | Line::Value(field) => field,
            Line::Name(name) => match name.field() {
                Some(field) => {
                    self.begin_value(field)?;
                    field
                }
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        match field {
            Field::Retry => self.retry = self.digits.or(self.retry),
            _ => self.block.end(field),
        }
        Ok(())
    }

    fn begin_value(&mut self, field: Field) -> Result<(), TooLarge> {
        self.digits = None;
        self.line = Line::Ignored;
        self.block.begin(field)
    }

    fn extend_value(&mut self, field: Field, piece: &[u8]) -> Result<(), TooLarge> {
        self.line = Line::Ignored;
        let counts = match field {
            Field::Retry => match read_digits(self.digits, piece) {
                Some(digits) => {
                    self.digits = digits;
                    true
                }
                None => false,
            },
            _ => self.block.extend(field, piece)?,
        };
        if counts {
            self.line = Line::Value(field);
        }
        Ok(())
    }

    /// A valid `retry` acts when its line ends, whatever becomes of the block.
    fn read_retry(&mut self, value: &[u8]) {
        self.retry = read_digits(None, value).flatten().or(self.retry);
    }

    /// The position behind the line end at `end`. A CR that is the input's last byte has ended its
    /// line all the same.
    fn step_over_line_end(&mut self, input: &[u8], end: usize) -> usize {
        let (line, len) = match &input[end..] {
            [b'\r', b'\n', ..] => (Line::Start, 2),
            [b'\r'] => (Line::AfterCr, 1),
            _ => (Line::Start, 1),
        };
        self.line = line;
        end + len
    }
}
