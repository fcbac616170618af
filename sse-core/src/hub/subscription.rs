//! A reader: a position in the log, and the task to wake when the log grows.

use core::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};
use std::{sync::Arc, vec::Vec};

use futures_core::Stream;

use super::{Shared, State};
use crate::{Frame, Overrun, gap::Gap, replay};

/// A reader of a [`Hub`](crate::Hub).
///
/// It holds a position in the hub's log, not a queue: a subscription that nobody polls costs the
/// hub nothing but its slot. Dropping it unsubscribes at once.
#[derive(Debug)]
#[must_use = "a dropped subscription is over"]
pub struct Subscription {
    shared: Arc<Shared>,
    slot: usize,
    cursor: Cursor,
}

#[derive(Debug)]
pub(super) struct Cursor {
    place: replay::Cursor<Arc<str>>,
    /// Which subscription of the hub this is.
    ordinal: u64,
    ended: bool,
}

/// What there is for a reader.
enum Outcome {
    Frames(usize),
    Gap(Gap<Arc<str>>),
    Farewell(Frame),
    Wait,
    End,
}

impl Subscription {
    pub(super) fn new(shared: Arc<Shared>, slot: usize, cursor: Cursor) -> Self {
        Self {
            shared,
            slot,
            cursor,
        }
    }

    /// Takes the next frame, or has the task of `cx` woken when there is one.
    ///
    /// `None`: the subscription is over, since the hub was closed or drained, or since the reader
    /// fell off the log of a hub that has [`Overrun::Close`].
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Frame>> {
        let mut taken = None;
        self.poll_frames(cx, 1, |frame| taken = Some(frame))
            .map(|_| taken)
    }

    /// Appends up to `max` frames, at least one, to `frames`, and says how many.
    ///
    /// It takes what is there and does not wait for `max`. Zero: the subscription is over.
    pub fn poll_batch(
        &mut self,
        cx: &mut Context<'_>,
        frames: &mut Vec<Frame>,
        max: usize,
    ) -> Poll<usize> {
        self.poll_frames(cx, max.max(1), |frame| frames.push(frame))
    }

    /// The next frame; `None` when the subscription is over.
    ///
    /// Cancel safe: a frame is taken only when it is returned.
    pub async fn next(&mut self) -> Option<Frame> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Appends up to `max` frames, at least one, to `frames`, and says how many; zero when the
    /// subscription is over.
    ///
    /// Cancel safe: a frame is taken only when it is returned.
    pub async fn next_batch(&mut self, frames: &mut Vec<Frame>, max: usize) -> usize {
        poll_fn(|cx| self.poll_batch(cx, frames, max)).await
    }

    fn poll_frames(
        &mut self,
        cx: &mut Context<'_>,
        max: usize,
        mut sink: impl FnMut(Frame),
    ) -> Poll<usize> {
        let Self {
            shared,
            slot,
            cursor,
        } = self;
        let mut outcome = {
            let mut state = shared.lock();
            match cursor.advance(&mut state, max, &mut sink) {
                Outcome::Wait if state.slots.is_waiting(*slot, cx.waker()) => return Poll::Pending,
                outcome => outcome,
            }
        };
        if let Outcome::Wait = outcome {
            // A waker is cloned and dropped outside the lock: both may run anyone's code.
            let waker = cx.waker().clone();
            let mut state = shared.lock();
            outcome = cursor.advance(&mut state, max, &mut sink);
            if let Outcome::Wait = outcome {
                let replaced = state.slots.wait(*slot, waker);
                drop(state);
                drop(replaced);
                return Poll::Pending;
            }
        }
        match outcome {
            Outcome::Frames(n) => Poll::Ready(n),
            Outcome::Gap(gap) => {
                sink(gap_frame(&gap));
                Poll::Ready(1)
            }
            Outcome::Farewell(frame) => {
                sink(frame);
                Poll::Ready(1)
            }
            Outcome::Wait => Poll::Pending,
            Outcome::End => Poll::Ready(0),
        }
    }
}

impl Cursor {
    /// Where a reader starts that had `last_event_id`.
    pub(super) fn new(state: &State, last_event_id: Option<&str>, ordinal: u64) -> Self {
        Self {
            place: replay::Cursor::new(&state.log, last_event_id),
            ordinal,
            ended: false,
        }
    }

    fn advance(&mut self, state: &mut State, max: usize, sink: &mut impl FnMut(Frame)) -> Outcome {
        if self.ended {
            return Outcome::End;
        }
        let lag = self.place.lag(&state.log);
        state.lagged += lag;
        if lag > 0 && state.overrun == Overrun::Close {
            self.ended = true;
            return Outcome::End;
        }
        if let Some(gap) = self.place.gap(&state.log) {
            state.gaps += 1;
            return Outcome::Gap(gap);
        }

        let mut n = 0;
        while n < max
            && let Some(entry) = state.log.entry(self.place.next)
        {
            self.place.took(entry.at.number, || entry.at.clone());
            sink(entry.frame.clone());
            n += 1;
        }
        state.delivered += n as u64;
        if n > 0 {
            return Outcome::Frames(n);
        }
        let Some(farewell) = &state.closed else {
            return Outcome::Wait;
        };
        self.ended = true;
        match farewell.frame(self.ordinal) {
            Some(frame) => Outcome::Farewell(frame),
            None => Outcome::End,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let waker = self.shared.lock().slots.remove(self.slot);
        drop(waker);
    }
}

impl Stream for Subscription {
    type Item = Frame;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Frame>> {
        self.get_mut().poll_next(cx)
    }
}

fn gap_frame(gap: &Gap<Arc<str>>) -> Frame {
    gap.message(|message| message.to_frame())
        .expect("an id is written without error")
}
