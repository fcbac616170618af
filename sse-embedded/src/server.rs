//! A server's side of one connection: a request is read, and answered with a stream or a page.

use core::{fmt, future::poll_fn, ops::Range, task::Poll};

use embassy_futures::{
    select::{Either, Either3, select, select3},
    yield_now,
};
use embassy_sync::blocking_mutex::raw::RawMutex;
use embassy_time::{Duration, Instant, Timer};
use embedded_io_async::{Read, Write};
use sse_core::{
    Buffer as _, FellOff, KEEP_ALIVE, SliceBuffer,
    http::{
        ALLOW, Ask, Framing, HEAD_TOO_LARGE, HeadEnd, Header, RequestError, RequestHead,
        encode_answer_head,
    },
};

use crate::{Feed, Subscription, TooManySubscribers, feed::AnyFeed};

/// What a request is answered with.
#[derive(Clone, Copy)]
#[must_use = "an answer does nothing until it is returned"]
pub struct Answer<'a> {
    headers: &'a [Header<'a>],
    kind: Kind<'a>,
}

#[derive(Clone, Copy)]
enum Kind<'a> {
    Stream(&'a dyn AnyFeed),
    Page { status: u16, body: &'a [u8] },
}

impl<'a> Answer<'a> {
    /// The stream of this feed, from the event after the client's `Last-Event-ID` on; 503 if the
    /// feed has no room for another subscriber.
    pub const fn stream<M: RawMutex, const N: usize, const BYTES: usize, const SUBS: usize>(
        feed: &'a Feed<M, N, BYTES, SUBS>,
    ) -> Self {
        Self::new(Kind::Stream(feed))
    }

    /// A page, a script, a picture: this body, with its `content-type` among the
    /// [headers](Self::headers).
    pub const fn page(body: &'a [u8]) -> Self {
        Self::new(Kind::Page { status: 200, body })
    }

    /// No page and no stream: 404 for an unknown path, 204 for a stream that has come to its end
    /// for good. A status below 200 is sent as 200, one over 999 as 999.
    pub const fn refusal(status: u16) -> Self {
        let status = match status {
            0..200 => 200,
            1000.. => 999,
            status => status,
        };
        Self::new(Kind::Page { status, body: &[] })
    }

    /// Adds these headers. One may stand in place of a stream's own `cache-control`, say.
    pub const fn headers(mut self, headers: &'a [Header<'a>]) -> Self {
        self.headers = headers;
        self
    }

    const fn new(kind: Kind<'a>) -> Self {
        Self { headers: &[], kind }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Answer<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self.kind {
            Kind::Stream(_) => defmt::write!(f, "Answer::stream"),
            Kind::Page { status, body } => {
                defmt::write!(
                    f,
                    "Answer::page({=u16}, {=usize} bytes)",
                    status,
                    body.len()
                );
            }
        }
    }
}

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Stream(_) => "Answer::stream",
            Kind::Page { .. } => "Answer::page",
        })
    }
}

/// How long what may last, on a connection that is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Timeouts {
    /// The head of the request, from the first byte waited for to its last. Default: 10 s.
    pub head: Duration,
    /// A client that takes nothing of what is sent; about twice that, if there is more to send
    /// meanwhile. Without it, one that neither reads nor leaves keeps its connection. Default:
    /// 60 s.
    pub write: Option<Duration>,
    /// Silence of the feed, after which an empty comment goes out. Default: 15 s.
    pub keep_alive: Option<Duration>,
}

impl Timeouts {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            head: Duration::from_secs(10),
            write: Some(Duration::from_secs(60)),
            keep_alive: Some(Duration::from_secs(15)),
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::new()
    }
}

/// How one connection was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Served {
    /// The feed was closed and read to its end, and the client knows.
    Ended,
    /// A page or a refusal with this status was sent.
    Answered(u16),
    /// The client has gone.
    Gone,
    /// The client was slower than the feed is long, and [`Overrun::Close`](sse_core::Overrun) or
    /// half an event left it no way on.
    FellOff,
    /// The client took longer than it may.
    TimedOut,
    /// The head of the answer does not fit the buffer, or has a header that is none.
    Unsendable,
}

