//! The source: what its connector, its timer and its memory make of what the core says is to do.

use core::{
    fmt,
    future::{Future, pending},
};

use embassy_futures::select::{Either, select};
use embedded_io_async::ErrorKind;
use sse_core::{
    Closed, Config, Event, Session, SliceBuffer, Step, TooLarge, Update,
    http::{Request, Response, UrlError},
};

use crate::{
    Connect, Memory,
    clock::{now, until},
    driver::Driver,
};

/// A source of events: follows a URL, and connects again when the stream is lost.
///
/// It is as large as its connector and some hundred bytes more; all else is in [`Memory`].
/// Nothing happens while nobody asks for events: a slow consumer slows the server down by way of
/// TCP.
#[must_use = "it does nothing until it is asked for events"]
pub struct EventSource<'m, C> {
    pub(crate) driver: Driver<'m>,
    connector: C,
}

impl<'m, C> EventSource<'m, C> {
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
        let client = memory.client(url, request.method, config)?;
        Ok(Self {
            driver: Driver::new(client, request),
            connector,
        })
    }
}

impl<C: Connect> EventSource<'_, C> {
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
            let step = self.driver.client.poll(now());
            match step {
                Step::Event => break,
                Step::Opened | Step::Comment | Step::TooLarge => {}
                Step::Lost(_) => self.connector.disconnect(),
                Step::Closed(reason) => {
                    self.connector.disconnect();
                    return Err(reason);
                }
                Step::Connect | Step::Send | Step::Receive | Step::Wait => {
                    let deadline = until(self.driver.client.deadline());
                    let done = select(self.act(step), deadline).await;
                    self.done(step, done);
                }
            }
        }
        Ok(self.driver.client.event())
    }

    /// The next event, or the next change of state.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    ///
    /// # Cancel safety
    /// As [`next`](Self::next).
    pub async fn next_update(&mut self) -> Result<Update<'_>, Closed> {
        loop {
            let step = self.driver.client.poll(now());
            match step {
                Step::Opened | Step::Event | Step::Comment | Step::TooLarge => {}
                Step::Lost(_) => self.connector.disconnect(),
                Step::Closed(reason) => {
                    self.connector.disconnect();
                    return Err(reason);
                }
                Step::Connect | Step::Send | Step::Receive | Step::Wait => {
                    let deadline = until(self.driver.client.deadline());
                    let done = select(self.act(step), deadline).await;
                    self.done(step, done);
                    continue;
                }
            }
            return Ok(self.driver.update(step));
        }
    }

    /// Closes the source: drops the connection, and hands out nothing more.
    pub fn close(&mut self) {
        self.driver.client.close();
        self.connector.disconnect();
    }

    /// Connects anew at once, whatever the state, and goes on from the last event ID.
    pub fn reopen(&mut self) {
        self.driver.client.reopen();
        self.connector.disconnect();
    }

    // `next` and `next_update` both wait for what is to be done: a future of its own around that
    // would take flash, and as much memory again.
    fn done(&mut self, step: Step, done: Either<Result<(), ErrorKind>, ()>) {
        if let Either::First(Err(error)) = done {
            self.driver.disconnected(step, error);
            self.connector.disconnect();
        }
    }

    fn act(&mut self, step: Step) -> impl Future<Output = Result<(), ErrorKind>> {
        // As in `Driver::transfer`.
        let (driver, connector) = (&mut self.driver, &mut self.connector);
        async move {
            match step {
                Step::Connect => {
                    connector.disconnect();
                    driver.error = None;
                    connector.connect(driver.client.url()).await?;
                    let client = &mut driver.client;
                    connector.prepare(&driver.request, |request| client.connected(request, now()));
                    Ok(())
                }
                Step::Send | Step::Receive => driver.transfer(step, connector.io()).await,
                _ => pending().await,
            }
        }
    }
}

impl<'m, C> EventSource<'m, C> {
    /// What the connection lost last said was wrong, if it did.
    #[must_use]
    pub fn error(&self) -> Option<ErrorKind> {
        self.driver.error
    }

    /// The head of the response, right after [`Update::Opened`]; once closed, the response that
    /// was refused, with as much of its body as [`Config::refused_body`] and the memory allow.
    #[must_use]
    pub fn response(&self) -> Option<Response<'_>> {
        self.driver.client.response()
    }

    /// The rules' state: whether it is open, the last event ID, the reconnection time.
    #[must_use]
    pub fn session(&self) -> &Session<SliceBuffer<'m>> {
        self.driver.client.session()
    }

    /// The last event ID, to go on from in another source; empty if there is none.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        self.driver.client.session().last_event_id()
    }

    /// Goes on from where an earlier source was left.
    ///
    /// # Errors
    /// [`TooLarge`] if it does not fit; then it is empty.
    pub fn set_last_event_id(&mut self, id: &str) -> Result<(), TooLarge> {
        self.driver.client.set_last_event_id(id)
    }
}

impl<C> fmt::Debug for EventSource<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSource")
            .field("url", &self.driver.client.url().as_str())
            .field("session", self.driver.client.session())
            .finish_non_exhaustive()
    }
}
