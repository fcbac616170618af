//! What a response body sends next: all frames that are ready, as one piece, or the keep-alive.

use core::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
};
use std::vec::Vec;

use bytes::Bytes;
use futures_core::Stream;

use super::{KeepAlive, Timer};
use crate::Frame;

/// The pieces of a body, made of a stream's frames and of comments while there are none.
///
/// `E` is what may fail in the stream.
#[derive(Debug)]
pub struct Pieces<E> {
    keep_alive: KeepAlive,
    /// What the stream yielded behind the piece that was sent last.
    left: Option<Option<Result<Frame, E>>>,
}

impl<E> Pieces<E> {
    /// Kept alive as [`KeepAlive::new`] says.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            keep_alive: KeepAlive::new(),
            left: None,
        }
    }

    /// What is sent while there are no frames.
    pub const fn keep_alive(&mut self) -> &mut KeepAlive {
        &mut self.keep_alive
    }

    /// The next piece: whole messages, as many as `frames` has ready, up to 64 KiB or one frame.
    ///
    /// A piece of one frame is that frame. The stream's error and its end come behind all frames
    /// before them; after either, `frames` must not be polled again.
    pub fn poll_next<S: Stream<Item: IntoFrame<Error = E>>>(
        &mut self,
        mut frames: Pin<&mut S>,
        timer: &mut impl Timer,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, E>>> {
        let first = match self.left.take() {
            Some(left) => Poll::Ready(left),
            None => poll_frame(frames.as_mut(), cx),
        };
        let Poll::Ready(first) = first else {
            let comment = ready!(self.keep_alive.poll(timer, cx));
            return Poll::Ready(Some(Ok(comment.into())));
        };
        self.keep_alive.spoke();
        Poll::Ready(first.map(|first| Ok(self.join(first?.into(), frames, cx))))
    }

    /// Appends to the first frame what is ready behind it.
    fn join<S: Stream<Item: IntoFrame<Error = E>>>(
        &mut self,
        first: Bytes,
        mut frames: Pin<&mut S>,
        cx: &mut Context<'_>,
    ) -> Bytes {
        let mut joined = Vec::new();
        let mut len = first.len();
        while len < MAX_PIECE
            && let Poll::Ready(next) = poll_frame(frames.as_mut(), cx)
        {
            let Some(Ok(frame)) = &next else {
                self.left = Some(next);
                break;
            };
            len += frame.as_ref().len();
            if len > MAX_PIECE {
                self.left = Some(next);
                break;
            }
            if joined.is_empty() {
                joined.extend_from_slice(&first);
            }
            joined.extend_from_slice(frame.as_ref());
        }
        if joined.is_empty() {
            first
        } else {
            joined.into()
        }
    }
}

impl<E> Default for Pieces<E> {
    fn default() -> Self {
        Self::new()
    }
}

fn poll_frame<S: Stream<Item: IntoFrame>>(
    frames: Pin<&mut S>,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Frame, <S::Item as IntoFrame>::Error>>> {
    frames
        .poll_next(cx)
        .map(|item| item.map(IntoFrame::into_frame))
}

/// What a body's stream yields: a [`Frame`], or one as long as nothing fails.
///
/// An error ends the body, and the connection with it, so that the client does not take the end
/// for a clean one.
pub trait IntoFrame {
    /// What may fail.
    type Error;

    /// The frame or the failure.
    ///
    /// # Errors
    /// The stream's own.
    fn into_frame(self) -> Result<Frame, Self::Error>;
}

impl IntoFrame for Frame {
    type Error = Infallible;

    fn into_frame(self) -> Result<Frame, Infallible> {
        Ok(self)
    }
}

impl<E> IntoFrame for Result<Frame, E> {
    type Error = E;

    fn into_frame(self) -> Self {
        self
    }
}

/// Large enough that a piece costs little beside its bytes, small enough to be held by each of
/// many connections that stall.
const MAX_PIECE: usize = 64 * 1024;