/// Serves the one request of a connection that was accepted; then the connection is to be closed.
///
/// It reads the head of the request into `buffer`, asks `answer`, and sends what that says. The
/// stream of a feed goes through `buffer`, too: several messages at once where there are several.
/// Give it 1 KiB: a request with a larger head is refused.
///
/// `answer` is asked about GET and HEAD. OPTIONS is told which methods there are (204); others are
/// refused (405), as are malformed heads (400, 431, 505).
///
/// ```
/// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
/// use embedded_io_async::{Read, Write};
/// use sse_embedded::{Answer, Feed, Served, Timeouts, serve, sse_core::http::Header};
///
/// static FEED: Feed<CriticalSectionRawMutex, 16, 1024, 4> = Feed::new();
/// const HTML: &[Header<'_>] = &[Header { name: "content-type", value: b"text/html" }];
///
/// async fn accepted(mut socket: impl Read + Write, buffer: &mut [u8]) -> Served {
///     serve(&mut socket, buffer, Timeouts::new(), |head| match head.path() {
///         "/events" => Answer::stream(&FEED),
///         "/" => Answer::page(b"<!DOCTYPE html><title>Sensors</title>").headers(HTML),
///         _ => Answer::refusal(404),
///     })
///     .await
/// }
/// ```
///
/// A client that ends its side of the connection counts as gone; what else it sends is passed
/// over. A stream that breaks off without an end makes a client come back.
///
/// # Cancel safety
/// Dropping the future frees the feed of its subscriber. The client sees a stream that breaks off
/// when the connection is closed. Reads and flushes of `io` are dropped while they wait, whenever
/// there is something to send: that must lose nothing, as it does not with embassy-net's socket.
pub async fn serve<'a, Io: Read + Write>(
    io: &mut Io,
    buffer: &mut [u8],
    timeouts: Timeouts,
    answer: impl FnOnce(&RequestHead<'_>) -> Answer<'a>,
) -> Served {
    let mut connection = Connection { io, timeouts };
    let (Ok(served) | Err(served)) = connection.exchange(buffer, answer).await;
    served
}

pub(crate) struct Connection<'a, Io> {
    pub(crate) io: &'a mut Io,
    pub(crate) timeouts: Timeouts,
}

