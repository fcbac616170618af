//! One stream of messages for many connections: a history, and the tasks that wait for more.

use core::{
    cell::RefCell,
    fmt,
    future::poll_fn,
    task::{Context, Poll, Waker},
};

use embassy_sync::blocking_mutex::{Mutex, raw::RawMutex};
use sse_core::{Data, FellOff, History, Message, Overrun, Position, PublishError};

/// Sends each message to all subscribers, and again to those who were away.
///
/// It is a [`History`] of at most `N` messages in `BYTES` bytes, of which at most `SUBS` readers
/// are subscribers at a time. A message is encoded once, into that memory; a subscription is a
/// position in it. Publishing never waits, and costs the same however slow a subscriber is: one
/// that is slower than the history is long is told of the gap, or let go ([`Overrun`]).
///
/// It is made for a `static` that tasks share:
///
/// ```
/// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
/// use sse_embedded::{Feed, Message};
///
/// static FEED: Feed<CriticalSectionRawMutex, 16, 1024, 4> = Feed::new();
///
/// # embassy_futures::block_on(async {
/// FEED.publish(&Message::new("21.5").event("temperature")?)?;
/// FEED.publish(&Message::display(format_args!("{}", 22)))?;
///
/// let mut out = [0; 256];
/// let mut reader = FEED.subscribe(Some(b"1"))?;
/// assert_eq!(reader.read(&mut out).await?, 16);
/// assert_eq!(&out[..16], b"id: 2\ndata: 22\n\n");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// # }).unwrap();
/// ```
///
/// While a message is encoded, and while a frame is copied, the mutex is held: with
/// `CriticalSectionRawMutex` interrupts are off for that time. Where only tasks of one executor
/// in thread mode use it, `ThreadModeRawMutex` leaves them on.
///
/// # Panics
/// If data's own `Display` or `Serialize`, or a waker's `clone` or `drop`, uses the same feed.
pub struct Feed<M: RawMutex, const N: usize, const BYTES: usize, const SUBS: usize> {
    state: Mutex<M, RefCell<State<N, BYTES, SUBS>>>,
}

struct State<const N: usize, const BYTES: usize, const SUBS: usize> {
    history: History<N, BYTES>,
    slots: [Slot; SUBS],
    closed: bool,
}

/// The place of one subscriber.
enum Slot {
    Free,
    Taken(Option<Waker>),
}

impl<M: RawMutex, const N: usize, const BYTES: usize, const SUBS: usize> Feed<M, N, BYTES, SUBS> {
    /// A feed with an empty history; a subscriber that falls off it gets a gap.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_overrun(Overrun::Gap)
    }

    /// A feed with an empty history, and what becomes of a subscriber that falls off it.
    #[must_use]
    pub const fn with_overrun(overrun: Overrun) -> Self {
        Self {
            state: Mutex::new(RefCell::new(State {
                history: History::new().overrun(overrun),
                slots: [const { Slot::Free }; SUBS],
                closed: false,
            })),
        }
    }

    /// Sets the number of the first event, as long as nothing was published; see
    /// [`History::set_first_id`].
    pub fn set_first_id(&self, id: u64) {
        self.with(|state| state.history.set_first_id(id));
    }

    /// Sends a message to all subscribers and keeps it for those who come back; see
    /// [`History::publish`].
    ///
    /// # Errors
    /// [`PublishError`]; then nothing was published.
    pub fn publish<D: Data>(&self, message: &Message<'_, D>) -> Result<u64, PublishError> {
        self.waking(|state| match state.closed {
            true => Err(PublishError::Closed),
            false => state.history.publish(message),
        })
    }

    /// Ends it: nothing more is published, and subscriptions end when they have read what is held.
    pub fn close(&self) {
        self.waking(|state| state.closed = true);
    }

    /// Reads on from the event after `last_event_id`; see [`History::resume`].
    ///
    /// # Errors
    /// [`TooManySubscribers`], if there are `SUBS` already.
    pub fn subscribe(
        &self,
        last_event_id: Option<&[u8]>,
    ) -> Result<Subscription<'_>, TooManySubscribers> {
        self.with(|state| {
            let free = |slot: &Slot| matches!(slot, Slot::Free);
            let slot = state.slots.iter().position(free);
            let slot = slot.ok_or(TooManySubscribers)?;
            state.slots[slot] = Slot::Taken(None);
            Ok(Subscription {
                feed: self,
                slot,
                position: state.history.resume(last_event_id),
            })
        })
    }

    /// How many subscribers there are now.
    #[must_use]
    pub fn subscribers(&self) -> usize {
        let taken = |slot: &&Slot| matches!(slot, Slot::Taken(_));
        self.with(|state| state.slots.iter().filter(taken).count())
    }

    fn with<R>(&self, act: impl FnOnce(&mut State<N, BYTES, SUBS>) -> R) -> R {
        self.state.lock(|state| act(&mut state.borrow_mut()))
    }

    /// Changes the state, and wakes all who wait for that.
    fn waking<R>(&self, change: impl FnOnce(&mut State<N, BYTES, SUBS>) -> R) -> R {
        let result = self.with(change);
        for slot in 0..SUBS {
            let waker = self.with(|state| match state.slots.get_mut(slot) {
                Some(Slot::Taken(waker)) => waker.take(),
                _ => None,
            });
            // A waker is anyone's code.
            if let Some(waker) = waker {
                waker.wake();
            }
        }
        result
    }
}

