//! A server's side of one connection: a request is read, and answered with a stream or refused.

use std::{
    error::Error,
    future::poll_fn,
    io,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;
use futures_io::{AsyncRead, AsyncWrite};
use sse_core::{
    Instant,
    adapter::{IntoFrame, Timer as _},
    http::{BadHead, Framing, HeadEnd, Header, RequestError, RequestHead},
};

use crate::{EventBody, timer::Timer};

/// What a request is answered with: a stream of events, or a status that says why there is none.
///
/// ```
/// use sse_smol::{Answer, Hub, Subscription, sse_core::http::RequestHead};
///
/// fn answer(hub: &Hub, head: &RequestHead<'_>) -> Answer<Subscription> {
///     match head.path() {
///         "/events" => Answer::stream(hub.subscribe(head.last_event_id_text().as_deref())),
///         _ => Answer::refusal(404),
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use = "an answer does nothing until it is returned"]
pub struct Answer<S> {
    headers: Vec<(String, Vec<u8>)>,
    kind: Kind<S>,
}

#[derive(Debug)]
enum Kind<S> {
    Stream(EventBody<S>),
    Refusal { status: u16, body: Vec<u8> },
}

impl<S> Answer<S> {
    /// A stream of these frames, with a comment after every 15 seconds of silence.
    pub const fn stream(frames: S) -> Self {
        Self::body(EventBody::new(frames))
    }

    /// This stream, with the keep-alive it has been given.
    pub const fn body(body: EventBody<S>) -> Self {
        Self {
            headers: Vec::new(),
            kind: Kind::Stream(body),
        }
    }

    /// No stream: 204 if there is nothing more to come, 503 if there is no room now.
    ///
    /// A status below 200 is sent as 200, one over 999 as 999.
    pub const fn refusal(status: u16) -> Self {
        Self::refusal_with(status, Vec::new())
    }

    /// No stream, with a body that says why; its `content-type` is a [header](Self::header) to
    /// add. Statuses 204 and 304 have none.
    pub const fn refusal_with(status: u16, body: Vec<u8>) -> Self {
        Self {
            headers: Vec::new(),
            kind: Kind::Refusal { status, body },
        }
    }

    /// Adds a header. It stands in place of a stream's own `cache-control`, say.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.into(), value.as_ref().into()));
        self
    }
}

/// How one request was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Served {
    /// The stream has come to its end, and the client knows.
    Ended,
    /// The client has gone.
    Gone,
    /// The request was refused, by the answer given or because it was no request.
    Refused,
}

/// Limits of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest request head taken, in bytes. Default: 16 KiB.
    pub head: usize,
    /// How long the head of the request may take. Default: 10 s.
    pub head_timeout: Duration,
    /// How long a client may take nothing of what is sent. Default: 60 s.
    pub write_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 16 * 1024,
            head_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(60),
        }
    }
}

