//! The EventSource without HTTP syntax, clock or socket: connect, judge, follow, reconnect (9.2.3).

use core::time::Duration;

use crate::{
    Buffer, Closed, Config, Event, Growing, Input, Instant, ItemPlace, Lost, Parser, Place,
    TooLarge,
    backoff::Backoff,
    http::{Header, is_text},
    line::number,
    mime::{is_event_stream, next_element},
    rules::Rules,
};

/// The rules of an EventSource, for a transport that speaks HTTP itself and follows redirects by
/// its own lights: reqwest, hyper, a browser's `fetch`.
///
/// It is told what happened and says, when [polled](Self::poll), what to do next. Over a plain
/// socket, [`Client`](crate::Client) is this and HTTP/1.1 together.
///
/// ```
/// use sse_core::{http::Header, Instant, Lost, Order, Session};
///
/// let mut session = Session::new(Default::default());
/// let now = Instant::ZERO;
/// assert_eq!(session.poll(now), Order::Connect);
/// // ... the transport sends its request, and the response arrives:
/// let headers = [Header { name: "Content-Type", value: b"text/event-stream" }];
/// session.answered(200, headers.into_iter(), now);
/// assert_eq!(session.poll(now), Order::Opened);
/// assert_eq!(session.poll(now), Order::Receive);
/// // ... and a first piece of its body:
/// session.received(now);
/// let mut input: &[u8] = b"id: 1\ndata: hello\n\n";
/// assert_eq!(session.next_event(&mut input)?.unwrap().data, "hello");
/// // ... until it ends:
/// session.ended(now);
/// assert_eq!(session.poll(now), Order::Lost(Lost::Ended));
/// assert_eq!(session.poll(now), Order::Wait);
/// assert_eq!(session.last_event_id(), "1");
/// # Ok::<(), sse_core::TooLarge>(())
/// ```
#[derive(Debug)]
pub struct Session<D = Growing, F = D> {
    pub(crate) parser: Parser<D, F>,
    pub(crate) rules: Rules,
    state: State,
    /// When to be polled next, whatever happens.
    deadline: Option<Instant>,
    /// From when on the end of the open stream does not count as a failure.
    stable_at: Instant,
    /// A change of state that `poll` has not told yet.
    news: Option<Order>,
    /// A deadline has passed, and the transport has been given a last chance.
    last_look: bool,
    backoff: Backoff,
    reconnects: bool,
}

/// What a [`Session`] wants done, or has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Order {
    /// Send the request, with [`Session::header_id`] as `Last-Event-ID` unless it is empty, and
    /// say what came of it: [`answered`](Session::answered) or
    /// [`disconnected`](Session::disconnected).
    Connect,
    /// Wait for the transport: for the response, or for more of its body.
    Receive,
    /// Wait for the [deadline](Session::deadline).
    Wait,
    /// The stream is open: the standard's `open` event.
    Opened,
    /// The connection, or the attempt at one, is over; the next one follows at the
    /// [deadline](Session::deadline). The standard's `error` event while it reconnects. Drop the
    /// connection.
    Lost(Lost),
    /// Closed for good. Drop the connection. Told for ever after.
    Closed(Closed),
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// An attempt is to be made.
    Due,
    Connecting,
    Open,
    Waiting,
    Closed(Closed),
}

/// What to make of a response.
pub(crate) enum Verdict {
    Open,
    /// Lost, and not to be tried again before so many seconds.
    Lost(Lost, u32),
    Closed(Closed),
}

#[cfg(feature = "alloc")]
impl Session {
    /// A session for a GET, with buffers that grow.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self::with_parser(Parser::new(), "GET", config)
    }
}

impl<D: Buffer, F: Buffer> Session<D, F> {
    /// A session for requests of this method over a parser, which may know a last event ID.
    ///
    /// Only a GET is sent again by itself; see [`Config::resend`].
    #[must_use]
    pub fn with_parser(parser: Parser<D, F>, method: &str, config: Config) -> Self {
        Self {
            parser: parser.with_limit(config.event_limit),
            rules: Rules::new(&config),
            state: State::Due,
            deadline: None,
            stable_at: Instant::ZERO,
            news: None,
            last_look: false,
            backoff: Backoff::new(config.seed),
            reconnects: method == "GET" || config.resend,
        }
    }

    /// Says what to do next. Call it again when that is done, when something happened, and by the
    /// [deadline](Self::deadline).
    pub fn poll(&mut self, now: Instant) -> Order {
        match self.overdue(now) {
            Some(lost) if self.last_look => self.disconnected(lost, now),
            overdue => self.last_look = overdue.is_some(),
        }
        if let Some(news) = self.news.take() {
            return news;
        }
        let (order, timeout) = match self.state {
            State::Waiting if self.deadline > Some(now) => return Order::Wait,
            State::Due | State::Waiting => {
                self.parser.restart();
                self.state = State::Connecting;
                (Order::Connect, self.rules.connect_timeout)
            }
            // The transport is waited for from now on.
            State::Open if self.deadline.is_none() => (Order::Receive, self.rules.idle_timeout),
            State::Connecting | State::Open => return Order::Receive,
            State::Closed(closed) => return Order::Closed(closed),
        };
        self.deadline = timeout.map(|timeout| now.after(timeout.get()));
        order
    }

