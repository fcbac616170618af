//! The server's side of a connection: reads that have an end, writes that may stall.

use std::{
    error::Error,
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;
use futures_io::{AsyncRead, AsyncWrite};
use sse_core::{
    Instant,
    adapter::{IntoFrame, Timer as _},
    http::{Framing, HeadEnd},
};

use crate::{EventBody, Limits, Served, timer::Timer};

/// What a stream of frames may fail with.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// How far a request head came.
pub(crate) enum Head {
    Whole,
    Gone,
    TooLarge,
}

/// A connection of which the server's side is spoken.
pub(crate) struct Connection<'a, T> {
    io: Pin<&'a mut T>,
    /// What is to be sent, and how much of it has been.
    pub(crate) out: Vec<u8>,
    sent: usize,
    timer: Timer,
    limits: Limits,
    /// Until when the client has to take something.
    stalled: Option<Instant>,
}

impl<'a, T: AsyncRead + AsyncWrite> Connection<'a, T> {
    pub(crate) fn new(io: Pin<&'a mut T>, limits: Limits) -> Self {
        Self {
            io,
            out: Vec::new(),
            sent: 0,
            timer: Timer::new(),
            limits,
            stalled: None,
        }
    }

    /// Appends the head of the request to `received`.
    pub(crate) async fn read_head(&mut self, received: &mut Vec<u8>) -> io::Result<Head> {
        let until = self.timer.now() + self.limits.head_timeout;
        let mut end = HeadEnd::new();
        let mut memory = [0; 1024];
        loop {
            let read = poll_fn(|cx| match self.io.as_mut().poll_read(cx, &mut memory) {
                Poll::Pending => {
                    ready!(self.timer.poll(Some(until), cx));
                    Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
                }
                read => read,
            });
            let n = read.await?;
            let chunk = memory.get(..n).unwrap_or_default();
            if chunk.is_empty() {
                return Ok(Head::Gone);
            }
            let found = end.find(chunk);
            received.extend_from_slice(chunk.get(..found.unwrap_or(n)).unwrap_or_default());
            if received.len() > self.limits.head {
                return Ok(Head::TooLarge);
            }
            if found.is_some() {
                return Ok(Head::Whole);
            }
        }
    }

    /// Sends what `body` has, until it ends or the client does.
    pub(crate) fn poll_stream<S>(
        &mut self,
        mut body: Pin<&mut EventBody<S>>,
        framing: Framing,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<Served>>
    where
        S: Stream<Item: IntoFrame<Error: Into<BoxError>>>,
    {
        if self.poll_gone(cx)?.is_ready() {
            return Poll::Ready(Ok(Served::Gone));
        }
        for _ in 0..BATCHES {
            let mut ended = false;
            while !ended && self.out.len() < BATCH {
                match body.as_mut().poll_next(cx) {
                    Poll::Ready(Some(Ok(frame))) => framing
                        .encode_piece(&frame, &mut self.out)
                        .map_err(io::Error::other)?,
                    Poll::Ready(Some(Err(error))) => {
                        return Poll::Ready(Err(io::Error::other(error)));
                    }
                    Poll::Ready(None) => {
                        framing
                            .encode_end(&mut self.out)
                            .map_err(io::Error::other)?;
                        ended = true;
                    }
                    Poll::Pending => break,
                }
            }
            if ended {
                return Poll::Ready(Ok(Served::Ended));
            }
            if self.out.is_empty() {
                return Poll::Pending;
            }
            ready!(self.poll_sent(cx))?;
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Ready when the client has ended its side. What it sends until then is passed over.
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut memory = [0; 512];
        // A client that keeps talking does not keep other tasks from their turn.
        for _ in 0..8 {
            if ready!(self.io.as_mut().poll_read(cx, &mut memory))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Ready when all has been sent and flushed.
    fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(unsent) = self.out.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match self.io.as_mut().poll_write(cx, unsent)? {
                Poll::Ready(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(n) => {
                    self.sent += n;
                    self.stalled = None;
                }
                Poll::Pending => return self.poll_stalled(cx),
            }
        }
        if self.io.as_mut().poll_flush(cx)?.is_pending() {
            return self.poll_stalled(cx);
        }
        self.stalled = None;
        self.sent = 0;
        self.out.clear();
        // A large frame leaves no large buffer behind.
        self.out.shrink_to(2 * BATCH);
        Poll::Ready(Ok(()))
    }

    fn poll_stalled(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let until = match self.stalled {
            Some(until) => until,
            None => self.timer.now() + self.limits.write_timeout,
        };
        self.stalled = Some(until);
        ready!(self.timer.poll(Some(until), cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Sends the rest, and ends the connection.
    ///
    /// A socket that is closed with something unread in it takes back what was sent last. Where
    /// the client may still be `talking`, it is heard out.
    pub(crate) async fn finish(&mut self, talking: bool) -> io::Result<()> {
        poll_fn(|cx| self.poll_sent(cx)).await?;
        poll_fn(|cx| self.io.as_mut().poll_close(cx)).await?;
        let until = self.timer.now() + LINGER;
        poll_fn(|cx| match self.poll_gone(cx) {
            Poll::Pending if talking => self.timer.poll(Some(until), cx),
            _ => Poll::Ready(()),
        })
        .await;
        Ok(())
    }
}

/// How much is collected for one write.
const BATCH: usize = 16 * 1024;

/// How many writes a stream that always has more may make before other tasks have their turn.
const BATCHES: usize = 16;

/// How long a client is heard out when all is said.
const LINGER: Duration = Duration::from_secs(2);
