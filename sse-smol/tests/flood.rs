//! A server that never stops, and never says anything.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use futures_io::{AsyncRead, AsyncWrite};
use futures_lite::future;
use sse_smol::{EventSource, Events};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// Has comments ready whenever it is asked, and is asked only so often.
#[derive(Default)]
struct Flood {
    head: &'static [u8],
    reads: usize,
}

impl AsyncRead for Flood {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        out: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.reads += 1;
        assert!(self.reads < 100_000, "nobody else gets a turn");
        let piece = match std::mem::take(&mut self.head) {
            [] => b": nothing\n",
            head => head,
        };
        out[..piece.len()].copy_from_slice(piece);
        Poll::Ready(Ok(piece.len()))
    }
}

impl AsyncWrite for Flood {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Waits for what never comes, until others have had their turns.
async fn beside_others<F: Future>(next: F) {
    let turns = async {
        for _ in 0..10 {
            future::yield_now().await;
        }
        None
    };
    let next = async { Some(next.await) };
    assert!(future::or(next, turns).await.is_none());
}

#[test]
fn a_source_in_a_flood_of_comments_lets_others_have_their_turn() {
    let flood = || Flood {
        head: HEAD,
        reads: 0,
    };
    let builder = EventSource::builder("http://feed.example/");
    let builder = builder.connector(move |_| async move { Ok(flood()) });
    let mut source = builder.build().unwrap();
    smol::block_on(beside_others(source.next()));
    assert!(source.session().is_open());
}

#[test]
fn events_in_a_flood_of_comments_let_others_have_their_turn() {
    let mut events = Events::from_reader(Flood::default());
    smol::block_on(beside_others(events.next()));
    assert_eq!(events.last_event_id(), "");
}
