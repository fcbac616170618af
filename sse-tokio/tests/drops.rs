//! A source whose futures are dropped at any await, over connections that do anything: each event
//! is seen once and in order.

mod conversation;

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::atomic::{AtomicU64, Ordering},
    task::{Context, Poll, ready},
    time::Duration,
};

use conversation::{Anything, Random, see, some_polls};
use futures_core::Stream;
use sse_tokio::EventSource;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

struct Io(Anything);

impl AsyncRead for Io {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let n = ready!(self.0.poll_read(cx, out.initialize_unfilled()))?;
        out.advance(n);
        Poll::Ready(Ok(()))
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

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Follows what does anything.
fn source(seed: u64) -> EventSource {
    let connections = AtomicU64::new(seed << 32);
    let builder = EventSource::builder("http://feed.example/").configure(|config| {
        config.idle_timeout = Some(Duration::from_secs(45));
        config.max_redirects = u8::MAX;
    });
    let builder = builder.connector(move |_| {
        let io = Anything::new(connections.fetch_add(1, Ordering::Relaxed));
        async {
            tokio::task::yield_now().await;
            io.map(Io)
        }
    });
    builder.build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_event_is_seen_once_wherever_futures_are_dropped() {
    for seed in 0..100 {
        let mut random = Random(!seed);
        let (mut source, mut seen) = (source(seed), 0);
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
    }
}
