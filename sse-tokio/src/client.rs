//! The driver: one socket, one timer, and the core's client that says what to do with them.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use sse_core::{
    Client, Event, EventBuf, Instant, Step, Update,
    adapter::{self, Prepare, TURN, Timer as _},
    http::{RequestBuf, Response},
};
use tokio::{io::ReadBuf, time::Sleep};

use crate::{
    BuildError, Builder, Closed,
    connect::{Connecting, Connector, Io},
};

/// A source of events: follows a URL, and connects again when the stream is lost.
///
/// ```no_run
/// # async fn follow() -> Result<(), Box<dyn std::error::Error>> {
/// let mut source = sse_tokio::EventSource::new("http://127.0.0.1:8080/events")?;
/// loop {
///     let event = source.next().await?;
///     println!("{} {}", event.event_type, event.data);
/// }
/// # }
/// ```
///
/// It is also a [`Stream`] of owned events, which ends when the source is closed; an error is its
/// last item. Nothing happens while nobody polls: a slow consumer slows the server down by way of
/// TCP, and no memory grows.
#[must_use = "it does nothing until it is asked for events"]
pub struct EventSource {
    client: Client,
    request: RequestBuf,
    prepare: Prepare,
    connector: Connector,
    link: Link,
    timer: Timer,
    /// Why the connection failed, as far as the operating system knows.
    error: Option<io::Error>,
    ended: bool,
}

enum Link {
    None,
    Connecting(Connecting),
    Open {
        io: Pin<Box<dyn Io>>,
        unflushed: bool,
    },
}

impl EventSource {
    /// Follows `url` with a GET, under the standard's rules.
    ///
    /// Nothing is sent before the first event is asked for.
    ///
    /// # Errors
    /// What is wrong with `url`.
    pub fn new(url: &str) -> Result<Self, BuildError> {
        Self::builder(url).build()
    }

    /// Follows `url` with other headers, another method, over other connections, by other rules.
    pub fn builder(url: &str) -> Builder {
        Builder::new(url)
    }

