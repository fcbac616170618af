//! What an adapter's `Events` lend of a body that comes in any pieces.

use std::{
    convert::Infallible,
    iter,
    pin::pin,
    task::{Context, Poll, Waker},
};

use sse_core::{
    TooLarge,
    adapter::{Events, EventsError, Source},
};

use crate::seen::Owned;

/// The events of `stream`, cut at the offsets `cuts`.
pub(crate) fn events_of(stream: &[u8], cuts: &[usize]) -> Vec<Result<Owned, TooLarge>> {
    let starts = iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([stream.len()]);
    let body = Body {
        pieces: iter::zip(starts, ends).map(|(start, end)| &stream[start..end]),
        chunk: &[],
    };
    let (mut events, mut seen) = (Events::new(body), Vec::new());
    loop {
        let next = pin!(events.next());
        let Poll::Ready(next) = next.poll(&mut Context::from_waker(Waker::noop())) else {
            continue;
        };
        seen.push(match next {
            Ok(Some(event)) => Ok((
                event.event_type.to_owned(),
                event.data.to_owned(),
                event.last_event_id.to_owned(),
            )),
            Ok(None) => return seen,
            Err(EventsError::TooLarge) => Err(TooLarge),
        });
    }
}

struct Body<'s, I> {
    pieces: I,
    chunk: &'s [u8],
}

impl<'s, I: Iterator<Item = &'s [u8]>> Source for Body<'s, I> {
    type Error = Infallible;

    fn poll_chunk(&mut self, _: &mut Context<'_>) -> Poll<Result<bool, Infallible>> {
        let piece = self.pieces.next();
        self.chunk = piece.unwrap_or_default();
        Poll::Ready(Ok(piece.is_some()))
    }

    fn chunk(&self) -> &[u8] {
        self.chunk
    }
}
