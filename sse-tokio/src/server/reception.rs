//! Where connections are accepted, and served by a task of their own until they are streams.

use std::{
    future::{Future, poll_fn},
    io,
    mem::MaybeUninit,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{
    HeaderValue,
    header::{ALLOW as ALLOW_NAME, RETRY_AFTER},
};
use sse_core::{
    adapter::spread,
    http::{ALLOW, Ask, BadHead, Cors, Framing, HEAD_TOO_LARGE, HeadEnd, RequestHead},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    Answer, Drained, Limits, Order, Request,
    answer::Kind,
    chunk::Unsent,
    connection::Start,
    gate::{Gate, Place},
    mailbox::Mailbox,
    unless,
};

/// What it takes to serve a request.
pub(super) struct Reception<A, H, T> {
    pub(super) authorize: A,
    pub(super) handshake: H,
    pub(super) limits: Limits,
    pub(super) cors: Option<Cors>,
    pub(super) gate: Arc<Gate>,
    pub(super) mailboxes: Vec<Arc<Mailbox<T>>>,
    pub(super) orders: watch::Receiver<Option<Order>>,
}

/// Accepts connections until the server is to come to its end, and sees to that.
pub(super) async fn receive<S, T, A, F, H, R>(
    mut accept: impl FnMut(&mut Context<'_>) -> Poll<Option<io::Result<(S, Option<SocketAddr>)>>>,
    reception: Arc<Reception<A, H, T>>,
    mut shards: JoinSet<Drained>,
) -> Drained
where
    S: Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
    H: Fn(S) -> R + Send + Sync + 'static,
    R: Future<Output = io::Result<T>> + Send + 'static,
{
    let mut attended = JoinSet::new();
    let mut orders = reception.orders.clone();
    let accepting = async {
        loop {
            let accepted = poll_fn(|cx| {
                // What they leave behind goes as they do.
                while let Poll::Ready(Some(_)) = attended.poll_join_next(cx) {}
                accept(cx)
            });
            match accepted.await {
                Some(Ok((socket, peer))) => {
                    if let Some(place) = reception.gate.enter(peer.map(|peer| peer.ip())) {
                        attended.spawn(attend(Arc::clone(&reception), socket, peer, place));
                    }
                }
                Some(Err(error)) => {
                    reception.gate.count(|stats| stats.failed += 1);
                    if !is_of_one_connection(&error) {
                        sleep(PAUSE).await;
                    }
                }
                None => std::future::pending().await,
            }
        }
    };
    let order = async {
        // It fails when the server is dropped, and this task with it.
        let order = orders.wait_for(Option::is_some).await;
        order.ok().and_then(|order| order.clone())
    };
    let Some(Some(order)) = unless(accepting, order).await else {
        return Drained::default();
    };
    drop(accept);

    for mailbox in &reception.mailboxes {
        mailbox.drain(order.clone());
    }
    let all_attended = async { while attended.join_next().await.is_some() {} };
    let late = timeout(order.within, all_attended).await.is_err();
    let mut drained = Drained::default();
    if late {
        drained.cut += attended.len();
        attended.shutdown().await;
    }
    for mailbox in &reception.mailboxes {
        mailbox.close();
    }
    while let Some(shard) = shards.join_next().await {
        match shard {
            Ok(shard) => {
                drained.ended += shard.ended;
                drained.cut += shard.cut;
            }
            Err(error) => {
                if let Ok(panic) = error.try_into_panic() {
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }
    drained
}

/// Serves a connection until it is a stream, or is refused one.
async fn attend<S, T, A, F, H, R>(
    reception: Arc<Reception<A, H, T>>,
    socket: S,
    peer: Option<SocketAddr>,
    place: Place,
) where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
    H: Fn(S) -> R + Send + Sync + 'static,
    R: Future<Output = io::Result<T>> + Send + 'static,
{
    let limits = &reception.limits;
    let heard = async {
        let mut io = (reception.handshake)(socket).await?;
        let mut received = Vec::new();
        let read = read_head(&mut io, &mut received, limits.head).await?;
        io::Result::Ok((io, received, read))
    };
    let mut orders = reception.orders.clone();
    let stopped = async {
        let _ = orders.wait_for(Option::is_some).await;
    };
    let (mut io, received, read) = match unless(stopped, timeout(limits.head_timeout, heard)).await
    {
        Some(Ok(Ok(heard))) => heard,
        Some(Err(_elapsed)) => return reception.gate.count(|stats| stats.unasked += 1),
        Some(Ok(Err(_))) | None => return,
    };
    let head = match RequestHead::parse(&received) {
        _ if read == HeadRead::TooLarge => Err(HEAD_TOO_LARGE),
        Ok(Some((head, _))) => Ok(head),
        Ok(None) => Err(BadHead::Syntax.status()),
        Err(bad) => Err(bad.status()),
    };

    let ask = head.map_or(Ask::Invalid, |head| head.ask());
    let talking = read != HeadRead::Alone || head.map_or(true, |head| head.has_body());
    let framing = head.map_or(Framing::Close, |head| Framing::of(&head));
    let mut policy = Vec::new();
    if let (Some(cors), Ok(head)) = (&reception.cors, &head) {
        policy.extend(cors.headers(head));
        if ask == Ask::Options {
            policy.extend(cors.preflight(head));
        }
    }
    let answer = match (&place, head, ask) {
        (_, Err(status), _) => Answer::refusal(status),
        (Place::Refused(refusal), Ok(_), _) => reception.full(refusal.status),
        (Place::Admitted(_), Ok(_), Ask::Invalid) => Answer::refusal(400),
        (Place::Admitted(_), Ok(_), Ask::Options) => allowing(204),
        (Place::Admitted(_), Ok(_), Ask::Other) => allowing(405),
        (Place::Admitted(_), Ok(head), Ask::Stream | Ask::Head) => {
            match Request::new(&head, peer) {
                None => Answer::refusal(400),
                Some(request) => {
                    let authorized = (reception.authorize)(request);
                    match unless(gone(&mut io), authorized).await {
                        Some(answer) => answer,
                        None => return,
                    }
                }
            }
        }
    };

    let mut out = Vec::new();
    let encoded = answer.encode_head(framing, &policy, ask == Ask::Head, &mut out);
    // The headers of both are valid, and a `Vec` is never full.
    debug_assert_eq!(encoded, Ok(()));
    drop(policy);
    match (answer.kind, place) {
        (Kind::Stream { frames, greeting }, Place::Admitted(admission)) if ask == Ask::Stream => {
            reception.start(Start {
                io,
                frames,
                head: out,
                greeting,
                framing,
                talking,
                admission,
            });
        }
        (_, _place) => finish(&mut io, out, talking, limits).await,
    }
}

impl<A, H, T> Reception<A, H, T> {
    /// Tells one of many to come back later.
    fn full(&self, status: u16) -> Answer {
        let mut refused = 0;
        self.gate.count(|stats| {
            stats.refused += 1;
            refused = stats.refused;
        });
        let least = self.limits.retry_after;
        let range = least..=least.saturating_mul(2);
        let seconds = spread(&range, refused).as_secs();
        Answer::refusal(status).header(RETRY_AFTER, seconds.into())
    }

    fn start(&self, start: Start<T>) {
        let shard = start.admission.ordinal() as usize % self.mailboxes.len();
        self.mailboxes[shard].start(start);
    }
}

/// An answer that says which methods there are.
fn allowing(status: u16) -> Answer {
    let value = HeaderValue::from_bytes(ALLOW.value);
    let answer = Answer::refusal(status);
    match value {
        Ok(value) => answer.header(ALLOW_NAME, value),
        Err(_) => answer,
    }
}

/// What was read of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HeadRead {
    /// The head and nothing else.
    Alone,
    /// The head, and something behind it, which is passed over.
    WithMore,
    /// As much of it as there may be.
    TooLarge,
}

/// Appends the head of a request to `received`.
async fn read_head<T: AsyncRead + Unpin>(
    io: &mut T,
    received: &mut Vec<u8>,
    limit: usize,
) -> io::Result<HeadRead> {
    let mut end = HeadEnd::new();
    poll_fn(|cx| {
        loop {
            let mut memory = [MaybeUninit::uninit(); 2048];
            let mut read = ReadBuf::uninit(&mut memory);
            ready!(Pin::new(&mut *io).poll_read(cx, &mut read))?;
            let chunk = read.filled();
            if chunk.is_empty() {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            let found = end.find(chunk);
            let head = chunk
                .get(..found.unwrap_or(chunk.len()))
                .unwrap_or_default();
            received.extend_from_slice(head);
            if received.len() > limit {
                return Poll::Ready(Ok(HeadRead::TooLarge));
            }
            if head.len() < chunk.len() {
                return Poll::Ready(Ok(HeadRead::WithMore));
            }
            if found.is_some() {
                return Poll::Ready(Ok(HeadRead::Alone));
            }
        }
    })
    .await
}

/// Sends an answer that is no stream, and ends the connection.
async fn finish<T>(io: &mut T, out: Vec<u8>, talking: bool, limits: &Limits)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut unsent = Unsent::new(out.into());
    let sent = async {
        poll_fn(|cx| unsent.poll_send(Pin::new(&mut *io), cx, &mut false)).await?;
        poll_fn(|cx| Pin::new(&mut *io).poll_shutdown(cx)).await
    };
    let sent = timeout(limits.write_timeout, sent).await;
    // A socket that is closed with something unread in it takes back what was sent last: who may
    // still be talking is heard out.
    if talking && matches!(sent, Ok(Ok(()))) {
        let _ = timeout(LINGER, gone(io)).await;
    }
}

/// Waits until the client has ended its side. What it says until then is passed over.
async fn gone<T: AsyncRead + Unpin>(io: &mut T) {
    poll_fn(|cx| {
        loop {
            let mut memory = [MaybeUninit::uninit(); 1024];
            let mut heard = ReadBuf::uninit(&mut memory);
            match ready!(Pin::new(&mut *io).poll_read(cx, &mut heard)) {
                Ok(()) if !heard.filled().is_empty() => {}
                _ => return Poll::Ready(()),
            }
        }
    })
    .await;
}

/// Whether the next one may well be accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

/// How long nothing is accepted when the operating system has run out of something.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a client is heard out when all is said.
pub(super) const LINGER: Duration = Duration::from_secs(2);
