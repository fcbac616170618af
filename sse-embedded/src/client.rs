//! The driver: one connection, one timer, and the core's client that says what to do with them.

use core::{fmt, future::pending};

use embassy_futures::select::{Either, select};
use embedded_io_async::{Error, ErrorKind, Read, Write};
use sse_core::{
    Client, Closed, Config, Event, Session, SliceBuffer, Step, TooLarge, Update,
    http::{Request, Response, UrlError},
};

use crate::{
    Connect, Memory,
    clock::{now, until},
};

/// A source of events: follows a URL, and connects again when the stream is lost.
///
/// It is as large as its connector and some hundred bytes more; all else is in [`Memory`].
/// Nothing happens while nobody asks for events: a slow consumer slows the server down by way of
/// TCP.
#[must_use = "it does nothing until it is asked for events"]
pub struct EventSource<'m, C> {
    client: Client<SliceBuffer<'m>>,
    request: Request<'m>,
    connector: C,
    /// Whether the request may still be in a buffer of the connection's.
    unflushed: bool,
    /// What was wrong with the connection, as far as it said.
    error: Option<ErrorKind>,
}

impl<'m, C: Connect> EventSource<'m, C> {
    /// Follows `url` with a GET, by these rules.
    ///
    /// Nothing is sent before the first event is asked for. Give each device another
    /// [`Config::seed`]: after a failure of the server they then come back one by one.
    ///
    /// # Errors
    /// What is wrong with `url`, or [`UrlError::Full`] if it does not fit.
    pub fn new<const RX: usize, const DATA: usize, const FIELD: usize, const URL: usize>(
        url: &str,
        memory: &'m mut Memory<RX, DATA, FIELD, URL>,
        connector: C,
        config: Config,
    ) -> Result<Self, UrlError> {
        Self::with_request(url, Request::get(), memory, connector, config)
    }

    /// Follows `url` with a request of another method, or with headers or a body.
    ///
    /// A request that cannot be sent, or is larger than `DATA`, closes the source with
    /// [`Closed::Request`] on its first attempt.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_request<
        const RX: usize,
        const DATA: usize,
        const FIELD: usize,
        const URL: usize,
    >(
        url: &str,
        request: Request<'m>,
        memory: &'m mut Memory<RX, DATA, FIELD, URL>,
        connector: C,
        config: Config,
    ) -> Result<Self, UrlError> {
        Ok(Self {
            client: memory.client(url, request.method, config)?,
            request,
            connector,
            unflushed: false,
            error: None,
        })
    }

    /// The next event. Connects, and connects again, as needed.
    ///
    /// # Errors
    /// [`Closed`] once the source is closed for good, and ever after.
    /// [`response`](Self::response) then is the one refused, and [`error`](Self::error) what the
    /// connection said.
    ///
    /// # Cancel safety
    /// The connection, what is half read and the deadlines stay in `self`; the next call goes on.
    /// Dropped while it connects, the future starts that connection anew. Dropped while it sends
    /// or receives, it loses what [`Connect::Io`] loses: nothing if that is free of side effects
    /// when cancelled, as embassy-net's socket is.
    pub async fn next(&mut self) -> Result<Event<'_>, Closed> {
        loop {
            match self.step().await {
                Step::Event => break,
                Step::Closed(reason) => return Err(reason),
                _ => {}
            }
        }
        Ok(self.client.event())
    }

    /// The next event, or the next change of state.
    ///
    /// # Errors
    /// As [`next`](Self::next).
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
            Step::Closed(reason) => return Err(reason),
            Step::Opened | Step::Connect | Step::Send | Step::Receive | Step::Wait => {
                Update::Opened
            }
        })
    }

    /// Closes the source: drops the connection, and hands out nothing more.
    pub fn close(&mut self) {
        self.client.close();
        self.connector.disconnect();
    }

    /// Connects anew at once, whatever the state, and goes on from the last event ID.
    pub fn reopen(&mut self) {
        self.client.reopen();
        self.connector.disconnect();
    }

    /// Does what the client asks for, until it has something to tell.
    async fn step(&mut self) -> Step {
        loop {
            let step = self.client.poll(now());
            let deadline = until(self.client.deadline());
            let done = match step {
                Step::Connect => select(self.connect(), deadline).await,
                Step::Send => select(self.send(), deadline).await,
                Step::Receive => select(self.receive(), deadline).await,
                Step::Wait => select(pending(), deadline).await,
                Step::Opened | Step::Event | Step::Comment | Step::TooLarge => return step,
                Step::Lost(_) | Step::Closed(_) => {
                    self.connector.disconnect();
                    return step;
                }
            };
            if let Either::First(Err(error)) = done {
                self.disconnected(step, error);
            }
        }
    }

    async fn connect(&mut self) -> Result<(), ErrorKind> {
        self.connector.disconnect();
        self.error = None;
        self.connector.connect(self.client.url()).await?;
        self.unflushed = true;
        let client = &mut self.client;
        self.connector
            .prepare(&self.request, |request| client.connected(request, now()));
        Ok(())
    }

    async fn send(&mut self) -> Result<(), ErrorKind> {
        let io = self.connector.io().ok_or(ErrorKind::NotConnected)?;
        let unsent = self.client.unsent();
        match io.write(unsent).await.map_err(|error| error.kind())? {
            0 => return Err(ErrorKind::WriteZero),
            n => self.client.sent(n),
        }
        Ok(())
    }

    async fn receive(&mut self) -> Result<(), ErrorKind> {
        let io = self.connector.io().ok_or(ErrorKind::NotConnected)?;
        if self.unflushed {
            io.flush().await.map_err(|error| error.kind())?;
            self.unflushed = false;
        }
        let spare = self.client.spare();
        let n = io.read(spare).await.map_err(|error| error.kind())?;
        self.client.received(n, now());
        Ok(())
    }

    fn disconnected(&mut self, step: Step, error: ErrorKind) {
        match (step, error) {
            (Step::Connect, ErrorKind::InvalidData | ErrorKind::Unsupported) => {
                self.client.fail(Closed::Connect);
            }
            _ => self.client.disconnected(now()),
        }
        self.connector.disconnect();
        self.error = Some(error);
    }
}

impl<'m, C> EventSource<'m, C> {
    /// What the connection lost last said was wrong, if it did.
    #[must_use]
    pub fn error(&self) -> Option<ErrorKind> {
        self.error
    }

    /// The head of the response, right after [`Update::Opened`]; once closed, the response that
    /// was refused, with as much of its body as [`Config::refused_body`] and the memory allow.
    #[must_use]
    pub fn response(&self) -> Option<Response<'_>> {
        self.client.response()
    }

    /// The rules' state: whether it is open, the last event ID, the reconnection time.
    #[must_use]
    pub fn session(&self) -> &Session<SliceBuffer<'m>> {
        self.client.session()
    }

    /// The last event ID, to go on from in another source; empty if there is none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.client.session().last_event_id()
    }

    /// Goes on from where an earlier source was left.
    ///
    /// # Errors
    /// [`TooLarge`] if it does not fit; then it is empty.
    pub fn set_last_event_id(&mut self, id: &str) -> Result<(), TooLarge> {
        self.client.set_last_event_id(id)
    }

    fn wait(&self) -> core::time::Duration {
        let deadline = self.client.deadline().unwrap_or_default();
        deadline.since(now())
    }
}

impl<C> fmt::Debug for EventSource<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource")
            .field("url", &self.client.url().as_str())
            .field("session", self.client.session())
            .finish_non_exhaustive()
    }
}
