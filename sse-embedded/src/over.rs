//! A source whose connections its caller makes: for sessions that borrow, as those of TLS do.

use embassy_futures::select::{Either, select};
use embedded_io_async::{ErrorKind, Read, Write};
use sse_core::{
    Closed, Event, Step, Update,
    http::{Response, Url},
};

use crate::{
    EventSource,
    clock::{now, until},
    driver::Driver,
};

/// Without a connector.
///
/// A session of embedded-tls borrows its socket and its record buffers and never gives them back:
/// a connector could make one, and not a second. Here it lives in the caller's loop.
///
/// ```
/// use embedded_io_async::{ErrorKind, Read, Write};
/// use sse_embedded::{Closed, EventSource, sse_core::http::Url};
///
/// # trait Socket: Read + Write {}
/// # async fn open<'c>(_: Url<'_>, socket: &'c mut impl Socket, _: &'c mut [u8]) -> Result<impl Read + Write + 'c, ErrorKind> { Ok(socket) }
/// async fn follow(
///     mut source: EventSource<'_, ()>,
///     mut socket: impl Socket,
///     record: &mut [u8],
/// ) -> Result<(), Closed> {
///     loop {
///         let url = source.due().await?;
///         let session = open(url, &mut socket, record).await;
///         let Some(mut stream) = source.over(session) else {
///             continue;
///         };
///         while let Some(event) = stream.next().await {
///             show(event.data);
///         }
///     }
/// }
/// # fn show(_: &str) {}
/// ```
impl<'m> EventSource<'m, ()> {
    /// Waits until a connection is to be made, and says where to.
    ///
    /// A stream that was dropped before its end counts as cut. What it had received and nobody has
    /// taken does not count as seen: a server that resumes sends it again.
    ///
    /// # Errors
    /// [`Closed`] once the source is closed for good, and ever after.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    pub async fn due(&mut self) -> Result<Url<'_>, Closed> {
        let client = &mut self.driver.client;
        if core::mem::take(&mut self.driver.lent) {
            client.disconnected(now());
        }
        loop {
            match client.poll(now()) {
                Step::Connect => break,
                Step::Wait => until(client.deadline()).await,
                Step::Send | Step::Receive => client.disconnected(now()),
                Step::Closed(reason) => return Err(reason),
                Step::Opened | Step::Event | Step::Comment | Step::TooLarge | Step::Lost(_) => {}
            }
        }
        Ok(client.url())
    }

    /// The stream over the connection that was due, or none if it could not be made.
    ///
    /// The connect deadline began with [`due`](Self::due). Bound the connecting itself by a
    /// timeout, and say [`ErrorKind::TimedOut`].
    pub fn over<Io: Read + Write>(
        &mut self,
        connection: Result<Io, ErrorKind>,
    ) -> Option<Stream<'_, 'm, Io>> {
        let driver = &mut self.driver;
        match connection {
            Ok(io) => {
                driver.client.connected(&driver.request, now());
                driver.lent = true;
                driver.error = None;
                Some(Stream { driver, io })
            }
            Err(error) => {
                driver.disconnected(Step::Connect, error);
                None
            }
        }
    }

    /// Closes the source: [`due`](Self::due) says so from now on.
    pub fn close(&mut self) {
        self.driver.client.close();
    }

    /// Makes a connection due at once, whatever the state, and goes on from the last event ID.
    pub fn reopen(&mut self) {
        self.driver.client.reopen();
        self.driver.lent = false;
    }
}

/// The events of one connection; see [`EventSource::over`].
#[must_use = "it does nothing until it is asked for events"]
pub struct Stream<'s, 'm, Io> {
    driver: &'s mut Driver<'m>,
    io: Io,
}

impl<Io: Read + Write> Stream<'_, '_, Io> {
    /// The next event; none when the connection has come to its end, or leads elsewhere by a
    /// redirect. Drop it then, and ask what is [due](EventSource::due).
    ///
    /// # Cancel safety
    /// Dropping the future loses what dropping a read or write of the connection loses.
    pub async fn next(&mut self) -> Option<Event<'_>> {
        loop {
            match self.step().await {
                Step::Event => break,
                Step::Opened | Step::Comment | Step::TooLarge => {}
                _ => return None,
            }
        }
        Some(self.driver.client.event())
    }

    /// The next event, or the next change of state; none as for [`next`](Self::next).
    ///
    /// # Cancel safety
    /// As [`next`](Self::next).
    pub async fn next_update(&mut self) -> Option<Update<'_>> {
        match self.step().await {
            Step::Closed(_) | Step::Connect | Step::Wait => None,
            step => Some(self.driver.update(step)),
        }
    }

    /// As [`EventSource::response`].
    #[must_use]
    pub fn response(&self) -> Option<Response<'_>> {
        self.driver.client.response()
    }

    /// Does what the client asks for, until it has something to tell or wants another connection.
    async fn step(&mut self) -> Step {
        loop {
            let step = self.driver.client.poll(now());
            match step {
                Step::Send | Step::Receive => {}
                Step::Connect => {
                    self.driver.lent = false;
                    return step;
                }
                Step::Wait
                | Step::Opened
                | Step::Event
                | Step::Comment
                | Step::TooLarge
                | Step::Lost(_)
                | Step::Closed(_) => return step,
            }
            let deadline = until(self.driver.client.deadline());
            let done = select(self.driver.transfer(step, Some(&mut self.io)), deadline).await;
            if let Either::First(Err(error)) = done {
                self.driver.disconnected(step, error);
            }
        }
    }
}
