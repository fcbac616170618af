//! A reader: a place in the topics it follows, and the task to wake when they grow.

use core::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};
use std::{sync::Arc, vec::Vec};

use futures_core::Stream;

use super::{
    Shared,
    cursor::{Cursor, Outcome},
    portion::{Feed, Portion, Step},
    room::Room,
    state::State,
};
use crate::Frame;

/// A reader of a [`Hub`](crate::Hub).
///
/// It holds a place in the hub's logs, not a queue: a subscription that nobody polls costs the
/// hub nothing but its slot. Dropping it unsubscribes at once.
///
/// A poll takes a time that is proportional to the frames it takes and to the topics it follows.
#[derive(Debug)]
#[must_use = "a dropped subscription is over"]
pub struct Subscription {
    pub(super) shared: Arc<Shared>,
    pub(super) cursor: Cursor,
}

impl Subscription {
    pub(super) const fn new(shared: Arc<Shared>, cursor: Cursor) -> Self {
        Self { shared, cursor }
    }

    /// Takes the next frame, or has the task of `cx` woken when there is one.
    ///
    /// `None`: the subscription is over, since the hub was closed or drained, or since the reader
    /// fell off the log of a hub that has [`Overrun::Close`](crate::Overrun::Close).
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Frame>> {
        let mut taken = None;
        self.poll_frames(cx, 1, usize::MAX, |frame| taken = Some(frame.clone()))
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
        self.poll_batch_within(cx, frames, max, usize::MAX)
    }

    /// As [`poll_batch`](Self::poll_batch), with no more than `max_bytes` in all, unless the
    /// first frame alone is larger.
    ///
    /// What was taken lives on outside the hub until it is sent, so this is what a reader that
    /// stalls holds.
    pub fn poll_batch_within(
        &mut self,
        cx: &mut Context<'_>,
        frames: &mut Vec<Frame>,
        max: usize,
        max_bytes: usize,
    ) -> Poll<usize> {
        self.poll_frames(cx, max, max_bytes, |frame| frames.push(frame.clone()))
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

    /// Takes what is there, up to so many bytes, as one frame of whole messages; a larger message
    /// comes alone.
    ///
    /// Readers in the same place get the same memory, which is written once: this suits bodies
    /// that are sent in pieces of memory, each at a cost. A [`poll_batch`](Self::poll_batch), which
    /// never copies, suits vectored writes.
    pub fn poll_joined(&mut self, cx: &mut Context<'_>, max_bytes: usize) -> Poll<Option<Frame>> {
        self.poll_step(cx, max_bytes)
            .map(|joined| joined.map(|(frame, _)| frame))
    }

    /// As [`poll_joined`](Self::poll_joined), with leave to share it with other readers that a
    /// task serves.
    pub fn poll_portion(
        &mut self,
        cx: &mut Context<'_>,
        max_bytes: usize,
    ) -> Poll<Option<Portion>> {
        let joined = ready!(self.poll_step(cx, max_bytes));
        let portion = |(frame, step)| Portion::new(Arc::clone(&self.shared), frame, step);
        Poll::Ready(joined.map(portion))
    }

    fn poll_step(
        &mut self,
        cx: &mut Context<'_>,
        max_bytes: usize,
    ) -> Poll<Option<(Frame, Option<Step>)>> {
        let mut joined = None;
        let advance = |cursor: &mut Cursor, state: &mut State| {
            cursor.advance_joined(state, max_bytes, &mut joined)
        };
        let outcome = ready!(self.poll_with(cx, advance));
        Poll::Ready(joined.or_else(|| Some((outcome.into_frame()?, None))))
    }

    /// The one topic that it follows; `None` if there are several, or none.
    #[must_use]
    pub fn feed(&self) -> Option<Feed> {
        Feed::of(&self.shared, &self.cursor)
    }

    /// Whether both follow one topic and stand in the same place in it, so that a portion of one
    /// is for the other, too.
    #[must_use]
    pub fn is_beside(&self, other: &Self) -> bool {
        let place = self.cursor.place();
        let same_place = place.is_some() && place == other.cursor.place();
        same_place && Arc::ptr_eq(&self.shared, &other.shared)
    }

    fn poll_frames(
        &mut self,
        cx: &mut Context<'_>,
        max: usize,
        max_bytes: usize,
        mut sink: impl FnMut(&Frame),
    ) -> Poll<usize> {
        let advance = |cursor: &mut Cursor, state: &mut State| {
            cursor.advance(state, &mut Room::new(max, max_bytes), &mut sink)
        };
        let outcome = ready!(self.poll_with(cx, advance));
        if let Outcome::Frames(n) = outcome {
            return Poll::Ready(n);
        }
        let frame = outcome.into_frame();
        frame.iter().for_each(sink);
        Poll::Ready(usize::from(frame.is_some()))
    }

    /// Looks for what there is, and has the task woken if that is nothing.
    fn poll_with(
        &mut self,
        cx: &mut Context<'_>,
        mut advance: impl FnMut(&mut Cursor, &mut State) -> Outcome,
    ) -> Poll<Outcome> {
        let Self { shared, cursor } = self;
        let mut state = shared.lock();
        let outcome = advance(cursor, &mut state);
        if !matches!(outcome, Outcome::Wait) {
            return Poll::Ready(outcome);
        }
        if state.is_waiting(&cursor.follows, cx.waker()) {
            return Poll::Pending;
        }
        drop(state);
        // A waker is cloned and dropped outside the lock: both may run anyone's code.
        let waker = cx.waker().clone();
        let mut state = shared.lock();
        let outcome = advance(cursor, &mut state);
        if !matches!(outcome, Outcome::Wait) {
            return Poll::Ready(outcome);
        }
        let replaced = state.wait(&cursor.follows, waker);
        drop(state);
        drop(replaced);
        Poll::Pending
    }
}

impl Outcome {
    /// What the reader is told, outside the lock.
    fn into_frame(self) -> Option<Frame> {
        match self {
            Self::Gap(gap) => Some(gap.frame()),
            Self::Farewell(frame) => Some(frame),
            Self::Frames(_) | Self::Wait | Self::End => None,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let waker = self.shared.lock().unsubscribe(&self.cursor.follows);
        drop(waker);
    }
}

/// All that is there, [joined](Subscription::poll_joined), up to 64 KiB at a time.
impl Stream for Subscription {
    type Item = Frame;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Frame>> {
        self.get_mut().poll_joined(cx, JOINED_BYTES)
    }
}

/// As much as a socket takes at a time.
const JOINED_BYTES: usize = 64 * 1024;
