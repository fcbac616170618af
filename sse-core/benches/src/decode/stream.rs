//! Streams polled by hand: nothing here is ever pending.

use std::{
    convert::Infallible,
    pin::{Pin, pin},
    slice,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use futures_core::Stream;

use crate::delivery::Chunks;

/// The chunks as a stream of what a peer takes.
pub(crate) struct Source<T> {
    chunks: slice::Iter<'static, &'static [u8]>,
    item: fn(&'static [u8]) -> T,
}

/// Chunks as slices.
pub(crate) fn slices(chunks: Chunks) -> Source<Result<&'static [u8], Infallible>> {
    Source {
        chunks: chunks.iter(),
        item: Ok,
    }
}

/// Chunks as `Bytes` that count no references: the cheapest kind.
pub(crate) fn bytes<E>(chunks: Chunks) -> Source<Result<Bytes, E>> {
    Source {
        chunks: chunks.iter(),
        item: |chunk| Ok(Bytes::from_static(chunk)),
    }
}

impl<T> Stream for Source<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        let item = self.item;
        Poll::Ready(self.chunks.next().map(|chunk| item(chunk)))
    }
}

/// Gives the items of `stream` to `take`, to its end or its first error.
pub(crate) fn drain<T, E>(stream: impl Stream<Item = Result<T, E>>, mut take: impl FnMut(T)) {
    let mut stream = pin!(stream);
    let mut cx = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(Ok(item))) = stream.as_mut().poll_next(&mut cx) {
        take(item);
    }
}
