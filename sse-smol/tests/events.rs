//! Events out of what someone else has opened, and that makes them wait.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use futures_io::AsyncRead;
use futures_lite::future;
use random::Random;
use sse_smol::{Events, events::Source};

#[allow(dead_code, reason = "text is for the encoder's tests")]
#[path = "../../sse-core/tests/common/random.rs"]
mod random;
#[allow(
    dead_code,
    reason = "what is left of a stream is for the parser's tests"
)]
#[path = "../../sse-core/tests/common/reference.rs"]
mod reference;
#[allow(dead_code, reason = "pieces are cut as they are read")]
#[path = "../../sse-core/tests/common/streams.rs"]
mod streams;

/// Gives a stream in pieces of any size, and waits at random.
struct Hesitant {
    random: Random,
    bytes: Vec<u8>,
}

impl Hesitant {
    fn new(seed: u64, bytes: &[u8]) -> Self {
        Self {
            random: Random(seed),
            bytes: bytes.to_vec(),
        }
    }

    fn poll(&mut self, most: usize, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        if self.random.below(2) == 0 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let most = self.bytes.len().min(most);
        let n = most - self.random.below(most.max(1));
        Poll::Ready(self.bytes.drain(..n).collect())
    }
}

impl AsyncRead for Hesitant {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll(out.len(), cx).map(|piece| {
            out[..piece.len()].copy_from_slice(&piece);
            Ok(piece.len())
        })
    }
}

impl Stream for Hesitant {
    type Item = Result<Vec<u8>, Infallible>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = self.get_mut().poll(usize::MAX, cx);
        piece.map(|piece| (!piece.is_empty()).then_some(Ok(piece)))
    }
}

/// Drops the future at each point where it waits.
async fn all<S: Source<Error: std::fmt::Debug>>(mut events: Events<S>) -> Vec<[String; 3]> {
    let mut seen = Vec::new();
    loop {
        match future::poll_once(events.next()).await {
            Some(Ok(Some(event))) => {
                let texts = [event.event_type, event.data, event.last_event_id];
                seen.push(texts.map(str::to_owned));
            }
            Some(Ok(None)) => break seen,
            Some(Err(error)) => panic!("{error:?}"),
            None => future::yield_now().await,
        }
    }
}

#[test]
fn events_are_those_of_the_reference_however_the_stream_hesitates() {
    let mut random = Random(1);
    for seed in 0..2_000 {
        let stream = streams::stream(&mut random, 30);
        let outcome = reference::reference(&stream, "");
        let expected = outcome.events.into_iter().map(|(a, b, c)| [a, b, c]);
        let expected: Vec<_> = expected.collect();
        let shown = stream.escape_ascii();
        let read = all(Events::from_reader(Hesitant::new(seed, &stream)));
        assert_eq!(smol::block_on(read), expected, "{shown}");
        let read = all(Events::from_stream(Hesitant::new(seed, &stream)));
        assert_eq!(smol::block_on(read), expected, "{shown}");
    }
}
