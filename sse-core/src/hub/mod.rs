//! Who gets which message: one log per topic that is replay buffer, fan-out queue and history at
//! once.

mod clock;
mod config;
mod cursor;
mod encoded;
mod follow;
mod gap;
mod joined;
mod latest;
mod log;
mod portion;
mod rank;
mod room;
mod slab;
mod slots;
mod state;
mod stats;
mod subscription;
mod sync;
mod topic;
mod wake;

use core::{iter, ops::RangeInclusive, time::Duration};
use std::{
    sync::{Arc, PoisonError, Weak},
    vec::Vec,
};

pub use config::HubConfig;
pub use portion::{Feed, Portion, Sharing};
pub use stats::{HubStats, TopicStats};
pub use subscription::Subscription;
pub use topic::{TooManyTopics, Topic};

use self::{
    encoded::Encoded,
    state::{Farewell, State},
    sync::{Mutex, MutexGuard},
    wake::Waking,
};
use crate::{Data, Instant, Message, PublishError};

/// Sends each message to all readers, and again to those who were away.
///
/// The hub is a log of encoded messages, and a [`Subscription`] is a position in it. A message is
/// encoded once and shared by all readers; publishing never waits for one. A reader that is slower
/// than the log is long loses the oldest messages and is told so ([`Overrun`](crate::Overrun)).
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
/// # Topics
/// A hub has a log for each topic. One is there from the first message or subscription on, until
/// nobody follows it and it holds nothing; [`HubConfig::max_age`] sees to that. A subscription gets
/// what is published to the topics that it follows, and nothing else.
///
/// All topics share one count of events. A number is therefore a place in every topic, and one
/// `Last-Event-ID` is enough for a stream of several, which come in the order of publication:
///
/// ```
/// use sse_core::{Hub, Message};
/// # use core::task::{Context, Poll, Waker};
/// # use sse_core::{Frame, Subscription};
/// # fn next(reader: &mut Subscription) -> String {
/// #     match reader.poll_next(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(Some(frame)) => String::from_utf8(frame.as_ref().to_vec()).unwrap(),
/// #         Poll::Ready(None) | Poll::Pending => panic!("nothing there"),
/// #     }
/// # }
///
/// let hub = Hub::default();
/// hub.publish_to("weather", &Message::new("rain"))?;
/// hub.publish_to("traffic", &Message::new("jam"))?;
/// hub.publish_to("sports", &Message::new("1:0"))?;
/// hub.publish_to("weather", &Message::new("sun"))?;
///
/// let mut reader = hub.subscribe_to(["weather", "sports"], Some("1"))?;
/// assert_eq!(next(&mut reader), "id: 3\ndata: 1:0\n\n");
/// assert_eq!(next(&mut reader), "id: 4\ndata: sun\n\n");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// Where the events of a topic have ids of their own, such as a broker's, these lead back into the
/// stream as long as they are held. One that several of a stream's topics have at once leads
/// nowhere: it gets a gap.
///
/// A gap is told before anything that came after the first event lost. If the other topics hold
/// events from before the last one lost, its id leads to before these: who comes back there is told
/// of the gap again. The id is `~` and a number then, which names a place between events.
///
/// What a dropped topic held is remembered by one number for all of them: a reader that returns to
/// it from an older place is told of a gap, even if it has missed nothing.
///
/// # The newest of each key
/// With [`Overrun::Latest`](crate::Overrun::Latest) an event that leaves the log is kept as long as
/// it is the newest of its key. A reader that fell off the log, or comes back after it did, gets
/// these, then what the log holds. Of what has no key, or is beyond [`HubConfig::max_keys`], it is
/// told by a gap before.
///
/// To begin with the newest of each key, a new reader names the number before the first id.
///
/// ```
/// use sse_core::{Hub, HubConfig, Message, Overrun, Topic};
/// # use core::task::{Context, Poll, Waker};
/// # use sse_core::{Frame, Subscription};
/// # fn next(reader: &mut Subscription) -> String {
/// #     match reader.poll_next(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(Some(frame)) => String::from_utf8(frame.as_ref().to_vec()).unwrap(),
/// #         Poll::Ready(None) | Poll::Pending => panic!("nothing there"),
/// #     }
/// # }
///
/// let hub = Hub::new(HubConfig::new().max_frames(2).overrun(Overrun::Latest));
/// let prices = Topic::new("prices");
/// for (key, price) in [("ACME", "7"), ("INIT", "3"), ("ACME", "8"), ("ACME", "9")] {
///     hub.publish_to(prices.key(key), &Message::new(price))?;
/// }
///
/// let mut reader = hub.subscribe_to(["prices"], Some("0"))?;
/// assert_eq!(next(&mut reader), "id: 2\ndata: 3\n\n");
/// assert_eq!(next(&mut reader), "id: 3\ndata: 8\n\n");
/// assert_eq!(next(&mut reader), "id: 4\ndata: 9\n\n");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// Clones are handles to the same hub, which closes when the last of them is dropped.
#[derive(Clone, Debug, Default)]
pub struct Hub(Arc<Handle>);

