//! Time: late consumers, timeouts without end, nobody polled for nothing.

mod common;
mod conversation;

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::{Duration, Instant},
};

use common::{NO_CONTENT, STREAM, builder, soon};
use conversation::{Act, Server};
use sse_tokio::{
    EventSource,
    sse_core::{Closed, Lost, Update},
};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};

/// One end of a pipe for a connector, once; and the other.
fn pipe() -> (EventSource, DuplexStream) {
    let (near, far) = tokio::io::duplex(1024);
    let near = std::sync::Mutex::new(Some(near));
    let source = builder("http://pipe/")
        .configure(|config| config.idle_timeout = Some(Duration::from_secs(30)))
        .connector(move |_| {
            let near = near.lock().unwrap().take();
            async { near.ok_or_else(|| std::io::ErrorKind::NotFound.into()) }
        })
        .build()
        .unwrap();
    (source, far)
}

#[tokio::test(start_paused = true)]
async fn what_arrived_while_nobody_asked_counts_before_the_deadline_that_passed() {
    let (mut source, mut server) = pipe();
    server.write_all(STREAM.as_bytes()).await.unwrap();
    assert_eq!(source.next_update().await.unwrap(), Update::Opened);
    // Waits, and is dropped.
    let waited = tokio::time::timeout(Duration::from_secs(1), source.next()).await;
    assert!(waited.is_err());

    server.write_all(b"data: a\n\n").await.unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(soon(source.next()).await.unwrap().data, "a");
    tokio::time::sleep(Duration::from_secs(60)).await;
    let start = tokio::time::Instant::now();
    let update = source.next_update().await.unwrap();
    assert!(matches!(
        update,
        Update::Reconnecting {
            lost: Lost::Idle,
            ..
        }
    ));
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn silence_while_nobody_asked_is_silence() {
    let (mut source, mut server) = pipe();
    server.write_all(STREAM.as_bytes()).await.unwrap();
    assert_eq!(source.next_update().await.unwrap(), Update::Opened);
    let waited = tokio::time::timeout(Duration::from_secs(1), source.next()).await;
    assert!(waited.is_err());
    tokio::time::sleep(Duration::from_secs(60)).await;
    let start = tokio::time::Instant::now();
    let update = source.next_update().await.unwrap();
    assert!(matches!(
        update,
        Update::Reconnecting {
            lost: Lost::Idle,
            ..
        }
    ));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn a_source_closed_while_it_waits_says_so() {
    let server = Server::new([vec![Act::Send(STREAM), Act::UntilGone]]);
    let mut source = common::source(&server.url("/"));
    assert_eq!(soon(source.next_update()).await.unwrap(), Update::Opened);
    let waited = tokio::time::timeout(Duration::from_millis(10), source.next()).await;
    assert!(waited.is_err());
    source.close();
    server.until_gone();
    let closed = soon(source.next()).await.unwrap_err();
    assert_eq!(closed.reason(), Closed::ByUser);
    assert!(closed.is_end());
}

#[tokio::test]
async fn timeouts_may_be_for_ever() {
    let server = Server::new([vec![
        Act::Pause,
        Act::Send(STREAM),
        Act::Send("data: a\n\n"),
    ]]);
    let mut source = builder(&server.url("/"))
        .configure(|config| {
            config.connect_timeout = Some(Duration::MAX);
            config.idle_timeout = Some(Duration::MAX);
            config.retry = Duration::MAX;
            config.retry_ceiling = Duration::MAX;
        })
        .build()
        .unwrap();
    // Polled while it waits for each.
    let waited = tokio::time::timeout(Duration::from_millis(10), source.next()).await;
    assert!(waited.is_err());
    server.go();
    assert_eq!(soon(source.next()).await.unwrap().data, "a");
    let update = soon(source.next_update()).await.unwrap();
    let century = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    assert!(matches!(update, Update::Reconnecting { lost: Lost::Ended, wait } if wait > century));
    let waited = tokio::time::timeout(Duration::from_millis(10), source.next()).await;
    assert!(waited.is_err());
}

#[tokio::test]
async fn the_wait_told_is_the_wait_kept() {
    let server = Server::answering(&[
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 80\n",
        NO_CONTENT,
    ]);
    let mut source = common::source(&server.url("/"));
    assert_eq!(soon(source.next_update()).await.unwrap(), Update::Opened);
    let Update::Reconnecting { wait, .. } = soon(source.next_update()).await.unwrap() else {
        panic!("no reconnect");
    };
    assert!(wait <= Duration::from_millis(80));
    assert_eq!(
        source.session().reconnection_time(),
        Duration::from_millis(80)
    );
    let start = Instant::now();
    let closed = soon(source.next()).await.unwrap_err();
    assert_eq!(closed.reason(), Closed::NoContent);
    assert!(start.elapsed() >= wait);
}

/// Counts how often it is read from.
struct Counted<T>(T, Arc<AtomicUsize>);

impl<T: AsyncRead + Unpin> AsyncRead for Counted<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Counted<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_source_is_not_woken_and_reads_once_for_each_poll() {
    let reads = Arc::new(AtomicUsize::new(0));
    let (near, mut far) = tokio::io::duplex(1024);
    let near = std::sync::Mutex::new(Some(Counted(near, Arc::clone(&reads))));
    let mut source = builder("http://pipe/")
        .configure(|config| config.idle_timeout = Some(Duration::from_secs(3600)))
        .connector(move |_| {
            let near = near.lock().unwrap().take();
            async { near.ok_or_else(|| std::io::ErrorKind::NotFound.into()) }
        })
        .build()
        .unwrap();
    far.write_all(STREAM.as_bytes()).await.unwrap();
    assert_eq!(source.next_update().await.unwrap(), Update::Opened);

    let wakes = Arc::new(Wakes(AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&wakes));
    let mut cx = Context::from_waker(&waker);
    {
        let mut next = pin!(source.next());
        assert!(next.as_mut().poll(&mut cx).is_pending());
        let before = reads.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(600)).await;
        assert_eq!(wakes.0.load(Ordering::Relaxed), 0);
        assert!(next.as_mut().poll(&mut cx).is_pending());
        assert_eq!(reads.load(Ordering::Relaxed), before + 1);
        far.write_all(b"data: a\n\n").await.unwrap();
        assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
        let Poll::Ready(Ok(event)) = next.as_mut().poll(&mut cx) else {
            panic!("no event");
        };
        assert_eq!(event.data, "a");
    }
}

/// Has comments ready whenever it is asked, behind the head, and is asked only so often.
struct Flood(usize);

impl AsyncRead for Flood {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let piece = if self.0 == 0 { STREAM } else { ": nothing\n" };
        buf.put_slice(piece.as_bytes());
        self.0 += 1;
        assert!(self.0 < 100_000, "nobody else gets a turn");
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Flood {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_source_in_a_flood_of_comments_lets_others_have_their_turn() {
    let mut source = builder("http://flood/")
        .connector(|_| async { Ok(Flood(0)) })
        .build()
        .unwrap();
    assert_eq!(source.next_update().await.unwrap(), Update::Opened);
    for _ in 0..3 {
        tokio::select! {
            biased;
            next = source.next() => panic!("{next:?}"),
            () = tokio::task::yield_now() => {}
        }
    }
    assert!(source.session().is_open());
}
