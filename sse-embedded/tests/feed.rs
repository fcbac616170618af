//! A feed without a network: who is woken, who has room, and what a dropped read loses.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use embassy_sync::blocking_mutex::raw::{CriticalSectionRawMutex, NoopRawMutex};
use sse_embedded::{
    Feed, FellOff, Message, Overrun, PublishError, Subscription, TooManySubscribers,
};

type SmallFeed = Feed<CriticalSectionRawMutex, 4, 256, 2>;

fn publish(feed: &SmallFeed, number: u64) {
    assert_eq!(feed.publish(&Message::display(number)), Ok(number));
}

fn event(number: u64) -> String {
    format!("id: {number}\ndata: {number}\n\n")
}

/// Polls a read once and drops it.
fn poll(reader: &mut Subscription<'_>, waker: &Waker) -> Poll<Result<String, FellOff>> {
    let mut out = [0; 128];
    let read = pin!(reader.read(&mut out)).poll(&mut Context::from_waker(waker));
    read.map_ok(|n| str::from_utf8(&out[..n]).unwrap().to_owned())
}

struct Counter(AtomicUsize);

impl Counter {
    fn new() -> (Arc<Self>, Waker) {
        let counter = Arc::new(Self(AtomicUsize::new(0)));
        (Arc::clone(&counter), Waker::from(counter))
    }

    fn woken(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_waiting_reader_is_woken_once_and_by_its_last_waker() {
    let feed = SmallFeed::new();
    let (first, first_waker) = Counter::new();
    let (last, last_waker) = Counter::new();
    let mut reader = feed.subscribe(None).unwrap();
    for waker in [&first_waker, &first_waker, &last_waker] {
        assert_eq!(poll(&mut reader, waker), Poll::Pending);
    }
    assert_eq!(
        (Arc::strong_count(&first), Arc::strong_count(&last)),
        (2, 3)
    );
    publish(&feed, 1);
    publish(&feed, 2);
    assert_eq!((first.woken(), last.woken()), (0, 1));
    let both = event(1) + &event(2);
    assert_eq!(poll(&mut reader, &last_waker), Poll::Ready(Ok(both)));
}

#[test]
fn a_dropped_reader_leaves_its_place_and_its_waker() {
    let feed = SmallFeed::new();
    let (counter, waker) = Counter::new();
    let mut first = feed.subscribe(None).unwrap();
    let second = feed.subscribe(None).unwrap();
    assert_eq!(feed.subscribe(None).err(), Some(TooManySubscribers));
    assert_eq!(poll(&mut first, &waker), Poll::Pending);
    drop(first);
    assert_eq!((feed.subscribers(), Arc::strong_count(&counter)), (1, 2));
    publish(&feed, 1);
    assert_eq!(counter.woken(), 0);
    let third = feed.subscribe(None).unwrap();
    assert_eq!(feed.subscribers(), 2);
    drop((second, third));
    assert_eq!(feed.subscribers(), 0);
}

#[test]
fn a_waker_may_use_the_feed() {
    struct Publishes(&'static SmallFeed);
    impl Wake for Publishes {
        fn wake(self: Arc<Self>) {
            publish(self.0, 2);
        }
    }
    static FEED: SmallFeed = Feed::new();
    let waker = Waker::from(Arc::new(Publishes(&FEED)));
    let mut reader = FEED.subscribe(None).unwrap();
    assert_eq!(poll(&mut reader, &waker), Poll::Pending);
    publish(&FEED, 1);
    let both = event(1) + &event(2);
    assert_eq!(poll(&mut reader, Waker::noop()), Poll::Ready(Ok(both)));
}

#[test]
fn a_closed_feed_is_read_to_its_end() {
    let feed = SmallFeed::new();
    let (counter, waker) = Counter::new();
    let mut waiting = feed.subscribe(None).unwrap();
    assert_eq!(poll(&mut waiting, &waker), Poll::Pending);
    publish(&feed, 1);
    feed.close();
    assert_eq!(counter.woken(), 1);
    let refused = feed.publish(&Message::new("late"));
    assert_eq!(refused, Err(PublishError::Closed));
    let mut returned = feed.subscribe(Some(b"0")).unwrap();
    for reader in [&mut waiting, &mut returned] {
        assert_eq!(poll(reader, &waker), Poll::Ready(Ok(event(1))));
        assert_eq!(poll(reader, &waker), Poll::Ready(Ok(String::new())));
    }
}

#[test]
fn a_reader_that_fell_off_hears_nothing_more() {
    let feed = SmallFeed::with_overrun(Overrun::Close);
    let mut reader = feed.subscribe(None).unwrap();
    for number in 1..=5 {
        publish(&feed, number);
    }
    for _ in 0..2 {
        assert_eq!(poll(&mut reader, Waker::noop()), Poll::Ready(Err(FellOff)));
    }
}

#[test]
fn a_feed_of_one_task_needs_no_critical_section() {
    let feed = Feed::<NoopRawMutex, 4, 256, 1>::new();
    feed.set_first_id(500);
    assert_eq!(feed.publish(&Message::new("500")), Ok(500));
    let mut reader = feed.subscribe(Some(b"499")).unwrap();
    assert_eq!(
        poll(&mut reader, Waker::noop()),
        Poll::Ready(Ok(event(500)))
    );
}
