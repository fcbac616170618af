//! What a server says when it has nothing to say.

use core::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;

use super::Timer;
use crate::{Frame, Instant, Message};

/// The comment that shows that a silent stream lives, and when it is due.
#[derive(Clone, Debug)]
pub struct KeepAlive {
    period: Duration,
    silent_since: Option<Instant>,
    comment: Frame,
}

impl KeepAlive {
    /// An empty comment after every 15 seconds of silence.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            period: PERIOD,
            silent_since: None,
            comment: Frame::keep_alive(),
        }
    }

    /// Sets how long a silence lasts before the comment; zero turns it off.
    pub const fn set_period(&mut self, period: Duration) {
        self.period = period;
    }

    /// Sets what the comment says.
    pub fn set_text(&mut self, text: &str) {
        self.comment = Message::comment(text).into();
    }

    /// The next of `frames`, or the comment if they are silent for too long.
    pub fn poll_next<S: Stream<Item: IntoFrame>>(
        &mut self,
        frames: Pin<&mut S>,
        timer: &mut impl Timer,
        cx: &mut Context<'_>,
    ) -> Poll<Option<FrameResult<S>>> {
        if let Poll::Ready(item) = frames.poll_next(cx) {
            self.silent_since = None;
            return Poll::Ready(item.map(IntoFrame::into_frame));
        }
        if self.period.is_zero() {
            return Poll::Pending;
        }
        let since = *self.silent_since.get_or_insert_with(|| timer.now());
        ready!(timer.poll(Some(since + self.period), cx));
        self.silent_since = None;
        Poll::Ready(Some(Ok(self.comment.clone())))
    }
}

impl Default for KeepAlive {
    fn default() -> Self {
        Self::new()
    }
}

type FrameResult<S> = Result<Frame, <<S as Stream>::Item as IntoFrame>::Error>;

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

/// Below the idle timeouts of the proxies one meets (9.2.7 says "every 15 seconds or so").
const PERIOD: Duration = Duration::from_secs(15);