impl<Io: Read + Write> Connection<'_, Io> {
    pub(crate) async fn exchange<'a>(
        &mut self,
        buffer: &mut [u8],
        answer: impl FnOnce(&RequestHead<'_>) -> Answer<'a>,
    ) -> Result<Served, Served> {
        let received = self.read_head(buffer).await?;
        let mut reply = Reply::new();
        reply.decide(received, answer);
        let mut out = SliceBuffer::new(buffer);
        if reply.encode_head(&mut out).is_err() {
            return Err(Served::Unsendable);
        }
        let mut piece = 0..out.as_slice().len();
        let mut taken_at = Instant::now();
        loop {
            let bytes = match piece.is_empty() {
                true => reply.end,
                false => buffer.get(piece.clone()).unwrap_or_default(),
            };
            self.send(bytes).await?;
            if piece.is_empty() {
                break;
            }
            piece = match &mut reply.stream {
                Some(subscription) => {
                    let next = self.next_piece(subscription, reply.framing, buffer, &mut taken_at);
                    next.await?
                }
                None => 0..0,
            };
        }
        let stalled = after(Instant::now(), self.timeouts.write);
        match select(self.io.flush(), stalled).await {
            Either::First(Ok(())) => Ok(match reply.stream {
                Some(_) => Served::Ended,
                None => Served::Answered(reply.status),
            }),
            Either::First(Err(_)) => Err(Served::Gone),
            Either::Second(()) => Err(Served::TimedOut),
        }
    }

    /// What has been received when the head of the request is whole; nothing, if it does not fit.
    async fn read_head<'b>(&mut self, buffer: &'b mut [u8]) -> Result<&'b [u8], Served> {
        let begun = Instant::now();
        let mut end = HeadEnd::new();
        let mut len = 0;
        loop {
            let Some(spare) = buffer.get_mut(len..).filter(|spare| !spare.is_empty()) else {
                return Ok(&[]);
            };
            let n = match select(self.io.read(spare), after(begun, Some(self.timeouts.head))).await
            {
                Either::First(Ok(n)) if n > 0 => n,
                Either::First(_) => return Err(Served::Gone),
                Either::Second(()) => return Err(Served::TimedOut),
            };
            len += n;
            if end.find(spare.get(..n).unwrap_or_default()).is_some() {
                return Ok(buffer.get(..len).unwrap_or_default());
            }
        }
    }

    /// Waits for what is to be sent next, and says where it lies; nowhere, if the feed has ended.
    async fn next_piece(
        &mut self,
        subscription: &mut Subscription<'_>,
        framing: Framing,
        buffer: &mut [u8],
        taken_at: &mut Instant,
    ) -> Result<Range<usize>, Served> {
        let silent_since = Instant::now();
        // Where there is always more to send, its buffer fills slowly.
        let limit = self.timeouts.write;
        let due = limit.and_then(|limit| taken_at.checked_add(limit));
        let is_due = due.is_some_and(|due| due < silent_since);
        let mut flushed = false;
        // The head of the answer, which is longer than what this takes away, has fitted.
        let end = buffer.len().saturating_sub(PIECE_END);
        let piece = buffer.get_mut(PIECE_START..end).unwrap_or_default();
        let n = loop {
            // A client that has not taken everything needs no comment.
            let limit = match flushed {
                true => self.timeouts.keep_alive,
                false => self.timeouts.write,
            };
            let idle = self.idle(flushed);
            let late = after(silent_since, limit);
            let more = poll_fn(|cx| match is_due && !flushed {
                true => Poll::Pending,
                false => subscription.poll_read(piece, cx),
            });
            match select3(more, idle, late).await {
                Either3::First(Ok(0)) => return Ok(0..0),
                Either3::First(Ok(n)) => break n,
                Either3::First(Err(FellOff)) => return Err(Served::FellOff),
                Either3::Second(idle) => {
                    idle?;
                    flushed = true;
                    *taken_at = silent_since;
                }
                Either3::Third(()) if flushed => {
                    if let Some(room) = piece.get_mut(..KEEP_ALIVE.len()) {
                        room.copy_from_slice(KEEP_ALIVE.as_bytes());
                    }
                    break KEEP_ALIVE.len();
                }
                Either3::Third(()) => return Err(Served::TimedOut),
            }
        };
        Ok(frame(framing, buffer, n))
    }

    /// Returns when all that was sent has gone out, then whenever the client has sent something.
    async fn idle(&mut self, flushed: bool) -> Result<(), Served> {
        if !flushed {
            return self.io.flush().await.map_err(|_| Served::Gone);
        }
        match self.io.read(&mut [0; 32]).await {
            Ok(0) | Err(_) => Err(Served::Gone),
            // A client that keeps talking does not keep other tasks from their turn.
            Ok(_) => {
                yield_now().await;
                Ok(())
            }
        }
    }

    async fn send(&mut self, mut bytes: &[u8]) -> Result<(), Served> {
        while !bytes.is_empty() {
            let stalled = after(Instant::now(), self.timeouts.write);
            match select(self.io.write(bytes), stalled).await {
                Either::First(Ok(n)) if n > 0 => bytes = bytes.get(n..).unwrap_or_default(),
                Either::First(_) => return Err(Served::Gone),
                Either::Second(()) => return Err(Served::TimedOut),
            }
        }
        Ok(())
    }
}