impl<M: RawMutex, const N: usize, const BYTES: usize, const SUBS: usize> Default
    for Feed<M, N, BYTES, SUBS>
{
    fn default() -> Self {
        Self::new()
    }
}

impl<M: RawMutex, const N: usize, const BYTES: usize, const SUBS: usize> fmt::Debug
    for Feed<M, N, BYTES, SUBS>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("subscribers", &self.subscribers())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl<M: RawMutex, const N: usize, const BYTES: usize, const SUBS: usize> defmt::Format
    for Feed<M, N, BYTES, SUBS>
{
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Feed({=usize} subscribers)", self.subscribers());
    }
}

/// A feed of any size and mutex, as its subscriptions see it.
pub(crate) trait AnyFeed {
    fn poll_read(
        &self,
        slot: usize,
        position: &mut Position,
        out: &mut [u8],
        cx: &mut Context<'_>,
    ) -> Poll<Result<usize, FellOff>>;

    fn subscribe(
        &self,
        last_event_id: Option<&[u8]>,
    ) -> Result<Subscription<'_>, TooManySubscribers>;

    fn unsubscribe(&self, slot: usize);
}

impl<M: RawMutex, const N: usize, const BYTES: usize, const SUBS: usize> AnyFeed
    for Feed<M, N, BYTES, SUBS>
{
    fn poll_read(
        &self,
        slot: usize,
        position: &mut Position,
        out: &mut [u8],
        cx: &mut Context<'_>,
    ) -> Poll<Result<usize, FellOff>> {
        self.with(|state| match state.history.read(position, out) {
            Ok(0) if !state.closed => {
                if let Some(Slot::Taken(waker)) = state.slots.get_mut(slot)
                    && !waker
                        .as_ref()
                        .is_some_and(|held| held.will_wake(cx.waker()))
                {
                    *waker = Some(cx.waker().clone());
                }
                Poll::Pending
            }
            read => Poll::Ready(read),
        })
    }

    fn subscribe(
        &self,
        last_event_id: Option<&[u8]>,
    ) -> Result<Subscription<'_>, TooManySubscribers> {
        self.subscribe(last_event_id)
    }

    fn unsubscribe(&self, slot: usize) {
        self.with(|state| {
            if let Some(slot) = state.slots.get_mut(slot) {
                *slot = Slot::Free;
            }
        });
    }
}

/// A reader of a [`Feed`]. Dropping it makes room for another.
#[must_use = "a dropped subscription is over"]
pub struct Subscription<'f> {
    feed: &'f dyn AnyFeed,
    slot: usize,
    position: Position,
}

impl Subscription<'_> {
    /// Waits for messages and puts them into `out`, already encoded: as many whole ones as fit, or
    /// a part of one that is larger than `out`. Zero: the feed is closed, and all of it was read.
    ///
    /// `out` must not be empty, and not smaller than a [gap event](sse_core::Hub#the-gap-event):
    /// 200 bytes will do for ids without quotes, backslashes and control characters, 540 for any.
    ///
    /// # Errors
    /// [`FellOff`], and ever after: nothing more is to be had from this subscription. The stream
    /// of the client should break off, that it comes back.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing: messages are taken only when it is ready.
    pub async fn read(&mut self, out: &mut [u8]) -> Result<usize, FellOff> {
        poll_fn(|cx| self.poll_read(out, cx)).await
    }

    pub(crate) fn poll_read(
        &mut self,
        out: &mut [u8],
        cx: &mut Context<'_>,
    ) -> Poll<Result<usize, FellOff>> {
        self.feed.poll_read(self.slot, &mut self.position, out, cx)
    }
}

impl Drop for Subscription<'_> {
    fn drop(&mut self) {
        self.feed.unsubscribe(self.slot);
    }
}

impl fmt::Debug for Subscription<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("slot", &self.slot)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Subscription<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Subscription({=usize})", self.slot);
    }
}

/// A [`Feed`] has as many subscribers as it has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TooManySubscribers;

impl fmt::Display for TooManySubscribers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more subscribers than the feed has room for")
    }
}

impl core::error::Error for TooManySubscribers {}