    /// When to poll again even if nothing happens.
    ///
    /// At the first poll behind it, the transport is to be looked at once more, and only the next
    /// one gives up: whoever polls may have been away while bytes were waiting.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The head of a response has arrived.
    pub fn answered<'h>(
        &mut self,
        status: u16,
        headers: impl Iterator<Item = Header<'h>>,
        now: Instant,
    ) {
        if matches!(self.state, State::Connecting) {
            let verdict = self.judge(status, headers);
            self.apply(verdict, now);
        }
    }

    /// Bytes of the body have arrived; give them to [`next_event`](Self::next_event).
    pub fn received(&mut self, _now: Instant) {
        if self.is_open() {
            self.deadline = None;
        }
    }

    /// The body has come to its end. One that ends within an event is [cut](Lost::Cut), whatever
    /// HTTP says.
    pub fn ended(&mut self, now: Instant) {
        self.disconnected(self.end(), now);
    }

    /// How the stream is lost if its body has come to its end.
    pub(crate) fn end(&self) -> Lost {
        match self.parser.has_unfinished() {
            true => Lost::Cut,
            false => Lost::Ended,
        }
    }

    /// There is no connection, or no longer.
    ///
    /// Nothing happens unless one was being made or open.
    pub fn disconnected(&mut self, lost: Lost, now: Instant) {
        if matches!(self.state, State::Connecting | State::Open) {
            self.lose(lost, 0, now);
        }
    }

    /// Ends the source: no event is handed out any more, no connection made.
    pub fn close(&mut self) {
        self.fail(Closed::ByUser);
    }

    /// Ends the source because going on is futile, as the transport knows. A source that is closed
    /// already keeps its reason.
    #[inline(never)]
    pub fn fail(&mut self, closed: Closed) {
        if !matches!(self.state, State::Closed(_)) {
            self.state = State::Closed(closed);
            self.deadline = None;
            self.news = None;
        }
    }

    /// Connects again now: after the source was closed, or instead of waiting or of the present
    /// connection, which is to be dropped. The last event ID is kept.
    pub fn reopen(&mut self) {
        self.backoff.reset();
        self.state = State::Due;
        self.deadline = None;
        self.news = None;
    }

    /// The next event in `input`, a part of the body; see [`Parser::next_event`]. None unless the
    /// stream is open.
    ///
    /// # Errors
    /// [`TooLarge`]: that event is skipped, and the stream goes on.
    pub fn next_event<'a, 'i: 'a>(
        &'a mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Option<Event<'a>>, TooLarge> {
        if !self.is_open() {
            input.take(input.rest().len());
        }
        self.parser.next_event(input)
    }

    /// As [`next_event`](Self::next_event), found but not lent; see [`Parser::find_item`].
    ///
    /// Comments are found only if [`Config::comments`] says so.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    pub fn find_item(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<ItemPlace>, TooLarge> {
        if !self.is_open() {
            *at = input.len();
            return Ok(None);
        }
        // One of the parser's doors, not both: each is a copy of its inner loop.
        loop {
            match self.parser.find_item(input, at)? {
                Some(ItemPlace::Comment(_)) if !self.rules.comments => {}
                found => return Ok(found),
            }
        }
    }

    /// Lends an event that [`find_item`](Self::find_item) found; see [`Parser::event_at`].
    #[must_use]
    pub fn event_at<'a>(&'a self, input: &'a [u8], place: Place) -> Event<'a> {
        self.parser.event_at(input, place)
    }

    /// Whether events may arrive: the standard's `readyState` OPEN.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open)
    }

    /// Whether an attempt is under way and not yet answered.
    #[must_use]
    pub fn is_connecting(&self) -> bool {
        matches!(self.state, State::Connecting)
    }

    /// Why it is closed, if it is: the standard's `readyState` CLOSED.
    #[must_use]
    pub fn closed(&self) -> Option<Closed> {
        match self.state {
            State::Closed(closed) => Some(closed),
            _ => None,
        }
    }

    /// The last event ID string; see [`Parser::last_event_id`].
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.parser.last_event_id()
    }

    /// Sets the last event ID, for a source that goes on where an earlier one was left.
    ///
    /// # Errors
    /// [`TooLarge`] if it does not fit; then it is empty.
    pub fn set_last_event_id(&mut self, id: &str) -> Result<(), TooLarge> {
        self.parser.set_last_event_id(id)
    }

    /// What to send as `Last-Event-ID`; no such header if it is empty.
    ///
    /// It is empty although the [last event ID](Self::last_event_id) is not, if that one holds a
    /// control character other than tab: HTTP has no way to say it (RFC 9110 5.5), servers answer
    /// 400, and the stream would be dead for good.
    #[must_use]
    pub fn header_id(&self) -> &str {
        sendable_id(self.last_event_id())
    }

    /// The reconnection time in force, before floor and ceiling.
    #[must_use]
    pub fn reconnection_time(&self) -> Duration {
        let retry = Duration::from_micros(self.rules.retry);
        self.parser.retry().unwrap_or(retry)
    }

    /// As much of a refused response's body is to be kept; see [`Config::refused_body`].
    #[must_use]
    pub fn refused_body(&self) -> usize {
        self.rules.refused_body
    }

    /// How many failures in a row there have been.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.backoff.failures()
    }

    /// Whether `poll` has a change of state to tell.
    pub(crate) fn has_news(&self) -> bool {
        self.news.is_some()
    }

    /// What the standard makes of a response: 200 with the right type opens, anything else fails
    /// for good. A 204 is how a server says that no more will come.
    pub(crate) fn judge<'h>(
        &self,
        status: u16,
        headers: impl Iterator<Item = Header<'h>>,
    ) -> Verdict {
        let (mut is_stream, mut is_coded, mut retry_after) = (false, false, None);
        for header in headers {
            if header.is_named("content-type") {
                is_stream = is_event_stream(header.value, is_stream);
            } else if header.is_named("content-encoding") {
                let mut codings = header.value;
                while let Some(coding) = next_element(&mut codings) {
                    is_coded |= !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity");
                }
            } else if header.is_named("retry-after") {
                retry_after = retry_after.or(Some(header.value));
            }
        }
        match status {
            200 if !is_stream => Verdict::Closed(Closed::ContentType),
            200 if is_coded => Verdict::Closed(Closed::ContentEncoding),
            200 => Verdict::Open,
            204 => Verdict::Closed(Closed::NoContent),
            _ if may_pass(status) && self.reconnects && self.rules.retry_refused => {
                let seconds = retry_after.and_then(number).unwrap_or(0);
                let at_least = u32::try_from(seconds).unwrap_or(u32::MAX);
                Verdict::Lost(Lost::Status(status), at_least)
            }
            _ => Verdict::Closed(Closed::Status(status)),
        }
    }

    pub(crate) fn apply(&mut self, verdict: Verdict, now: Instant) {
        match verdict {
            Verdict::Open => {
                self.state = State::Open;
                self.deadline = None;
                self.stable_at = now.after(self.rules.stable_after);
                self.news = Some(Order::Opened);
            }
            Verdict::Lost(lost, at_least) => self.lose(lost, at_least, now),
            Verdict::Closed(closed) => self.fail(closed),
        }
    }

    /// Whether time is up for what is under way, and the last look taken.
    pub(crate) fn is_overdue(&self, now: Instant) -> bool {
        self.last_look && self.overdue(now).is_some()
    }

    fn overdue(&self, now: Instant) -> Option<Lost> {
        let lost = match self.state {
            State::Connecting => Lost::ConnectTimeout,
            State::Open => Lost::Idle,
            State::Due | State::Waiting | State::Closed(_) => return None,
        };
        (self.deadline? <= now).then_some(lost)
    }

    fn lose(&mut self, lost: Lost, at_least: u32, now: Instant) {
        match self.state {
            State::Open if now >= self.stable_at || self.parser.is_fruitful() => {
                self.backoff.reset();
            }
            _ => self.backoff.fail(),
        }
        if !self.reconnects {
            return self.fail(match lost {
                Lost::Ended => Closed::Ended,
                _ => Closed::Lost(lost),
            });
        }
        if self
            .rules
            .max_failures
            .is_some_and(|max| self.backoff.failures() >= max)
        {
            return self.fail(Closed::Failures(lost));
        }
        let retry = self.parser.retry_millis();
        // What is more than that is over any ceiling.
        let micros = |millis: u64| millis.min(u64::MAX / 1000) * 1000;
        let reconnection_time = retry.map_or(self.rules.retry, micros);
        let wait = self.backoff.next_wait(reconnection_time, &self.rules);
        let at_least = (u64::from(at_least) * 1_000_000).min(self.rules.retry_ceiling);
        self.state = State::Waiting;
        self.deadline = Some(now.after(wait.max(at_least)));
        self.news = Some(Order::Lost(lost));
    }
}

/// Whether a refusal with this status may be over at the next attempt.
fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 425 | 429) || status / 100 == 5
}

impl Verdict {
    pub(crate) fn lost(lost: Lost) -> Self {
        Self::Lost(lost, 0)
    }
}

/// The ID if HTTP can carry it, else nothing; see [`Session::header_id`].
pub(crate) fn sendable_id(id: &str) -> &str {
    match is_text(id.as_bytes()) {
        true => id,
        false => "",
    }
}
