//! A server's side of one connection: a request is read, and answered with a stream or a page.

use core::{fmt, time::Duration};

use embassy_futures::{
    select::{Either, Either3, select, select3},
    yield_now,
};
use embassy_sync::blocking_mutex::raw::RawMutex;
use embedded_io_async::{Read, Write};
use sse_core::{
    Buffer as _, FellOff, Message, SliceBuffer,
    http::{ALLOW, Ask, Framing, HEAD_TOO_LARGE, HeadEnd, Header, RequestHead, encode_answer_head},
};

use crate::{
    Feed, Subscription, TooManySubscribers,
    clock::{now, until},
    feed::AnyFeed,
};

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
#[non_exhaustive]
pub struct Timeouts {
    /// The head of the request, from the first byte waited for to its last. Default: 10 s.
    pub head: Duration,
    /// A client that takes nothing of what is sent. Without it, one that neither reads nor leaves
    /// keeps its connection. Default: 60 s.
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
/// `answer` is asked about GET and HEAD. Other methods are refused (405), as are malformed heads
/// (400, 431, 505).
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

struct Connection<'a, Io> {
    io: &'a mut Io,
    timeouts: Timeouts,
}

impl<Io: Read + Write> Connection<'_, Io> {
    async fn exchange<'a>(
        &mut self,
        buffer: &mut [u8],
        answer: impl FnOnce(&RequestHead<'_>) -> Answer<'a>,
    ) -> Result<Served, Served> {
        let received = self.read_head(buffer).await?;
        let reply = Reply::to(received, answer);
        let mut out = SliceBuffer::new(buffer);
        let encoded = match (&reply.body, reply.framing) {
            (Body::Stream(_), framing) => framing.encode_head(reply.headers, &mut out),
            (&Body::Page { status, body }, _) => {
                encode_answer_head(status, reply.headers, body.len(), &mut out)
            }
        };
        if encoded.is_err() {
            return Err(Served::Unsendable);
        }
        self.send(out.as_slice()).await?;
        match reply.body {
            Body::Stream(subscription) if !reply.only_head => {
                self.stream(subscription, reply.framing, buffer).await
            }
            Body::Stream(_) => {
                self.flush().await?;
                Ok(Served::Answered(200))
            }
            Body::Page { status, body } => {
                if !reply.only_head {
                    self.send(body).await?;
                }
                self.flush().await?;
                Ok(Served::Answered(status))
            }
        }
    }

    /// What has been received when the head of the request is whole; nothing, if it does not fit.
    async fn read_head<'b>(&mut self, buffer: &'b mut [u8]) -> Result<&'b [u8], Served> {
        let deadline = until(Some(now() + self.timeouts.head));
        let read = async {
            let mut end = HeadEnd::new();
            let mut len = 0;
            loop {
                let spare = buffer.get_mut(len..).unwrap_or_default();
                if spare.is_empty() {
                    return Ok(0);
                }
                let n = self.io.read(spare).await.unwrap_or(0).min(spare.len());
                if n == 0 {
                    return Err(Served::Gone);
                }
                len += n;
                if end.find(&spare[..n]).is_some() {
                    return Ok(len);
                }
            }
        };
        let len = match select(read, deadline).await {
            Either::First(read) => read?,
            Either::Second(()) => return Err(Served::TimedOut),
        };
        Ok(&buffer[..len])
    }

    /// Sends what the feed has, until it ends or the client does.
    async fn stream(
        &mut self,
        mut subscription: Subscription<'_>,
        framing: Framing,
        buffer: &mut [u8],
    ) -> Result<Served, Served> {
        // The head of the answer, which is longer than what these take away, has fitted.
        let room = buffer.len() - PIECE_START - PIECE_END;
        let mut flushed = false;
        let mut silent_since = now();
        loop {
            // A client that has not taken everything needs no comment.
            let limit = match flushed {
                true => self.timeouts.keep_alive,
                false => self.timeouts.write,
            };
            let deadline = until(limit.map(|limit| silent_since + limit));
            let piece = &mut buffer[PIECE_START..][..room];
            let idle = self.idle(flushed);
            let n = match select3(subscription.read(piece), idle, deadline).await {
                Either3::First(Ok(0)) => {
                    let mut out = SliceBuffer::new(buffer);
                    if framing.encode_end(&mut out).is_ok() {
                        self.send(out.as_slice()).await?;
                        self.flush().await?;
                    }
                    return Ok(Served::Ended);
                }
                Either3::First(Ok(n)) => n,
                Either3::First(Err(FellOff)) => return Err(Served::FellOff),
                Either3::Second(idle) => {
                    idle?;
                    flushed = true;
                    continue;
                }
                Either3::Third(()) if flushed => {
                    let comment = Message::comment("");
                    comment.encode_to_slice(piece).unwrap_or(0)
                }
                Either3::Third(()) => return Err(Served::TimedOut),
            };
            let framed = frame(framing, buffer, n);
            self.send(framed).await?;
            flushed = false;
            silent_since = now();
        }
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
            let stalled = until(self.timeouts.write.map(|limit| now() + limit));
            match select(self.io.write(bytes), stalled).await {
                Either::First(Ok(n)) if n > 0 => bytes = bytes.get(n..).unwrap_or_default(),
                Either::First(_) => return Err(Served::Gone),
                Either::Second(()) => return Err(Served::TimedOut),
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Served> {
        let stalled = until(self.timeouts.write.map(|limit| now() + limit));
        match select(self.io.flush(), stalled).await {
            Either::First(flushed) => flushed.map_err(|_| Served::Gone),
            Either::Second(()) => Err(Served::TimedOut),
        }
    }
}

/// What is sent in reply to a request.
struct Reply<'a> {
    headers: &'a [Header<'a>],
    body: Body<'a>,
    framing: Framing,
    only_head: bool,
}