fn after(since: Instant, limit: Option<Duration>) -> Timer {
    let deadline = limit.and_then(|limit| since.checked_add(limit));
    Timer::at(deadline.unwrap_or(Instant::MAX))
}

/// What is sent in reply to a request.
struct Reply<'a> {
    status: u16,
    headers: &'a [Header<'a>],
    framing: Framing,
    /// What the head says of the body, if it is no stream; a HEAD does not get it.
    body_len: Option<usize>,
    stream: Option<Subscription<'a>>,
    /// What comes last: the body, or the end of the stream.
    end: &'a [u8],
}

impl<'a> Reply<'a> {
    /// A refusal of nothing in particular.
    fn new() -> Self {
        Self {
            status: 400,
            headers: &[],
            framing: Framing::Close,
            body_len: Some(0),
            stream: None,
            end: &[],
        }
    }

    /// Becomes the reply to what was received; nothing stands for a head that does not fit.
    // What it needs of the stack, the rest of an exchange does without.
    #[inline(never)]
    fn decide(&mut self, received: &[u8], answer: impl FnOnce(&RequestHead<'_>) -> Answer<'a>) {
        let head = match RequestHead::parse(received) {
            _ if received.is_empty() => return self.answer(HEAD_TOO_LARGE, &[]),
            Ok(Some((head, _))) => head,
            Ok(None) => return,
            Err(bad) => return self.answer(bad.status(), &[]),
        };
        let ask = head.ask();
        let answer = match ask {
            Ask::Stream | Ask::Head => answer(&head),
            Ask::Options => return self.answer(204, &[ALLOW]),
            Ask::Other => return self.answer(405, &[ALLOW]),
            Ask::Invalid => return,
        };
        match answer.kind {
            Kind::Page { status, body } => {
                self.answer(status, answer.headers);
                self.body_len = Some(body.len());
                self.end = body;
            }
            Kind::Stream(feed) => match feed.subscribe(head.last_event_id()) {
                Ok(subscription) => {
                    self.answer(200, answer.headers);
                    self.framing = Framing::of(&head);
                    self.body_len = None;
                    self.stream = Some(subscription);
                    self.end = self.framing.stream_end();
                }
                Err(TooManySubscribers) => return self.answer(503, &[RETRY_AFTER]),
            },
        }
        if ask == Ask::Head {
            self.end = &[];
            self.stream = None;
        }
    }

    #[inline(never)]
    fn answer(&mut self, status: u16, headers: &'a [Header<'a>]) {
        self.status = status;
        self.headers = headers;
    }

    #[inline(never)]
    fn encode_head(&self, out: &mut SliceBuffer<'_>) -> Result<(), RequestError> {
        match self.body_len {
            None => self.framing.encode_head(self.headers, out),
            Some(len) => encode_answer_head(self.status, self.headers, len, out),
        }
    }
}

/// Puts around the `len` bytes behind [`PIECE_START`] what makes them a piece of the stream, and
/// says where it lies.
fn frame(framing: Framing, buffer: &mut [u8], len: usize) -> Range<usize> {
    let mut start = [0; PIECE_START];
    let mut out = SliceBuffer::new(&mut start);
    // There is room for any length.
    let _ = framing.encode_piece_start(len, &mut out);
    let start = out.as_slice();
    let (at, end) = (PIECE_START - start.len(), framing.piece_end());
    let whole = at..PIECE_START + len + end.len();
    if let Some(room) = buffer.get_mut(at..PIECE_START) {
        room.copy_from_slice(start);
    }
    if let Some(room) = buffer.get_mut(PIECE_START + len..whole.end) {
        room.copy_from_slice(end);
    }
    whole
}

/// Room for the length of a chunk in hexadecimal and a line end.
const PIECE_START: usize = 2 * size_of::<usize>() + 2;

/// Room for the line end behind it.
const PIECE_END: usize = 2;

/// When to come back, in seconds, to a feed that has no room.
const RETRY_AFTER: Header<'static> = Header {
    name: "retry-after",
    value: b"5",
};
