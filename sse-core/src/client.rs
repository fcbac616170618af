//! The EventSource over one byte stream at a time: the session's rules and HTTP/1.1.

use crate::{
    Buffer, Buffers, Closed, Comment, CommentPlace, Config, Event, Growing, Instant, ItemPlace,
    Lost, Order, Parser, Place, Session, TooLarge,
    http::{Body, HeadEnd, Request, Response, Url, UrlError},
    received::Received,
    redirect::{Method, Route},
    session::sendable_id,
};

mod response;

/// An EventSource that speaks HTTP/1.1 over whatever carries bytes.
///
/// [`poll`](Self::poll) says what to do next; a driver does that one thing, reports it, and polls
/// again. Bytes to send are lent by [`unsent`](Self::unsent), memory to receive into by
/// [`spare`](Self::spare), the event that a step announces by [`event`](Self::event).
///
/// ```
/// use sse_core::{Client, Instant, Step, http::Request};
///
/// let mut client = Client::new("http://ticker.example/prices", Default::default())?;
/// let now = Instant::ZERO;
/// assert_eq!(client.poll(now), Step::Connect);
/// assert_eq!((client.url().host(), client.url().port()), ("ticker.example", 80));
/// client.connected(&Request::get(), now);
///
/// assert_eq!(client.poll(now), Step::Send);
/// assert!(client.unsent().starts_with(b"GET /prices HTTP/1.1\r\nHost: ticker.example\r\n"));
/// client.sent(client.unsent().len());
///
/// assert_eq!(client.poll(now), Step::Receive);
/// let received = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nid: 7\ndata: 42\n\n";
/// client.spare()[..received.len()].copy_from_slice(received);
/// client.received(received.len(), now);
///
/// assert_eq!(client.poll(now), Step::Opened);
/// assert_eq!(client.poll(now), Step::Event);
/// assert_eq!(client.event().data, "42");
/// assert_eq!(client.poll(now), Step::Receive);
/// # Ok::<(), sse_core::http::UrlError>(())
/// ```
#[derive(Debug)]
pub struct Client<D = Growing, F = D> {
    session: Session<D, F>,
    route: Route<D>,
    method: Method,
    stage: Stage,
    /// How far the body of the response is, from the stage on in which there is one.
    body: Body,
    rx: Received<D>,
    found: Option<ItemPlace>,
    /// Whether the parser's scratch holds a response.
    answered: bool,
}

/// What a [`Client`] wants done, or has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Step {
    /// Drop the connection there was, connect to [`Client::url`], and say what came of it:
    /// [`connected`](Client::connected) or [`disconnected`](Client::disconnected). Said again
    /// while that is under way.
    Connect,
    /// Send some of [`Client::unsent`], and say how much was [`sent`](Client::sent).
    Send,
    /// Receive into [`Client::spare`], and say how much was [`received`](Client::received).
    Receive,
    /// Wait for the [deadline](Client::deadline).
    Wait,
    /// The stream is open: the standard's `open` event. [`Client::response`] is its head.
    Opened,
    /// [`Client::event`] is the next event.
    Event,
    /// [`Client::comment`] is a comment. Only if [`Config::comments`] says so.
    Comment,
    /// An event was over the limit and is skipped.
    TooLarge,
    /// The connection, or the attempt at one, is over; the next one follows at the
    /// [deadline](Client::deadline). The standard's `error` event while it reconnects. Drop the
    /// connection.
    Lost(Lost),
    /// Closed for good; [`Client::response`] is what was refused, if a response was. Drop the
    /// connection. Said for ever after.
    Closed(Closed),
}

/// How far a connection is.
#[derive(Debug)]
enum Stage {
    /// There is none.
    Idle,
    /// It is being made.
    Connecting,
    /// The request is in the scratch, and this much of it sent.
    Sending(usize),
    /// The head of the response goes to the scratch.
    Head(HeadEnd),
    /// The body of a refused response goes to the scratch, behind its head, as far as there is room.
    Refused {
        room: usize,
        closed: Closed,
    },
    /// The stream is open and its head still in the scratch.
    Opened,
    Streaming,
}

