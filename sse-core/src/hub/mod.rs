//! Who gets which message: one log that is replay buffer, fan-out queue and history at once.

mod config;
mod log;
mod slots;
mod stats;
mod subscription;

use core::{fmt, ops::RangeInclusive, task::Waker, time::Duration};
use std::{
    io::Write as _,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    vec::Vec,
};

pub use config::HubConfig;
pub use stats::HubStats;
pub use subscription::Subscription;

use self::{log::Log, slots::Slots, subscription::Cursor};
use crate::{
    Data, Frame, Message, Overrun, PublishError,
    event_id::{decimal, digits},
    replay::Replay as _,
    spread::spread,
};

/// Sends each message to all readers, and again to those who were away.
///
/// The hub is a log of encoded messages, and a [`Subscription`] is a position in it. A message is
/// encoded once and shared by all readers; publishing never waits for one. A reader that is slower
/// than the log is long loses the oldest messages and is told so ([`Overrun`]).
///
/// Every event published has an id: its own ([`Message::id`]), or else the hub's count of events
/// so far. A client that reconnects sends the last one as `Last-Event-ID`, and
/// [`subscribe`](Self::subscribe) goes on right after it.
///
/// ```
/// use sse_core::{Hub, Message};
/// # use core::{pin::pin, task::{Context, Poll, Waker}};
///
/// # let conversation = async {
/// let hub = Hub::default();
/// hub.publish(&Message::new("one"))?;
/// hub.publish(&Message::new("two"))?;
///
/// let mut reader = hub.subscribe(Some("1"));
/// let frame = reader.next().await.expect("the hub is open");
/// assert_eq!(frame.as_ref(), b"id: 2\ndata: two\n\n");
/// # Ok::<(), sse_core::PublishError>(())
/// # };
/// # let cx = &mut Context::from_waker(Waker::noop());
/// # assert_eq!(pin!(conversation).poll(cx), Poll::Ready(Ok(())));
/// ```
///
/// # The gap event
/// A reader that cannot be given all that it missed gets an event of the type `gap` first, which
/// any client sees:
///
/// ```text
/// event: gap
/// id: 976
/// data: {"after":"40","resumes_at":"977","lost":936}
/// ```
///
/// `after` is the last id that the reader had, `resumes_at` the id of the event that comes next
/// and `lost` the number of events between them; each is `null` where that is not known, or not
/// yet. The event's own id puts the client in the new place: a reconnect from there is told of no
/// second gap. It is made for one reader, and is no part of the log.
///
/// One hub is one log: what some readers must not see belongs into another hub.
///
/// Clones are handles to the same hub, which closes when the last of them is dropped.
#[derive(Clone, Debug, Default)]
pub struct Hub(Arc<Handle>);

#[derive(Debug, Default)]
struct Handle(Arc<Shared>);

#[derive(Debug, Default)]
pub(super) struct Shared(Mutex<State>);

#[derive(Debug)]
pub(super) struct State {
    log: Log,
    slots: Slots,
    overrun: Overrun,
    /// Set for good once nothing more can be published.
    closed: Option<Farewell>,
    subscribed: u64,
    published: u64,
    delivered: u64,
    gaps: u64,
    lagged: u64,
}

/// What a reader gets when it has read a closed hub to the end.
#[derive(Debug)]
enum Farewell {
    Nothing,
    Retry(RangeInclusive<Duration>),
}

impl Hub {
    /// A hub with an empty log.
    #[must_use]
    pub fn new(config: HubConfig) -> Self {
        let shared = Shared(Mutex::new(State::new(&config)));
        Self(Arc::new(Handle(Arc::new(shared))))
    }

