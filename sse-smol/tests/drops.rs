//! A source whose futures are dropped at any await, over connections that do anything: each event
//! is seen once and in order.

#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering},
    task::{Context, Poll},
    time::Duration,
};

use conversation::{Anything, Random, see, some_polls};
use futures_core::Stream;
use futures_io::{AsyncRead, AsyncWrite};
use futures_lite::future;
use sse_smol::EventSource;

struct Io(Anything);

impl AsyncRead for Io {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_read(cx, out)
    }
}

impl AsyncWrite for Io {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.hesitate(cx).map(Ok)
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Follows what does anything.
fn source(seed: u64) -> EventSource {
    let connections = AtomicU64::new(seed << 32);
    let builder = EventSource::builder("http://feed.example/").configure(|config| {
        // What stalls is given up soon: this clock cannot be told to go faster.
        config.connect_timeout = Some(Duration::from_millis(5));
        config.idle_timeout = Some(Duration::from_millis(5));
        config.max_redirects = u8::MAX;
        config.retry = Duration::ZERO;
        config.retry_floor = Duration::ZERO;
        config.backoff_ceiling = Duration::ZERO;
    });
    let builder = builder.connector(move |_| {
        let io = Anything::new(connections.fetch_add(1, Ordering::Relaxed));
        async {
            future::yield_now().await;
            io.map(Io)
        }
    });
    builder.build().unwrap()
}

#[test]
fn each_event_is_seen_once_wherever_futures_are_dropped() {
    for seed in 0..20 {
        let mut random = Random(!seed);
        let (mut source, mut seen) = (source(seed), 0);
        smol::block_on(async {
            while seen < 100 {
                match random.below(40) {
                    0 => source.reopen(),
                    1 => {
                        source.close();
                        assert!(source.next().await.is_err());
                        source.reopen();
                    }
                    n if n % 2 == 0 => {
                        let next = some_polls(&mut random, source.next());
                        if let Some(event) = next.await {
                            see(event.unwrap(), &mut seen);
                        }
                    }
                    _ => {
                        let next = poll_fn(|cx| Pin::new(&mut source).poll_next(cx));
                        if let Some(item) = some_polls(&mut random, next).await {
                            see(item.unwrap().unwrap().as_event(), &mut seen);
                        }
                    }
                }
            }
        });
    }
}
