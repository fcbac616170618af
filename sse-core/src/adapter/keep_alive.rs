//! What a server says when it has nothing to say.

use core::{
    sync::atomic::{AtomicUsize, Ordering},
    task::{Context, Poll, ready},
    time::Duration,
};

use super::{Timer, spread};
use crate::{Frame, Instant, Message};

/// The comment that shows that a silent stream lives, and when it is due.
#[derive(Clone, Debug)]
pub struct KeepAlive {
    period: Duration,
    /// This stream's own part of it, once it has been silent.
    wait: Option<Duration>,
    silent_since: Option<Instant>,
    comment: Frame,
}

impl KeepAlive {
    /// An empty comment after every 15 seconds of silence.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            period: PERIOD,
            wait: None,
            silent_since: None,
            comment: Frame::keep_alive(),
        }
    }

    /// Sets how long a silence lasts at most before the comment; zero turns it off.
    ///
    /// Each stream waits a little less, by up to an eighth: those that fell silent together do
    /// not all speak up together.
    pub const fn set_period(&mut self, period: Duration) {
        self.period = period;
        self.wait = None;
    }

    /// Sets what the comment says.
    pub fn set_text(&mut self, text: &str) {
        self.comment = Message::comment(text).into();
    }

    /// Notes that something else was said.
    pub(super) const fn spoke(&mut self) {
        self.silent_since = None;
    }

    /// The comment, once there was nothing else for so long.
    pub(super) fn poll(&mut self, timer: &mut impl Timer, cx: &mut Context<'_>) -> Poll<Frame> {
        if self.period.is_zero() {
            return Poll::Pending;
        }
        let period = self.period;
        let wait = *self.wait.get_or_insert_with(|| {
            let number = STREAMS.fetch_add(1, Ordering::Relaxed) as u64;
            spread(&(period - period / 8..=period), number)
        });
        let since = *self.silent_since.get_or_insert_with(|| timer.now());
        ready!(timer.poll(Some(since + wait), cx));
        self.silent_since = None;
        Poll::Ready(self.comment.clone())
    }
}

impl Default for KeepAlive {
    fn default() -> Self {
        Self::new()
    }
}

/// Counts streams, so that their waits differ.
static STREAMS: AtomicUsize = AtomicUsize::new(0);

/// Below the idle timeouts of the proxies one meets (9.2.7 says "every 15 seconds or so").
const PERIOD: Duration = Duration::from_secs(15);