/// A handle that does not keep a [`Hub`] open.
///
/// For what works for the hub as long as it is there, such as a timer that
/// [tells it the time](Hub::tick).
#[derive(Clone, Debug)]
pub struct WeakHub(Weak<Handle>);

#[derive(Debug, Default)]
struct Handle(Arc<Shared>);

#[derive(Debug)]
struct Shared(Mutex<State>);

impl Hub {
    /// A hub with an empty log.
    #[must_use]
    pub fn new(config: HubConfig) -> Self {
        let shared = Shared(Mutex::new(State::new(config)));
        Self(Arc::new(Handle(Arc::new(shared))))
    }

    /// Sends a message to all readers of the unnamed topic and keeps it for those who come back.
    ///
    /// An event (a message with data or an id) gets the next number, which is its id unless it
    /// has its own. Other messages, such as a comment or a reconnection time, take a place in the
    /// log but have no number. The number of the newest event is returned.
    ///
    /// The message is encoded before the hub is locked. Under the lock the time taken does not
    /// depend on the number of readers; those who wait are woken afterwards.
    ///
    /// Do not mix numbers as ids of your own with events that the hub shall number.
    ///
    /// # Errors
    /// [`PublishError`]; then nothing was published.
    pub fn publish<D: Data>(&self, message: &Message<'_, D>) -> Result<u64, PublishError> {
        self.publish_to(Topic::default(), message)
    }

