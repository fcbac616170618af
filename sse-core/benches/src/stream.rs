//! Streams polled by hand: nothing here is ever pending.

use std::{
    convert::Infallible,
    pin::{Pin, pin},
    slice,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body, Frame};

use crate::delivery::Chunks;

/// A stream of what is made of each of these items.
pub(crate) struct Source<I: 'static, T> {
    items: slice::Iter<'static, I>,
    make: fn(&'static I) -> T,
}

impl<I, T> Source<I, T> {
    pub(crate) fn new(items: &'static [I], make: fn(&'static I) -> T) -> Self {
        Self {
            items: items.iter(),
            make,
        }
    }
}

/// Chunks as slices.
#[cfg(feature = "peers")]
pub(crate) fn slices(chunks: Chunks) -> impl Stream<Item = Result<&'static [u8], Infallible>> {
    Source::new(chunks, |chunk| Ok(*chunk))
}

/// Chunks as `Bytes` that count no references: the cheapest kind.
pub(crate) fn bytes<E>(chunks: Chunks) -> Source<&'static [u8], Result<Bytes, E>> {
    Source::new(chunks, |chunk| Ok(Bytes::from_static(chunk)))
}

impl<I, T> Stream for Source<I, T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        let make = self.make;
        Poll::Ready(self.items.next().map(make))
    }
}

/// A response body of these chunks.
impl<I> Body for Source<I, Result<Bytes, Infallible>> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.poll_next(cx)
            .map(|chunk| Some(chunk?.map(Frame::data)))
    }
}

/// Gives the items of `stream` to `take`, to its end or its first error.
pub(crate) fn drain<T, E>(stream: impl Stream<Item = Result<T, E>>, mut take: impl FnMut(T)) {
    let mut stream = pin!(stream);
    while let Some(Ok(item)) = now(|cx| stream.as_mut().poll_next(cx)) {
        take(item);
    }
}

/// What `poll` has, without waiting: who lets others have their turn is asked again.
pub(crate) fn now<T>(mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
    loop {
        if let Poll::Ready(value) = poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}