    pub(crate) fn from_parts(
        client: Client,
        request: RequestBuf,
        prepare: Prepare,
        connector: Connector,
    ) -> Self {
        Self {
            client,
            request,
            prepare,
            connector,
            link: Link::None,
            timer: Timer::new(),
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
        loop {
            match self.step().await {
                Step::Event => break,
                Step::Closed(reason) => return Err(self.closed(reason)),
                Step::Opened | Step::Comment | Step::TooLarge | Step::Lost(_) => {}
                Step::Connect | Step::Send | Step::Receive | Step::Wait => {}
            }
        }
        Ok(self.client.event())
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
            Step::Event => Update::Event(self.client.event()),
            Step::Comment => Update::Comment(self.client.comment()),
            Step::TooLarge => Update::TooLarge,
            Step::Lost(lost) => Update::Reconnecting {
                lost,
                wait: self.wait(),
            },
            Step::Closed(reason) => return Err(self.closed(reason)),
            // The last four are done in `poll_step` and never told.
            Step::Opened | Step::Connect | Step::Send | Step::Receive | Step::Wait => {
                Update::Opened
            }
        })
    }

    /// The operating system's word on the connection lost last, if it had one.
    #[must_use]
    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    /// The head of the response, right after [`Update::Opened`].
    #[must_use]
    pub fn response(&self) -> Option<Response<'_>> {
        self.client.response()
    }

    /// The rules' state: whether it is open, the last event ID, the reconnection time.
    #[must_use]
    pub fn session(&self) -> &sse_core::Session {
        self.client.session()
    }

    /// The last event ID, to go on from in another source; empty if there is none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.client.session().last_event_id()
    }

    /// Closes the source: drops the connection, and hands out nothing more.
    pub fn close(&mut self) {
        self.client.close();
        self.link = Link::None;
    }

    /// Connects anew at once, whatever the state, and goes on from the last event ID.
    pub fn reopen(&mut self) {
        self.client.reopen();
        self.link = Link::None;
        self.ended = false;
    }

    async fn step(&mut self) -> Step {
        std::future::poll_fn(|cx| self.poll_step(cx)).await
    }

    /// Does what the client asks for, until it has something to tell.
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        for _ in 0..TURN {
            let step = self.client.poll(self.timer.now());
            let done = match step {
                Step::Connect => self.poll_connect(cx),
                Step::Send => self.poll_send(cx),
                Step::Receive => self.poll_receive(cx),
                Step::Wait => Poll::Pending,
                Step::Opened | Step::Event | Step::Comment | Step::TooLarge => {
                    return Poll::Ready(step);
                }
                Step::Lost(_) | Step::Closed(_) => {
                    self.link = Link::None;
                    return Poll::Ready(step);
                }
            };
            match done {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => self.disconnected(error),
                Poll::Pending => ready!(self.timer.poll(self.client.deadline(), cx)),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn poll_connect(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Link::Connecting(connecting) = &mut self.link else {
            let request = (self.prepare)(self.request.clone());
            let connected = (self.connector)(self.client.url().into());
            self.link =
                Link::Connecting(Box::pin(async { Ok((request.await?, connected.await?)) }));
            self.error = None;
            return Poll::Ready(Ok(()));
        };
        let (request, io) = ready!(connecting.as_mut().poll(cx))?;
        self.link = Link::Open {
            io,
            unflushed: true,
        };
        let now = self.timer.now();
        request.lend(|request| self.client.connected(request, now));
        Poll::Ready(Ok(()))
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Link::Open { io, unflushed } = &mut self.link else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        let failed = match ready!(io.as_mut().poll_write(cx, self.client.unsent())) {
            Ok(0) => io::ErrorKind::WriteZero.into(),
            Ok(n) => {
                self.client.sent(n);
                return Poll::Ready(Ok(()));
            }
            Err(error) => error,
        };
        // A server that refuses a request may hang up on the rest of it: its response is there.
        *unflushed = false;
        self.client.sent(self.client.unsent().len());
        match poll_read(io, cx, self.client.spare()) {
            Poll::Ready(Ok(n @ 1..)) => {
                self.client.received(n, self.timer.now());
                Poll::Ready(Ok(()))
            }
            Poll::Ready(_) | Poll::Pending => Poll::Ready(Err(failed)),
        }
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Link::Open { io, unflushed } = &mut self.link else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        if *unflushed {
            ready!(io.as_mut().poll_flush(cx))?;
            *unflushed = false;
        }
        let n = ready!(poll_read(io, cx, self.client.spare()))?;
        self.client.received(n, self.timer.now());
        Poll::Ready(Ok(()))
    }

    /// A connection that fails with [`io::ErrorKind::InvalidData`], as TLS does when it does not
    /// trust the peer, would fail again.
    fn disconnected(&mut self, error: io::Error) {
        match (&self.link, error.kind()) {
            (Link::Connecting(_), io::ErrorKind::InvalidData) => {
                self.client.fail(sse_core::Closed::Connect);
            }
            _ => self.client.disconnected(self.timer.now()),
        }
        self.link = Link::None;
        self.error = Some(error);
    }

    fn closed(&mut self, reason: sse_core::Closed) -> Closed {
        let response = self.client.response().map(Into::into);
        Closed::new(reason, response, self.error.take())
    }

    fn wait(&self) -> std::time::Duration {
        let deadline = self.client.deadline().unwrap_or_default();
        deadline.since(self.timer.now())
    }
}

/// Owned events; the comments and changes of state are left out.
impl Stream for EventSource {
    type Item = Result<EventBuf, Closed>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.ended {
            match ready!(self.poll_step(cx)) {
                Step::Event => return Poll::Ready(Some(Ok(self.client.event().into()))),
                Step::Closed(reason) => {
                    self.ended = true;
                    let closed = self.closed(reason);
                    return Poll::Ready((!closed.is_end()).then_some(Err(closed)));
                }
                Step::Opened | Step::Comment | Step::TooLarge | Step::Lost(_) => {}
                Step::Connect | Step::Send | Step::Receive | Step::Wait => {}
            }
        }
        Poll::Ready(None)
    }
}

impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource")
            .field("url", &self.client.url().as_str())
            .field("session", self.client.session())
            .finish_non_exhaustive()
    }
}

fn poll_read(
    io: &mut Pin<Box<dyn Io>>,
    cx: &mut Context<'_>,
    spare: &mut [u8],
) -> Poll<io::Result<usize>> {
    let mut spare = ReadBuf::new(spare);
    ready!(io.as_mut().poll_read(cx, &mut spare))?;
    Poll::Ready(Ok(spare.filled().len()))
}

/// The clock, and the one timer that waits for the machine's deadline.
#[derive(Debug)]
pub(crate) struct Timer {
    epoch: tokio::time::Instant,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Timer {
    pub(crate) fn new() -> Self {
        Self {
            epoch: tokio::time::Instant::now(),
            sleep: None,
        }
    }
}

impl adapter::Timer for Timer {
    fn now(&self) -> Instant {
        Instant::since_epoch(self.epoch.elapsed())
    }

    /// A deadline put off is looked at when the earlier one is over: traffic does not touch the
    /// runtime's timers.
    fn poll(&mut self, deadline: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = deadline.and_then(|d| self.epoch.checked_add(d.elapsed())) else {
            return Poll::Pending;
        };
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        ready!(sleep.as_mut().poll(cx));
        if sleep.deadline() < deadline {
            sleep.as_mut().reset(deadline);
            ready!(sleep.as_mut().poll(cx));
        }
        Poll::Ready(())
    }
}