/// Serves the one request of a connection that someone has accepted, and ends the connection.
///
/// It reads the head of the request, asks `answer`, and sends the stream of frames to its end:
/// several at once where several are there. The connection may be a TCP or Unix socket, or TLS.
///
/// ```no_run
/// # smol::block_on(async {
/// use sse_smol::{Answer, Hub, serve};
///
/// let hub = Hub::default();
/// let listener = smol::net::TcpListener::bind("127.0.0.1:8080").await?;
/// loop {
///     let (socket, _) = listener.accept().await?;
///     let hub = hub.clone();
///     let serving = serve(socket, move |head| {
///         Answer::stream(hub.subscribe(head.last_event_id_text().as_deref()))
///     });
///     smol::spawn(serving).detach();
/// }
/// # Ok::<(), std::io::Error>(()) });
/// ```
///
/// The body of a request is passed over. A client that ends its side of the connection counts as
/// gone.
///
/// # Errors
/// What the connection reports; [`io::ErrorKind::TimedOut`] by the [`Limits`];
/// [`io::ErrorKind::InvalidInput`] if the answer has a header that cannot be sent; what a stream of
/// results fails with. In all these cases the client sees a stream that breaks off.
///
/// # Cancel safety
/// Dropping the future drops the connection and the stream; the client sees a stream that breaks
/// off.
pub async fn serve<T, A, S>(io: T, answer: A) -> io::Result<Served>
where
    T: AsyncRead + AsyncWrite,
    A: FnOnce(&RequestHead<'_>) -> Answer<S>,
    S: Stream<Item: IntoFrame<Error: Into<BoxError>>>,
{
    serve_with(Limits::default(), io, answer).await
}

/// As [`serve`], within other limits.
///
/// # Errors
/// As [`serve`].
///
/// # Cancel safety
/// As [`serve`].
pub async fn serve_with<T, A, S>(limits: Limits, io: T, answer: A) -> io::Result<Served>
where
    T: AsyncRead + AsyncWrite,
    A: FnOnce(&RequestHead<'_>) -> Answer<S>,
    S: Stream<Item: IntoFrame<Error: Into<BoxError>>>,
{
    let mut connection = Connection {
        io: pin!(io),
        out: Vec::new(),
        sent: 0,
        timer: Timer::new(),
        limits,
        stalled: None,
    };
    let mut received = Vec::new();
    let refused = match connection.read_head(&mut received).await? {
        Head::Whole => None,
        Head::Gone => return Ok(Served::Gone),
        Head::TooLarge => Some(431),
    };
    let request = RequestHead::parse(&received);
    let (head, status) = match (refused, &request) {
        (None, Ok(Some((head, _)))) => (Some(head), 400),
        (Some(status), _) => (None, status),
        (None, Err(BadHead::Version)) => (None, 505),
        (None, Err(BadHead::TooManyHeaders)) => (None, 431),
        (None, Ok(None) | Err(_)) => (None, 400),
    };
    let (answer, framing) = match head {
        Some(head) => (answer(head), Framing::of(head)),
        None => (Answer::refusal(status), Framing::Close),
    };
    let only_head = head.is_some_and(|head| head.method() == "HEAD");
    let talking = head.is_none_or(has_body);
    drop(received);

    let headers = answer.headers.iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| Header { name, value })
        .collect();
    let out = &mut connection.out;
    match answer.kind {
        Kind::Refusal { status, mut body } => {
            if only_head {
                body.clear();
            }
            sse_core::http::encode_refusal(status, &headers, &body, out).map_err(invalid)?;
            connection.finish(talking).await?;
            Ok(Served::Refused)
        }
        Kind::Stream(body) => {
            framing.encode_head(&headers, out).map_err(invalid)?;
            drop(headers);
            if only_head {
                connection.finish(talking).await?;
                return Ok(Served::Ended);
            }
            let mut body = pin!(body);
            let sent = async {
                let served =
                    poll_fn(|cx| connection.poll_stream(body.as_mut(), framing, cx)).await?;
                if served == Served::Ended {
                    connection.finish(talking).await?;
                }
                Ok(served)
            };
            sent.await.or_else(gone)
        }
    }
}

/// What a stream of frames may fail with.
type BoxError = Box<dyn Error + Send + Sync>;

/// How far a request head came.
enum Head {
    Whole,
    Gone,
    TooLarge,
}

struct Connection<'a, T> {
    io: Pin<&'a mut T>,
    /// What is to be sent, and how much of it has been.
    out: Vec<u8>,
    sent: usize,
    timer: Timer,
    limits: Limits,
    /// Until when the client has to take something.
    stalled: Option<Instant>,
}

impl<T: AsyncRead + AsyncWrite> Connection<'_, T> {
    async fn read_head(&mut self, received: &mut Vec<u8>) -> io::Result<Head> {
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
    fn poll_stream<S>(
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
    async fn finish(&mut self, talking: bool) -> io::Result<()> {
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

/// A client that breaks off the connection has gone, too.
fn gone(error: io::Error) -> io::Result<Served> {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error.kind() {
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => Ok(Served::Gone),
        _ => Err(error),
    }
}

/// RFC 9112 6: these two headers announce it.
fn has_body(head: &RequestHead<'_>) -> bool {
    head.header("transfer-encoding").is_some()
        || head.header("content-length").is_some_and(|n| n != b"0")
}

fn invalid(error: RequestError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

/// How much is collected for one write.
const BATCH: usize = 16 * 1024;

/// How many writes a stream that always has more may make before other tasks have their turn.
const BATCHES: usize = 16;

/// How long a client is heard out when all is said.
const LINGER: Duration = Duration::from_secs(2);