enum Body<'a> {
    Stream(Subscription<'a>),
    Page { status: u16, body: &'a [u8] },
}

impl<'a> Reply<'a> {
    /// To what was received; nothing stands for a head that does not fit.
    fn to(received: &[u8], answer: impl FnOnce(&RequestHead<'_>) -> Answer<'a>) -> Self {
        let head = match RequestHead::parse(received) {
            _ if received.is_empty() => return Self::refusal(HEAD_TOO_LARGE, &[]),
            Ok(Some((head, _))) => head,
            Ok(None) => return Self::refusal(400, &[]),
            Err(bad) => return Self::refusal(bad.status(), &[]),
        };
        let answer = match head.ask() {
            Ask::Stream | Ask::Head => answer(&head),
            Ask::Options => return Self::refusal(204, &[ALLOW]),
            Ask::Other => return Self::refusal(405, &[ALLOW]),
            Ask::Invalid => return Self::refusal(400, &[]),
        };
        let body = match answer.kind {
            Kind::Page { status, body } => Body::Page { status, body },
            Kind::Stream(feed) => match feed.subscribe(head.last_event_id()) {
                Ok(subscription) => Body::Stream(subscription),
                Err(TooManySubscribers) => return Self::refusal(503, &[RETRY_AFTER]),
            },
        };
        Self {
            headers: answer.headers,
            body,
            framing: Framing::of(&head),
            only_head: head.ask() == Ask::Head,
        }
    }

    const fn refusal(status: u16, headers: &'a [Header<'a>]) -> Self {
        Self {
            headers,
            body: Body::Page { status, body: &[] },
            framing: Framing::Close,
            only_head: false,
        }
    }
}

/// What is to be sent of a piece of `len` bytes that lies behind [`PIECE_START`].
fn frame(framing: Framing, buffer: &mut [u8], len: usize) -> &[u8] {
    let mut start = [0; PIECE_START];
    let mut out = SliceBuffer::new(&mut start);
    // A slice is never so long that its length does not fit.
    let _ = framing.encode_piece_start(len, &mut out);
    let start = out.as_slice();
    let (at, end) = (PIECE_START - start.len(), framing.piece_end());
    buffer[at..PIECE_START].copy_from_slice(start);
    buffer[PIECE_START + len..][..end.len()].copy_from_slice(end);
    &buffer[at..PIECE_START + len + end.len()]
}

/// Room for the length of a chunk and a line end.
const PIECE_START: usize = 8;

/// Room for the line end behind it.
const PIECE_END: usize = 2;

/// When to come back, in seconds, to a feed that has no room.
const RETRY_AFTER: Header<'static> = Header {
    name: "retry-after",
    value: b"5",
};
