//! Time, which passes as soon as nobody has anything to do: keep-alive, deadlines, silence.

use std::{
    collections::HashSet,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use sse_tokio::{Hub, server::Limits};
use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use crate::wire::{GET, Piped, SECOND, Wire, publish, server, until};

const ROOM: usize = 4096;
const COMMENT: &str = "3\r\n:\n\n\r\n";

async fn follow(server: &Piped<DuplexStream>) -> Wire<DuplexStream> {
    let mut wire = server.pipe(ROOM);
    wire.say(GET).await;
    wire.hear("\r\n\r\n").await;
    wire
}

#[tokio::test(start_paused = true)]
async fn silence_is_broken_by_comments_and_traffic_puts_them_off() {
    let hub = Hub::default();
    let server = Piped::start(server(&hub).keep_alive(8 * SECOND));
    let mut wire = follow(&server).await;
    let mut last = Instant::now();
    for _ in 0..5 {
        assert_eq!(wire.hear("\n\n\r\n").await, COMMENT);
        let silence = last.elapsed();
        // Steps of the clock that all share are a 32nd of it.
        assert!((6 * SECOND..9 * SECOND).contains(&silence), "{silence:?}");
        last = Instant::now();
    }
    for _ in 0..10 {
        sleep(5 * SECOND).await;
        publish(&hub, "a");
        assert!(wire.hear("\n\n\r\n").await.ends_with("data: a\n\n\r\n"));
    }
    last = Instant::now();
    assert_eq!(wire.hear("\n\n\r\n").await, COMMENT);
    assert!((6 * SECOND..9 * SECOND).contains(&last.elapsed()));
}

#[tokio::test(start_paused = true)]
async fn comments_that_are_due_for_all_are_spread() {
    let hub = Hub::default();
    let server = Piped::start(server(&hub).keep_alive(8 * SECOND));
    let mut wires = Vec::new();
    for _ in 0..32 {
        wires.push(follow(&server).await);
    }
    publish(&hub, "a");
    let start = Instant::now();
    let mut readers = JoinSet::new();
    for mut wire in wires {
        readers.spawn(async move {
            wire.hear(COMMENT).await;
            start.elapsed()
        });
    }
    let times = readers.join_all().await;
    assert!(times.iter().all(|at| (6 * SECOND..9 * SECOND).contains(at)));
    // All there is between three quarters and the whole, in steps of a 32nd of it.
    let steps: HashSet<_> = times.iter().map(|at| at.as_millis() / 250).collect();
    assert!(steps.len() >= 8, "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn who_takes_the_head_in_pieces_is_kept_alive_as_any() {
    let hub = Hub::default();
    let server = Piped::start(server(&hub).keep_alive(8 * SECOND));
    let mut wire = server.pipe(GET.len());
    wire.say(GET).await;
    wire.hear("\r\n\r\n").await;
    let start = Instant::now();
    assert_eq!(wire.hear("\n\n\r\n").await, COMMENT);
    assert!(start.elapsed() < 9 * SECOND, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn without_keep_alive_silence_is_silence() {
    let hub = Hub::default();
    let server = Piped::start(server(&hub).keep_alive(Duration::ZERO));
    let mut wire = follow(&server).await;
    sleep(3600 * SECOND).await;
    publish(&hub, "a");
    assert_eq!(wire.hear("data: a\n\n").await, "f\r\nid: 1\ndata: a\n\n");
}

#[tokio::test(start_paused = true)]
async fn the_comment_may_say_something() {
    let hub = Hub::default();
    let server = Piped::start(server(&hub).keep_alive_text("still here"));
    let mut wire = follow(&server).await;
    wire.hear("\r\n: still here\n\n\r\n").await;
}

#[tokio::test(start_paused = true)]
async fn a_head_that_drips_in_has_no_more_time_than_any() {
    let hub = Hub::default();
    let server = Piped::start(server(&hub));
    let mut slow = server.pipe(ROOM);
    let mut silent = server.pipe(ROOM);
    let start = Instant::now();
    slow.say("GET / HTTP/1.1\r\n").await;
    let dripped = async {
        loop {
            sleep(SECOND).await;
            slow.say("a: b\r\n").await;
        }
    };
    assert!(timeout(9 * SECOND, dripped).await.is_err());
    assert_eq!(server.serving.stats().open, 2);
    assert_eq!(slow.rest().await, "");
    assert_eq!(silent.rest().await, "");
    assert_eq!(start.elapsed().as_secs(), 10);
    let stats = server.serving.stats();
    assert_eq!((stats.open, stats.unasked), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn who_takes_nothing_for_too_long_is_cut_and_who_takes_a_little_is_not() {
    let hub = Hub::default();
    let mut limits = Limits::default();
    limits.write_timeout = 30 * SECOND;
    let server = Piped::start(server(&hub).limits(limits));
    let mut slow = server.pipe(64);
    let mut stalled = server.pipe(64);
    for wire in [&mut slow, &mut stalled] {
        wire.say(GET).await;
        wire.hear("\r\n\r\n").await;
    }
    until(|| hub.stats().subscribers == 2).await;
    publish(&hub, &"x".repeat(1000));
    let start = Instant::now();
    let mut cut = None;
    let mut taken = String::new();
    while !taken.contains("x\n\n") {
        sleep(10 * SECOND).await;
        let mut some = [0; 32];
        let n = tokio::io::AsyncReadExt::read(&mut slow.io, &mut some)
            .await
            .unwrap();
        assert_ne!(n, 0, "cut after {taken}");
        taken.push_str(str::from_utf8(&some[..n]).unwrap());
        if cut.is_none() && hub.stats().subscribers == 1 {
            cut = Some(start.elapsed());
        }
    }
    assert!(
        (30 * SECOND..=40 * SECOND).contains(&cut.unwrap()),
        "{cut:?}"
    );
    assert_eq!(server.serving.stats().timed_out, 1);
    assert!(stalled.rest().await.len() <= 64);
}

/// A connection whose other side has vanished without a word: only a write finds out.
struct Vanishing {
    io: DuplexStream,
    vanished: Arc<AtomicBool>,
}

impl AsyncRead for Vanishing {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.vanished.load(Ordering::SeqCst) {
            true => Poll::Pending,
            false => Pin::new(&mut self.io).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Vanishing {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.vanished.load(Ordering::SeqCst) {
            true => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            false => Pin::new(&mut self.io).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(start_paused = true)]
async fn who_vanished_without_a_word_is_found_by_the_next_comment() {
    let hub = Hub::default();
    let server = Piped::start(server(&hub).keep_alive(15 * SECOND));
    let (near, far) = duplex(ROOM);
    let vanished = Arc::new(AtomicBool::new(false));
    server.connect(Vanishing {
        io: near,
        vanished: Arc::clone(&vanished),
    });
    let mut wire = Wire::new(far);
    wire.say(GET).await;
    wire.hear("\r\n\r\n").await;
    vanished.store(true, Ordering::SeqCst);
    let start = Instant::now();
    assert_eq!(hub.stats().subscribers, 1);
    assert_eq!(wire.rest().await, "");
    assert!(start.elapsed() <= 16 * SECOND);
    assert_eq!(hub.stats().subscribers, 0);
}
