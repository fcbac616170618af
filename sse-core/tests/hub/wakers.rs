//! Who is woken, and what a waker may do: the hub is unlocked, and wakes a crowd in batches.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    task::{Context, Wake, Waker},
    thread,
};

use sse_core::{Hub, Message, Subscription};

use crate::common::{CountingWaker, publish_numbers, read};

fn wait(reader: &mut Subscription, waker: &Waker) {
    let mut cx = Context::from_waker(waker);
    assert!(reader.poll_next(&mut cx).is_pending());
}

#[test]
fn a_waiting_reader_is_woken_once_and_by_its_last_waker() {
    let hub = Hub::default();
    let (first, first_waker) = CountingWaker::new();
    let (last, last_waker) = CountingWaker::new();
    let mut reader = hub.subscribe(None);
    for waker in [&first_waker, &first_waker, &last_waker] {
        wait(&mut reader, waker);
    }
    assert_eq!(
        (Arc::strong_count(&first), Arc::strong_count(&last)),
        (2, 3)
    );
    publish_numbers(&hub, 1..=3);
    assert_eq!((first.woken(), last.woken()), (0, 1));
}

#[test]
fn a_dropped_reader_leaves_at_once_and_frees_its_waker() {
    let hub = Hub::default();
    let (counter, waker) = CountingWaker::new();
    let mut reader = hub.subscribe(None);
    wait(&mut reader, &waker);
    assert_eq!(
        (hub.stats().subscribers, Arc::strong_count(&counter)),
        (1, 3)
    );
    drop(reader);
    assert_eq!(
        (hub.stats().subscribers, Arc::strong_count(&counter)),
        (0, 2)
    );
    publish_numbers(&hub, 1..=1);
    assert_eq!(counter.woken(), 0);
}

#[test]
fn a_waker_may_use_the_hub() {
    struct Publishes(Hub);
    impl Wake for Publishes {
        fn wake(self: Arc<Self>) {
            self.0.publish(&Message::comment("from a waker")).unwrap();
        }
    }
    let hub = Hub::default();
    let waker = Waker::from(Arc::new(Publishes(hub.clone())));
    let mut reader = hub.subscribe(None);
    wait(&mut reader, &waker);
    publish_numbers(&hub, 1..=1);
    assert_eq!(hub.stats().published, 2);
}

const CROWD: usize = 100_000;

fn crowd(hub: &Hub, waker: &Waker) -> Vec<Subscription> {
    let mut readers: Vec<_> = (0..CROWD).map(|_| hub.subscribe(None)).collect();
    for reader in &mut readers {
        wait(reader, waker);
    }
    readers
}

/// Uses the hub from another thread while it is woken, and waits for that.
struct Visits {
    hub: Hub,
    visits: AtomicUsize,
    woken: AtomicUsize,
}

impl Wake for Visits {
    fn wake(self: Arc<Self>) {
        let before = self.woken.fetch_add(1, Ordering::Relaxed);
        if !before.is_multiple_of(CROWD / 10) {
            return;
        }
        let hub = self.hub.clone();
        let visit = thread::spawn(move || {
            let mut reader = hub.subscribe(None);
            hub.publish(&Message::new("from a visit")).unwrap();
            let (frames, _) = read(&mut reader);
            frames.len()
        });
        self.visits
            .fetch_add(visit.join().unwrap(), Ordering::Relaxed);
    }
}

#[test]
fn others_publish_and_read_while_a_crowd_is_woken() {
    let hub = Hub::default();
    let visits = Arc::new(Visits {
        hub: hub.clone(),
        visits: AtomicUsize::new(0),
        woken: AtomicUsize::new(0),
    });
    let readers = crowd(&hub, &Waker::from(Arc::clone(&visits)));
    hub.publish(&Message::new("first")).unwrap();
    assert_eq!(visits.woken.load(Ordering::Relaxed), CROWD);
    assert_eq!(visits.visits.load(Ordering::Relaxed), 10);
    assert_eq!(hub.stats().published, 11);
    drop(readers);
}

/// Stops in the first wake-up until it is told to go on.
struct Stops {
    woken: AtomicUsize,
    stopped: mpsc::SyncSender<()>,
    go_on: std::sync::Mutex<mpsc::Receiver<()>>,
}

impl Wake for Stops {
    fn wake(self: Arc<Self>) {
        if self.woken.fetch_add(1, Ordering::Relaxed) == 0 {
            self.stopped.send(()).unwrap();
            self.go_on.lock().unwrap().recv().unwrap();
        }
    }
}

#[test]
fn a_publisher_that_is_stuck_in_a_waker_holds_nobody_up() {
    let hub = Hub::default();
    let (stopped, has_stopped) = mpsc::sync_channel(0);
    let (go, go_on) = mpsc::channel();
    let stops = Arc::new(Stops {
        woken: AtomicUsize::new(0),
        stopped,
        go_on: go_on.into(),
    });
    let mut readers = crowd(&hub, &Waker::from(Arc::clone(&stops)));
    let stuck = thread::spawn({
        let hub = hub.clone();
        move || hub.publish(&Message::new("1")).unwrap()
    });
    has_stopped.recv().unwrap();
    // Few have been taken out to be woken; the others leave as if they still waited.
    readers.truncate(CROWD / 2);
    let still_held = Arc::strong_count(&stops);
    assert!((CROWD / 2 - 64..CROWD / 2 + 64).contains(&still_held));
    // Whoever waits anew is woken by the next message, not by the one before.
    let (counter, waker) = CountingWaker::new();
    let mut new = hub.subscribe(None);
    wait(&mut new, &waker);
    assert_eq!(counter.woken(), 0);
    hub.publish(&Message::new("2")).unwrap();
    assert_eq!(counter.woken(), 1);
    assert_eq!(read(&mut new).0.len(), 1);
    assert_eq!(read(&mut readers[0]).0.len(), 2);
    go.send(()).unwrap();
    stuck.join().unwrap();
    let woken = stops.woken.load(Ordering::Relaxed);
    assert!((CROWD / 2..CROWD / 2 + 64).contains(&woken), "{woken}");
    drop(readers);
    assert_eq!(Arc::strong_count(&stops), 1);
}

#[test]
fn a_waker_that_panics_takes_no_wake_up_with_it() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("on purpose");
        }
    }
    let hub = Hub::default();
    let (counter, waker) = CountingWaker::new();
    let mut readers: Vec<_> = (0..100).map(|_| hub.subscribe(None)).collect();
    for (n, reader) in readers.iter_mut().enumerate() {
        if n == 50 {
            wait(reader, &Waker::from(Arc::new(Panics)));
        } else {
            wait(reader, &waker);
        }
    }
    let handle = hub.clone();
    let published = thread::spawn(move || handle.publish(&Message::new("x")));
    assert!(published.join().is_err());
    assert_eq!(counter.woken(), 99);
    assert!(readers.iter_mut().all(|reader| read(reader).0.len() == 1));
}