    /// Sends a message to all readers and keeps it for those who come back.
    ///
    /// An event (a message with data or an id) gets the next number, which is its id unless it
    /// has its own. Other messages, such as a comment or a reconnection time, take a place in the
    /// log but have no number. The number of the newest event is returned.
    ///
    /// The message is encoded before the hub is locked. Under the lock the time taken does not
    /// depend on the number of readers, except that those who wait are woken.
    ///
    /// Do not mix numbers as ids of your own with events that the hub shall number.
    ///
    /// # Errors
    /// [`PublishError`]; then nothing was published.
    pub fn publish<D: Data>(&self, message: &Message<'_, D>) -> Result<u64, PublishError> {
        let own = message.id;
        let mut encoded = Vec::with_capacity(NUMBER_ROOM + message.encoded_len());
        encoded.resize(NUMBER_ROOM, 0);
        message
            .encode_to_vec(&mut encoded)
            .map_err(|fmt::Error| PublishError::Data)?;

        let mut state = self.0.0.lock();
        if state.closed.is_some() {
            return Err(PublishError::Closed);
        }
        if !state.log.fits(encoded.len()) {
            return Err(PublishError::TooLarge);
        }
        let number = state.log.next_number();
        match own {
            Some(id) => {
                state.log.check_own(id)?;
                let own = (decimal(id) != Some(number)).then(|| id.into());
                state
                    .log
                    .push_event(Frame::from_tail(encoded, NUMBER_ROOM), own);
            }
            None if message.data.is_some() => {
                let start = put_number(&mut encoded, number);
                state.log.push_event(Frame::from_tail(encoded, start), None);
            }
            None => state.log.push_aside(Frame::from_tail(encoded, NUMBER_ROOM)),
        }
        state.published += 1;
        let newest = state.log.newest().number;
        let woken = state.slots.take_waiting();
        drop(state);
        self.0.0.wake(woken);
        Ok(newest)
    }

    /// Reads on from the event after `last_event_id`.
    ///
    /// - None, or an empty id: what is published from now on.
    /// - An id in the log, or the last that left it: all that came after it, each frame once, and
    ///   with no seam what is published from now on.
    /// - A number that has left the log: a [gap](#the-gap-event), then all that the log holds.
    /// - Any other id (malformed, of another log, not given yet): a gap, then what is published
    ///   from now on.
    pub fn subscribe(&self, last_event_id: Option<&str>) -> Subscription {
        let shared = &self.0.0;
        let mut state = shared.lock();
        let cursor = Cursor::new(&state, last_event_id, state.subscribed);
        state.subscribed += 1;
        let slot = state.slots.insert();
        drop(state);
        Subscription::new(Arc::clone(shared), slot, cursor)
    }

    /// Ends it: nothing more is published, and subscriptions end when they have read the log.
    pub fn close(&self) {
        self.0.0.end(Farewell::Nothing);
    }

    /// Ends it as [`close`](Self::close) does, with a last frame for each subscription: a `retry`
    /// somewhere within the range.
    ///
    /// The times are spread evenly, so that the clients do not all come back in the same moment.
    /// A client keeps the time for later disconnections too.
    ///
    /// Without effect on a hub that is closed already.
    pub fn drain(&self, retry: RangeInclusive<Duration>) {
        self.0.0.end(Farewell::Retry(retry));
    }

    /// What the hub has done so far, and what it holds.
    #[must_use]
    pub fn stats(&self) -> HubStats {
        HubStats::of(&self.0.0.lock())
    }
}

impl Shared {
    /// A panic while the lock was held left nothing half done that a reader could see.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs wakers, which are anyone's code, with the lock released.
    fn wake(&self, mut woken: Vec<Waker>) {
        if woken.is_empty() {
            return;
        }
        for waker in woken.drain(..) {
            waker.wake();
        }
        self.lock().slots.recycle(woken);
    }

    fn end(&self, farewell: Farewell) {
        let mut state = self.lock();
        state.closed.get_or_insert(farewell);
        let woken = state.slots.take_waiting();
        drop(state);
        self.wake(woken);
    }
}

impl State {
    fn new(config: &HubConfig) -> Self {
        Self {
            log: Log::new(config),
            slots: Slots::default(),
            overrun: config.overrun,
            closed: None,
            subscribed: 0,
            published: 0,
            delivered: 0,
            gaps: 0,
            lagged: 0,
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new(&HubConfig::new())
    }
}

impl Farewell {
    /// The last frame for the subscription with this ordinal.
    fn frame(&self, ordinal: u64) -> Option<Frame> {
        let Self::Retry(range) = self else {
            return None;
        };
        Some(Message::empty().retry(spread(range, ordinal)).into())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.end(Farewell::Nothing);
    }
}

/// Writes the number's id line so that it ends where the message begins; returns where it starts.
fn put_number(encoded: &mut [u8], number: u64) -> usize {
    let mut memory = [0; 20];
    let digits = digits(number, &mut memory);
    let start = NUMBER_ROOM - "id: \n".len() - digits.len();
    // The room is made for the largest number.
    let _ = writeln!(&mut encoded[start..], "id: {digits}");
    start
}

/// What the id line of the largest number takes.
const NUMBER_ROOM: usize = "id: 18446744073709551615\n".len();
