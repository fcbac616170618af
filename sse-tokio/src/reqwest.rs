//! The reconnecting source over a `reqwest::Client`: its connections, our rules.

use std::{
    fmt,
    future::Future,
    hash::{BuildHasher, RandomState},
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use ::reqwest::{
    Body, Client, Error, Request, Response,
    header::{ACCEPT, CACHE_CONTROL, HeaderName, HeaderValue},
};
use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use sse_core::{
    Config, Event, EventBuf, Instant, ItemPlace, Lost, Order, Parser, Session, TooLarge, Update,
    adapter::{TURN, Timer as _},
    http::{Header, ResponseBuf},
};

use crate::{Closed, client::Timer};

/// A source of events over a [`Client`] of reqwest's, with its HTTP/2, proxies and cookies.
///
/// Redirects are followed by the client's own policy, on every attempt from the request's URL on;
/// one that it does not follow counts as a refusal.
///
/// ```no_run
/// # async fn follow() -> Result<(), Box<dyn std::error::Error>> {
/// let client = reqwest::Client::new();
/// let request = client.get("https://feed.example/prices").build()?;
/// let mut source = sse_tokio::reqwest::EventSource::new(client, request);
/// loop {
///     println!("{}", source.next().await?.data);
/// }
/// # }
/// ```
#[must_use = "it does nothing until it is asked for events"]
pub struct EventSource {
    session: Session,
    client: Client,
    request: Option<Request>,
    link: Link,
    timer: Timer,
    chunk: Bytes,
    /// Where the parser is in the chunk.
    at: usize,
    refused: Option<ResponseBuf>,
    error: Option<Error>,
    ended: bool,
}

enum Link {
    None,
    Sending(Pin<Box<dyn Future<Output = Result<Response, Error>> + Send>>),
    Open(Pin<Box<Body>>),
    /// The body of a refused response is collected, until then.
    Refused(Pin<Box<Body>>, Option<Instant>),
}

/// What there is to tell.
enum Told {
    Opened,
    Item(ItemPlace),
    TooLarge,
    Lost(Lost),
    Closed(sse_core::Closed),
}

impl EventSource {
    /// Sends `request` by `client`, again and again if it is a GET, under the standard's rules.
    ///
    /// `Accept` and `Cache-Control` are set unless the request has them; a `Last-Event-ID` in it
    /// is where the stream goes on from.
    pub fn new(client: Client, request: Request) -> Self {
        let mut config = Config::default();
        config.seed = RandomState::new().hash_one(request.url().as_str());
        Self::with_config(client, request, config)
    }

    /// As [`new`](Self::new), with other times, limits and policies.
    pub fn with_config(client: Client, mut request: Request, config: Config) -> Self {
        let mut session = Session::with_parser(Parser::new(), request.method().as_str(), config);
        let headers = request.headers_mut();
        if let Some(id) = headers.remove(LAST_EVENT_ID) {
            // An ID over the limit is one that no stream has set.
            let _ = session.set_last_event_id(&String::from_utf8_lossy(id.as_bytes()));
        }
        headers
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("text/event-stream"));
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-cache"));
        Self {
            session,
            client,
            request: Some(request),
            link: Link::None,
            timer: Timer::new(),
            chunk: Bytes::new(),
            at: 0,
            refused: None,
            error: None,
            ended: false,
        }
    }

    /// The next event. Connects, and connects again, as needed.
    ///
    /// # Errors
    /// [`Closed`] once the source is closed for good, and ever after.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing: the connection and what is half read stay in `self`.
    pub async fn next(&mut self) -> Result<Event<'_>, Closed> {
        let place = loop {
            match self.step().await {
                Told::Item(ItemPlace::Event(place)) => break place,
                Told::Closed(reason) => return Err(self.closed(reason)),
                Told::Item(ItemPlace::Comment(_))
                | Told::Opened
                | Told::TooLarge
                | Told::Lost(_) => {}
            }
        };
        Ok(self.session.event_at(&self.chunk, place))
    }

    /// The next event, or the next change of state.
    ///
    /// # Errors
    /// [`Closed`] once the source is closed for good, and ever after.
    ///
    /// # Cancel safety
    /// As [`next`](Self::next).
    pub async fn next_update(&mut self) -> Result<Update<'_>, Closed> {
        Ok(match self.step().await {
            Told::Opened => Update::Opened,
            Told::Item(ItemPlace::Event(place)) => {
                Update::Event(self.session.event_at(&self.chunk, place))
            }
            Told::Item(ItemPlace::Comment(place)) => Update::Comment(place.of(&self.chunk)),
            Told::TooLarge => Update::TooLarge,
            Told::Lost(lost) => Update::Reconnecting {
                lost,
                wait: self
                    .session
                    .deadline()
                    .unwrap_or_default()
                    .since(self.timer.now()),
            },
            Told::Closed(reason) => return Err(self.closed(reason)),
        })
    }

    /// What reqwest said of the connection lost last.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// The rules' state: whether it is open, the last event ID, the reconnection time.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The last event ID, to go on from in another source; empty if there is none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.session.last_event_id()
    }

    /// Closes the source: drops the connection, and hands out nothing more.
    pub fn close(&mut self) {
        self.session.close();
        self.link = Link::None;
    }

    /// Connects anew at once, whatever the state, and goes on from the last event ID.
    pub fn reopen(&mut self) {
        self.session.reopen();
        self.link = Link::None;
        self.chunk.clear();
        self.at = 0;
        self.ended = false;
    }

    async fn step(&mut self) -> Told {
        std::future::poll_fn(|cx| self.poll_step(cx)).await
    }

    /// Does what the session asks for, until it has something to tell.
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Told> {
        for _ in 0..TURN {
            match self.session.find_item(&self.chunk, &mut self.at) {
                Ok(Some(place)) => return Poll::Ready(Told::Item(place)),
                Ok(None) => {}
                Err(TooLarge) => return Poll::Ready(Told::TooLarge),
            }
            if let (Link::Refused(body, until), Some(refused)) = (&mut self.link, &mut self.refused)
            {
                let room = self.session.refused_body();
                let kept = &mut refused.body;
                ready!(poll_refused(body, *until, kept, room, &mut self.timer, cx));
                self.link = Link::None;
            }
            let done = match self.session.poll(self.timer.now()) {
                Order::Connect => {
                    self.connect();
                    continue;
                }
                Order::Receive => self.poll_receive(cx),
                Order::Wait => Poll::Pending,
                Order::Opened => return Poll::Ready(Told::Opened),
                Order::Lost(lost) => {
                    self.link = Link::None;
                    return Poll::Ready(Told::Lost(lost));
                }
                Order::Closed(closed) => {
                    self.link = Link::None;
                    return Poll::Ready(Told::Closed(closed));
                }
            };
            if done.is_pending() {
                ready!(self.timer.poll(self.session.deadline(), cx));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn connect(&mut self) {
        self.error = None;
        self.refused = None;
        let again = self.request.as_ref().and_then(Request::try_clone);
        // A body that is a stream can be sent once.
        let Some(mut request) = again.or_else(|| self.request.take()) else {
            return self.session.fail(sse_core::Closed::Connect);
        };
        let id = self.session.header_id();
        if !id.is_empty()
            && let Ok(id) = HeaderValue::from_bytes(id.as_bytes())
        {
            request.headers_mut().insert(LAST_EVENT_ID, id);
        }
        self.link = Link::Sending(Box::pin(self.client.execute(request)));
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = self.timer.now();
        match &mut self.link {
            Link::Sending(sending) => match ready!(sending.as_mut().poll(cx)) {
                Ok(response) => self.answered(response, now),
                Err(error) => self.failed(Lost::Connect, error),
            },
            Link::Open(body) => match ready!(body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => {
                    self.chunk = frame.into_data().unwrap_or_default();
                    self.at = 0;
                    self.session.received(now);
                }
                None => self.session.ended(now),
                Some(Err(error)) => self.failed(Lost::Cut, error),
            },
            Link::None | Link::Refused(..) => self.session.disconnected(Lost::Connect, now),
        }
        Poll::Ready(())
    }

    /// Errors that another attempt would only repeat are final: TLS does not trust the peer, say.
    fn failed(&mut self, lost: Lost, error: Error) {
        if error.is_redirect() {
            self.session.fail(sse_core::Closed::TooManyRedirects);
        } else if error.is_builder() || error.is_connect() && is_invalid_data(&error) {
            self.session.fail(sse_core::Closed::Connect);
        } else {
            self.session.disconnected(lost, self.timer.now());
        }
        self.error = Some(error);
    }

    fn answered(&mut self, response: Response, now: Instant) {
        let until = self.session.deadline();
        let headers = response.headers().iter().map(|(name, value)| Header {
            name: name.as_str(),
            value: value.as_bytes(),
        });
        let headers: Vec<_> = headers.collect();
        let status = response.status().as_u16();
        self.session.answered(status, headers.iter().copied(), now);
        self.refused = self.session.closed().map(|_| ResponseBuf {
            status,
            headers: headers
                .iter()
                .map(|h| (h.name.into(), h.value.into()))
                .collect(),
            body: Vec::new(),
        });
        let body = Box::pin(response.into());
        self.link = match self.refused {
            Some(_) => Link::Refused(body, until),
            None => Link::Open(body),
        };
    }

    fn closed(&mut self, reason: sse_core::Closed) -> Closed {
        Closed::new(reason, self.refused.clone(), self.error.take())
    }
}

/// Owned events; the comments and changes of state are left out.
impl Stream for EventSource {
    type Item = Result<EventBuf, Closed>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.ended {
            match ready!(self.poll_step(cx)) {
                Told::Item(ItemPlace::Event(place)) => {
                    let event = self.session.event_at(&self.chunk, place);
                    return Poll::Ready(Some(Ok(event.into())));
                }
                Told::Closed(reason) => {
                    self.ended = true;
                    let closed = self.closed(reason);
                    return Poll::Ready((!closed.is_end()).then_some(Err(closed)));
                }
                Told::Item(ItemPlace::Comment(_))
                | Told::Opened
                | Told::TooLarge
                | Told::Lost(_) => {}
            }
        }
        Poll::Ready(None)
    }
}

impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// Collects the body of a refused response. Ready when as much is there as is kept, or when there
/// is no more time.
fn poll_refused(
    body: &mut Pin<Box<Body>>,
    until: Option<Instant>,
    kept: &mut Vec<u8>,
    room: usize,
    timer: &mut Timer,
    cx: &mut Context<'_>,
) -> Poll<()> {
    while kept.len() < room {
        match body.as_mut().poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let data = frame.into_data().unwrap_or_default();
                kept.extend_from_slice(&data[..data.len().min(room - kept.len())]);
            }
            Poll::Ready(Some(Err(_)) | None) => break,
            Poll::Pending if until.is_some() => return timer.poll(until, cx),
            Poll::Pending => break,
        }
    }
    Poll::Ready(())
}

/// Whether there is an [`io::ErrorKind::InvalidData`] at the bottom of it.
fn is_invalid_data(error: &(dyn std::error::Error + 'static)) -> bool {
    let cause = match error.downcast_ref::<io::Error>() {
        Some(error) if error.kind() == io::ErrorKind::InvalidData => return true,
        // Its `source` would be the source of what it wraps.
        Some(error) => error.get_ref().map(|inner| inner as _),
        None => error.source(),
    };
    cause.is_some_and(is_invalid_data)
}

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