#[cfg(feature = "alloc")]
impl Client {
    /// A client for a GET of `url`, with buffers that grow.
    ///
    /// # Errors
    /// What is wrong with `url`.
    pub fn new(url: &str, config: Config) -> Result<Self, UrlError> {
        Self::with_buffers(url, "GET", Buffers::default(), config)
    }
}

impl<D: Buffer, F: Buffer> Client<D, F> {
    /// A client for requests of this method over memory of the caller's.
    ///
    /// # Errors
    /// What is wrong with `url`, or [`UrlError::Full`] if it does not fit.
    pub fn with_buffers(
        url: &str,
        method: &str,
        buffers: Buffers<D, F>,
        config: Config,
    ) -> Result<Self, UrlError> {
        let parser = Parser::with_buffers(
            buffers.data,
            buffers.event_type,
            buffers.id,
            buffers.last_event_id,
        );
        Ok(Self {
            session: Session::with_parser(parser, method, config),
            route: Route::new(url, buffers.url, buffers.redirect)?,
            method: match method {
                "POST" => Method::Post,
                _ => Method::Other,
            },
            stage: Stage::Idle,
            body: Body::default(),
            rx: Received::new(buffers.rx),
            found: None,
            answered: false,
        })
    }

    /// Says what to do next. Call it again when that is done, and by the
    /// [deadline](Self::deadline).
    pub fn poll(&mut self, now: Instant) -> Step {
        loop {
            if let Some(step) = self.read(now) {
                return step;
            }
            match self.session.poll(now) {
                Order::Connect => self.begin(),
                Order::Receive => return self.transfer(),
                Order::Wait => return Step::Wait,
                Order::Opened => return Step::Opened,
                Order::Lost(lost) => {
                    self.stage = Stage::Idle;
                    return Step::Lost(lost);
                }
                Order::Closed(closed) => {
                    self.stage = Stage::Idle;
                    return Step::Closed(closed);
                }
            }
        }
    }

