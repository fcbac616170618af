//! A server's side of one connection: a request is read, and answered with a stream or refused.

use std::{future::poll_fn, io, pin::pin, time::Duration};

use futures_core::Stream;
use futures_io::{AsyncRead, AsyncWrite};
use sse_core::{
    adapter::IntoFrame,
    http::{BadHead, Framing, HEAD_TOO_LARGE, Header, RequestError, RequestHead, encode_refusal},
};

use crate::{
    Answer,
    answer::Kind,
    connection::{BoxError, Connection, Head},
};

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
    let io = pin!(io);
    exchange(Connection::new(io, limits), answer)
        .await
        .or_else(gone)
}

async fn exchange<T, A, S>(mut connection: Connection<'_, T>, answer: A) -> io::Result<Served>
where
    T: AsyncRead + AsyncWrite,
    A: FnOnce(&RequestHead<'_>) -> Answer<S>,
    S: Stream<Item: IntoFrame<Error: Into<BoxError>>>,
{
    let mut received = Vec::new();
    let refused = match connection.read_head(&mut received).await? {
        Head::Whole => None,
        Head::Gone => return Ok(Served::Gone),
        Head::TooLarge => Some(HEAD_TOO_LARGE),
    };
    let request = RequestHead::parse(&received);
    let (head, status) = match (refused, &request) {
        (None, Ok(Some((head, _)))) => (Some(head), 400),
        (Some(status), _) => (None, status),
        (None, Err(bad)) => (None, bad.status()),
        (None, Ok(None)) => (None, BadHead::Syntax.status()),
    };
    let (answer, framing) = match head {
        Some(head) => (answer(head), Framing::of(head)),
        None => (Answer::refusal(status), Framing::Close),
    };
    let only_head = head.is_some_and(|head| head.method() == "HEAD");
    let talking = head.is_none_or(RequestHead::has_body);
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
            encode_refusal(status, &headers, &body, out).map_err(invalid)?;
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
            let served = poll_fn(|cx| connection.poll_stream(body.as_mut(), framing, cx)).await?;
            if served == Served::Ended {
                connection.finish(talking).await?;
            }
            Ok(served)
        }
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

fn invalid(error: RequestError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}
