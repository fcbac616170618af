//! A server for event streams alone, which sends a hub's frames straight to the sockets.
//!
//! It is for many subscribers of the same events. Where streams are one part of an application,
//! or each client has a stream of its own, [`EventBody`](crate::EventBody) and a framework do.

mod answer;
mod chunk;
mod connection;
mod convoy;
mod deadlines;
mod gate;
mod limits;
mod mailbox;
mod reception;
mod shard;
mod socket;
mod together;

use std::{
    fmt,
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    ops::RangeInclusive,
    panic::resume_unwind,
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use sse_core::{Frame, Message, http::Cors};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    runtime::Handle,
    sync::watch,
    task::{JoinHandle, JoinSet, unconstrained},
};

pub use self::{
    answer::{Answer, Request},
    limits::Limits,
};
use self::{
    connection::Rules,
    gate::Gate,
    mailbox::Mailbox,
    reception::{Reception, receive},
    shard::Shard,
    socket::poll_accept,
};

/// A server that answers each request with a subscription, or refuses it.
///
/// The function it is given decides which: it gets the [`Request`], may wait for whatever it has
/// to ask, and returns an [`Answer`].
///
/// ```no_run
/// # #[tokio::main] async fn main() -> std::io::Result<()> {
/// use std::time::Duration;
/// use sse_tokio::{Hub, server::{Answer, Request, Server}};
///
/// let hub = Hub::default();
/// let feed = hub.clone();
/// let server = Server::new(move |request: Request| {
///     let feed = feed.clone();
///     async move { Answer::stream(feed.subscribe(request.last_event_id())) }
/// });
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
/// let serving = server.start(listener);
///
/// tokio::signal::ctrl_c().await?;
/// let retry = Duration::from_secs(1)..=Duration::from_secs(5);
/// serving.drain(retry, Duration::from_secs(10)).await;
/// # Ok(()) }
/// ```
///
/// # How it works
/// A connection has a task of its own until its request is answered. Then one of a few shards
/// takes it over, tasks on the runtime that the server was started on, each of which serves many
/// connections. All frames that a subscription has ready, up to 64 KiB, go out in one system call.
/// Streams of one topic whose clients are in the same place go together: one of them is woken and
/// asks the hub for all, and all send the same memory. A client that reads slowly goes alone until
/// it has caught up, holds what the socket did not take, and is in nobody's way.
///
/// The client's end of a connection is noticed at once, and its subscription is dropped. A client
/// that only ends its side of it counts as gone. A request's body is passed over; each connection
/// has one request.
///
/// # What it answers by itself
/// | status | to |
/// |---|---|
/// | 204 | OPTIONS, with the methods there are and what [`cors`](Self::cors) permits |
/// | 400 | what is no request |
/// | 405 | other methods than GET, HEAD and OPTIONS |
/// | 429 | one connection too many from an address, with a `Retry-After` |
/// | 431 | a head over the limit |
/// | 503 | one connection too many, with a `Retry-After` |
/// | 505 | versions of HTTP other than 1.0 and 1.1 |
#[must_use = "a server does nothing until it is started"]
pub struct Server<A> {
    authorize: A,
    limits: Limits,
    keep_alive: Duration,
    comment: Frame,
    cors: Option<Cors>,
    shards: Option<usize>,
}

/// A server at work. Dropping it breaks off all connections.
#[derive(Debug)]
#[must_use = "a dropped server breaks off all connections"]
pub struct Serving {
    task: JoinHandle<Drained>,
    order: watch::Sender<Option<Order>>,
    gate: Arc<Gate>,
}

/// How a server's streams came to their ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// Clients that were told when to come back, and got the end of the stream.
    pub ended: usize,
    /// Connections that were broken off since the time was over.
    pub cut: usize,
}

/// Counters of a server, all of one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerStats {
    /// Connections there are now, those whose request is being read among them.
    pub open: usize,
    /// Connections let in so far.
    pub admitted: u64,
    /// Connections over the limits that were told so.
    pub refused: u64,
    /// Connections over the limits for which there was not even room to say so.
    pub turned_away: u64,
    /// Connections of which no request came in time.
    pub unasked: u64,
    /// Streams broken off since the client took nothing for too long.
    pub timed_out: u64,
    /// Times that the operating system could not accept a connection.
    pub failed: u64,
}

/// What a server is told when it shall come to its end.
#[derive(Clone, Debug)]
struct Order {
    retry: RangeInclusive<Duration>,
    within: Duration,
}