    /// When to poll again even if nothing happens; see [`Session::deadline`].
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.session.deadline()
    }

    /// The connection that [`Step::Connect`] asked for is there; `request` goes out over it.
    ///
    /// Each connection asks for it anew, so its headers may differ: a token that has to be fresh.
    /// Its method is the one given to the constructor. `Last-Event-ID` is not for the request to
    /// set, but for [`set_last_event_id`](Self::set_last_event_id).
    ///
    /// If the request cannot be sent, the client closes with [`Closed::Request`].
    pub fn connected(&mut self, request: &Request<'_>, _now: Instant) {
        if !matches!(self.stage, Stage::Connecting) {
            return;
        }
        let (scratch, id) = self.session.parser.scratch_and_id();
        let id = sendable_id(id).as_bytes();
        scratch.clear();
        match request.encode(self.route.url(), self.route.hop(), Some(id), scratch) {
            Ok(()) => self.stage = Stage::Sending(0),
            Err(error) => self.fail(Closed::Request(error)),
        }
    }

    /// The connection could not be made, or failed. An end that a read reports is
    /// [`received`](Self::received) with nothing.
    pub fn disconnected(&mut self, now: Instant) {
        let lost = match self.stage {
            Stage::Idle => return,
            Stage::Connecting => Lost::Connect,
            Stage::Sending(_) | Stage::Head(_) => Lost::NoResponse,
            Stage::Refused { closed, .. } => return self.fail(closed),
            Stage::Opened | Stage::Streaming => Lost::Cut,
        };
        self.session.disconnected(lost, now);
        self.stage = Stage::Idle;
    }

    /// What is to be sent. Not empty at [`Step::Send`].
    #[must_use]
    pub fn unsent(&self) -> &[u8] {
        let Stage::Sending(sent) = self.stage else {
            return &[];
        };
        let request = self.session.parser.scratch_bytes();
        request.get(sent..).unwrap_or_default()
    }

    /// This many bytes of [`unsent`](Self::unsent) have been sent.
    pub fn sent(&mut self, n: usize) {
        let left = self.unsent().len();
        match &mut self.stage {
            Stage::Sending(sent) if n < left => *sent += n,
            Stage::Sending(_) => {
                self.session.parser.scratch().clear();
                self.stage = Stage::Head(HeadEnd::new());
            }
            _ => {}
        }
    }

    /// Memory to receive into. Not empty at [`Step::Receive`].
    pub fn spare(&mut self) -> &mut [u8] {
        self.rx.spare()
    }

    /// This many bytes are at the start of [`spare`](Self::spare); none means that the peer has
    /// ended the connection.
    pub fn received(&mut self, n: usize, now: Instant) {
        if n > 0 {
            self.rx.filled(n);
            return self.session.received(now);
        }
        // Of a body that ends with its connection, half an event is all that tells that more was
        // to come.
        match &self.stage {
            // The parser still holds the head.
            Stage::Opened if self.body.ends_cleanly_at_eof() => {
                self.session.disconnected(Lost::Ended, now);
            }
            Stage::Streaming if self.body.ends_cleanly_at_eof() => self.session.ended(now),
            _ => self.disconnected(now),
        }
    }

    /// The event that [`Step::Event`] announced. Good until the next poll.
    #[must_use]
    pub fn event(&self) -> Event<'_> {
        let place = match self.found {
            Some(ItemPlace::Event(place)) => place,
            Some(ItemPlace::Comment(_)) | None => Place::default(),
        };
        self.session.event_at(self.rx.piece(), place)
    }

    /// The comment, or part of one, that [`Step::Comment`] announced. Good until the next poll.
    #[must_use]
    pub fn comment(&self) -> Comment<'_> {
        let place = match self.found {
            Some(ItemPlace::Comment(place)) => place,
            Some(ItemPlace::Event(_)) | None => CommentPlace::default(),
        };
        place.of(self.rx.piece())
    }

    /// The head of the response at [`Step::Opened`]; once closed, the response that was refused,
    /// with the first bytes of its body ([`Config::refused_body`]).
    #[must_use]
    pub fn response(&self) -> Option<Response<'_>> {
        let bytes = self.session.parser.scratch_bytes();
        self.answered.then(|| Response::parse(bytes).ok()).flatten()
    }

    /// Where to connect. Starts as the address given, and follows redirects.
    #[must_use]
    pub fn url(&self) -> Url<'_> {
        self.route.url()
    }

    /// The rules and their state: last event ID, reconnection time, failures.
    #[must_use]
    pub fn session(&self) -> &Session<D, F> {
        &self.session
    }

    /// See [`Session::set_last_event_id`].
    ///
    /// # Errors
    /// [`TooLarge`] if it does not fit; then it is empty.
    pub fn set_last_event_id(&mut self, id: &str) -> Result<(), TooLarge> {
        self.session.set_last_event_id(id)
    }

    /// Ends the source: no event is handed out any more, no connection made.
    pub fn close(&mut self) {
        self.session.close();
        self.answered = false;
        self.stage = Stage::Idle;
    }

    /// Ends the source because going on is futile, as the driver knows: the peer's certificate is
    /// not to be trusted, say. A source that is closed already keeps its reason.
    pub fn fail(&mut self, closed: Closed) {
        self.session.fail(closed);
        self.stage = Stage::Idle;
    }

    /// Connects again now: after the source was closed, or instead of waiting or of the present
    /// connection. The last event ID is kept.
    pub fn reopen(&mut self) {
        self.session.reopen();
        self.stage = Stage::Idle;
    }

    fn begin(&mut self) {
        self.stage = Stage::Connecting;
        self.route.restart();
        self.rx.clear();
        self.answered = false;
    }

    /// What the connection is waiting for.
    fn transfer(&self) -> Step {
        match self.stage {
            Stage::Idle | Stage::Connecting => Step::Connect,
            Stage::Sending(_) => Step::Send,
            Stage::Head(_) | Stage::Refused { .. } | Stage::Opened | Stage::Streaming => {
                Step::Receive
            }
        }
    }
}