    /// As [`publish`](Self::publish), to a topic, and of a key if it has one.
    ///
    /// # Errors
    /// [`PublishError`]; then nothing was published.
    pub fn publish_to<'t, D: Data>(
        &self,
        topic: impl Into<Topic<'t>>,
        message: &Message<'_, D>,
    ) -> Result<u64, PublishError> {
        self.publish_encoded(topic.into(), iter::once(Encoded::new(message)?))
    }

    /// As [`publish_to`](Self::publish_to), several messages that readers find together: who waits
    /// is woken once, after the last.
    ///
    /// Nothing comes between them. Without messages it does nothing but return the number of the
    /// newest event.
    ///
    /// # Errors
    /// [`PublishError`], for the first message that has one. Those before it were published,
    /// except after [`PublishError::Data`]: then nothing was.
    pub fn publish_all<'t, 'm, D: Data>(
        &self,
        topic: impl Into<Topic<'t>>,
        messages: impl IntoIterator<Item = Message<'m, D>>,
    ) -> Result<u64, PublishError> {
        let messages = messages.into_iter();
        let encoded: Result<Vec<_>, _> = messages.map(|message| Encoded::new(&message)).collect();
        self.publish_encoded(topic.into(), encoded?.into_iter())
    }

    fn publish_encoded<'m>(
        &self,
        topic: Topic<'_>,
        mut messages: impl Iterator<Item = Encoded<'m>>,
    ) -> Result<u64, PublishError> {
        let shared = &*self.0.0;
        let mut state = shared.lock();
        if state.closed.is_some() {
            return Err(PublishError::Closed);
        }
        let index = state.open(topic.name)?;
        let number = state.newest().number;
        let published =
            messages.try_fold(number, |_, message| state.push(index, topic.key, message));
        state.drop_idle(index);
        if let Some(list) = state.waiting(index) {
            Waking::new(shared, state, list).run();
        }
        published
    }

    /// Reads on in the unnamed topic from the event after `last_event_id`.
    ///
    /// - None, or an empty id: what is published from now on.
    /// - An id in the log, or the last that left it: all that came after it, each frame once, and
    ///   with no seam what is published from now on.
    /// - A number that has left the log: a [gap](#the-gap-event), then all that the log holds.
    /// - Any other id (malformed, of another log, not given yet): a gap, then what is published
    ///   from now on.
    pub fn subscribe(&self, last_event_id: Option<&str>) -> Subscription {
        match self.subscribe_to([""], last_event_id) {
            Ok(subscription) => subscription,
            Err(TooManyTopics) => unreachable!("the unnamed topic is always there"),
        }
    }

    /// Reads on in these topics from the event after `last_event_id`, as
    /// [`subscribe`](Self::subscribe) does in the unnamed one.
    ///
    /// Topics that are not there are made. A topic that is named twice is followed once; a
    /// subscription to no topic is over at once.
    ///
    /// # Errors
    /// [`TooManyTopics`]; then none was made.
    pub fn subscribe_to(
        &self,
        topics: impl IntoIterator<Item: AsRef<str>>,
        last_event_id: Option<&str>,
    ) -> Result<Subscription, TooManyTopics> {
        let shared = &self.0.0;
        let topics: Vec<_> = topics.into_iter().collect();
        let cursor = shared.lock().subscribe(&topics, last_event_id)?;
        Ok(Subscription::new(Arc::clone(shared), cursor))
    }

    /// Tells the hub the time, which it has no other way to know: what is older than
    /// [`HubConfig::max_age`] leaves. Without a greatest age it does nothing.
    ///
    /// Call it every now and then, more often than frames grow old. Only what passes from one call
    /// to the next counts: a clock that jumps back takes no frame with it, and one that jumps ahead
    /// none that was published since the call before.
    pub fn tick(&self, now: Instant) {
        let mut state = self.0.0.lock();
        state.tick(now);
        while state.age() {
            // Others get their turn.
            drop(state);
            state = self.0.0.lock();
        }
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

    /// A handle that does not keep the hub open.
    #[must_use]
    pub fn downgrade(&self) -> WeakHub {
        WeakHub(Arc::downgrade(&self.0))
    }

    /// What the hub has done so far, and what it holds.
    #[must_use]
    pub fn stats(&self) -> HubStats {
        HubStats::of(&self.0.0.lock())
    }

    /// What a topic has done so far, and what it holds; the unnamed one if the name is empty.
    #[must_use]
    pub fn topic_stats(&self, name: &str) -> Option<TopicStats> {
        let state = self.0.0.lock();
        let index = state.find(name)?;
        Some(TopicStats::of(&state, index))
    }
}

impl WeakHub {
    /// The hub, if there still is another handle to it.
    #[must_use]
    pub fn upgrade(&self) -> Option<Hub> {
        self.0.upgrade().map(Hub)
    }
}

impl Shared {
    /// A panic while the lock was held left nothing half done that a reader could see.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, farewell: Farewell) {
        let places = {
            let mut state = self.lock();
            state.closed.get_or_insert(farewell);
            state.places()
        };
        // Nobody waits anew from here on.
        for index in 0..places {
            let state = self.lock();
            if let Some(list) = state.waiting(index) {
                Waking::new(self, state, list).run();
            }
        }
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self(Mutex::new(State::new(HubConfig::new())))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.end(Farewell::Nothing);
    }
}