impl<A, F> Server<A>
where
    A: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    /// A server that asks `authorize` about each request, with the default [`Limits`], a comment
    /// after every 15 seconds of silence and no leave for pages of other origins.
    ///
    /// The future of `authorize` is dropped if the client goes; it has no time limit of the
    /// server's.
    pub const fn new(authorize: A) -> Self {
        Self {
            authorize,
            limits: Limits::new(),
            keep_alive: Duration::from_secs(15),
            comment: Frame::keep_alive(),
            cors: None,
            shards: None,
        }
    }

    /// Sets the limits.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how long a silence lasts at most before a comment is sent; zero turns it off.
    /// Default: 15 s.
    ///
    /// Each connection has a time of its own between three quarters of this and all of it, so
    /// that not all are due at once. It is by the comment that a client is found gone which could
    /// not say so.
    pub const fn keep_alive(mut self, period: Duration) -> Self {
        self.keep_alive = period;
        self
    }

    /// Sets what the comment says. It is empty if nothing else is asked for.
    pub fn keep_alive_text(mut self, text: &str) -> Self {
        self.comment = Message::comment(text).into();
        self
    }

    /// Sets which pages of other origins may read the streams. Default: none.
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = Some(cors);
        self
    }

    /// Sets how many tasks serve the streams; at least one. Default: one for each worker thread
    /// of the runtime.
    pub const fn shards(mut self, shards: usize) -> Self {
        self.shards = Some(shards);
        self
    }

    /// Serves whoever connects to `listener`, on the runtime that this is called on.
    ///
    /// # Panics
    /// Outside a tokio runtime, or in one without timers.
    pub fn start(self, listener: TcpListener) -> Serving {
        let within = self.limits.write_timeout;
        let accept = move |cx: &mut Context<'_>| poll_accept(&listener, cx, within).map(Some);
        self.run(accept, async |socket| Ok(socket))
    }

    /// As [`start`](Self::start), over TLS. The handshake counts to the time that a request may
    /// take.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    #[cfg(feature = "rustls")]
    pub fn start_tls(self, listener: TcpListener, config: Arc<rustls::ServerConfig>) -> Serving {
        let within = self.limits.write_timeout;
        let accept = move |cx: &mut Context<'_>| poll_accept(&listener, cx, within).map(Some);
        let acceptor = tokio_rustls::TlsAcceptor::from(config);
        self.run(accept, move |socket| acceptor.accept(socket))
    }

    /// Serves these connections, each with the address it comes from, if it has one: Unix sockets,
    /// say.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn start_with<S, T>(self, connections: S) -> Serving
    where
        S: Stream<Item = (T, Option<SocketAddr>)> + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut connections = Box::pin(connections);
        let accept =
            move |cx: &mut Context<'_>| connections.as_mut().poll_next(cx).map(|next| next.map(Ok));
        self.run(accept, async |io| Ok(io))
    }

    fn run<S, T, H, R>(
        self,
        accept: impl FnMut(&mut Context<'_>) -> Poll<Option<io::Result<(S, Option<SocketAddr>)>>>
        + Send
        + 'static,
        handshake: H,
    ) -> Serving
    where
        S: Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        H: Fn(S) -> R + Send + Sync + 'static,
        R: Future<Output = io::Result<T>> + Send + 'static,
    {
        let gate = Arc::new(Gate::new(self.limits));
        let shards = self
            .shards
            .unwrap_or_else(|| Handle::current().metrics().num_workers());
        let mut tasks = JoinSet::new();
        let mailboxes = (0..shards.max(1)).map(|_| {
            let mailbox = Mailbox::new();
            let rules = Rules {
                keep_alive: self.keep_alive,
                comment: self.comment.clone(),
                write_timeout: self.limits.write_timeout,
            };
            // It bounds its own turns.
            tasks.spawn(unconstrained(Shard::new(
                Arc::clone(&mailbox),
                rules,
                Arc::clone(&gate),
            )));
            mailbox
        });
        let mailboxes = mailboxes.collect();
        let (order, orders) = watch::channel(None);
        let reception = Reception {
            authorize: self.authorize,
            handshake,
            limits: self.limits,
            cors: self.cors,
            gate: Arc::clone(&gate),
            mailboxes,
            orders,
        };
        let task = tokio::spawn(receive(accept, Arc::new(reception), tasks));
        Serving { task, order, gate }
    }
}

impl Serving {
    /// Brings the server to its end: it stops listening, and ends each stream between two events
    /// with a `retry` somewhere within the range.
    ///
    /// The times are spread evenly, so that the clients do not all come back in the same moment. A
    /// client keeps the time for later disconnections too. It comes back with the id of the last
    /// event it got: if the next instance has the same log, nothing is lost.
    ///
    /// A stream first gets what its subscription has ready. Who has not caught up after half of
    /// the time that may pass (`within`) gets its end nonetheless, as soon as the socket has taken
    /// what is on its way. When the time is over, what is left is broken off; the event that was
    /// on its way then is incomplete, and the client drops it.
    ///
    /// # Panics
    /// If the server's own tasks did.
    ///
    /// # Cancel safety
    /// Dropping the future drops the server, and with it what has not come to its end.
    pub async fn drain(mut self, retry: RangeInclusive<Duration>, within: Duration) -> Drained {
        self.order.send_replace(Some(Order { retry, within }));
        match (&mut self.task).await {
            Ok(drained) => drained,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                // The runtime is shutting down.
                Err(_) => Drained::default(),
            },
        }
    }

    /// What the server has done so far.
    #[must_use]
    pub fn stats(&self) -> ServerStats {
        self.gate.stats()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<A: fmt::Debug> fmt::Debug for Server<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("limits", &self.limits)
            .field("keep_alive", &self.keep_alive)
            .field("cors", &self.cors)
            .field("shards", &self.shards)
            .finish_non_exhaustive()
    }
}

/// The future's output, unless `other` is over first.
async fn unless<F: Future>(other: impl Future, future: F) -> Option<F::Output> {
    let (mut other, mut future) = (pin!(other), pin!(future));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => other.as_mut().poll(cx).map(|_| None),
    })
    .await
}
