//! The hub among threads: each reader sees one order, and nothing twice or not at all.

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
};

use sse_core::{Frame, Hub, HubConfig, Message, Subscription};

const PUBLISHERS: u64 = 2;
const EACH: u64 = 3000;
const READERS: u64 = 4;

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn wait(subscription: &mut Subscription) -> Option<Frame> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match subscription.poll_next(&mut Context::from_waker(&waker)) {
            Poll::Ready(frame) => return frame,
            Poll::Pending => thread::park(),
        }
    }
}

/// The id, and whether it is that of a gap.
fn id(frame: &Frame) -> (u64, bool) {
    let text = str::from_utf8(frame.as_ref()).unwrap();
    let id = text
        .lines()
        .find_map(|line| line.strip_prefix("id: "))
        .unwrap();
    (id.parse().unwrap(), text.starts_with("event: gap\n"))
}

/// Each frame is its number's, whichever publisher it came from.
fn publish_all(hub: &Hub, publisher: u64) {
    for n in 0..EACH {
        hub.publish(&Message::display(publisher * EACH + n))
            .unwrap();
        if n % 64 == 0 {
            thread::yield_now();
        }
    }
}

#[test]
fn readers_that_come_and_go_see_every_event_once() {
    let total = PUBLISHERS * EACH;
    let hub = Hub::new(HubConfig::new().max_frames(total as usize));
    let start = Barrier::new((PUBLISHERS + READERS) as usize);
    let read = thread::scope(|scope| {
        for publisher in 0..PUBLISHERS {
            let (hub, start) = (&hub, &start);
            scope.spawn(move || {
                start.wait();
                publish_all(hub, publisher);
            });
        }
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                let (hub, start) = (&hub, &start);
                scope.spawn(move || {
                    start.wait();
                    let mut random = random_numbers(reader);
                    let mut frames: Vec<Frame> = Vec::new();
                    while (frames.len() as u64) < total {
                        let mut subscription = hub.subscribe(Some(&frames.len().to_string()));
                        let left = total - frames.len() as u64;
                        for _ in 0..(random() % 50).min(left) {
                            frames.push(wait(&mut subscription).unwrap());
                        }
                    }
                    frames
                })
            })
            .collect();
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .collect::<Vec<_>>()
    });

    for frames in &read {
        assert!(frames.iter().map(|frame| id(frame).0).eq(1..=total));
        assert_eq!(frames, &read[0]);
    }
    let stats = hub.stats();
    assert_eq!((stats.published, stats.gaps, stats.lagged), (total, 0, 0));
    assert_eq!(stats.subscribers, 0);
    assert_eq!(stats.delivered, READERS * total);
}

#[test]
fn a_short_log_loses_only_what_its_gaps_own_up_to() {
    let total = PUBLISHERS * EACH;
    let hub = Hub::new(HubConfig::new().max_frames(16));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|reader| {
                let (hub, done) = (&hub, &done);
                scope.spawn(move || {
                    let mut random = random_numbers(reader);
                    let mut last = 0;
                    while !(done.load(Ordering::Acquire) && last == total) {
                        let mut subscription = hub.subscribe(Some(&last.to_string()));
                        for _ in 0..random() % 100 {
                            if last == total {
                                break;
                            }
                            let (id, is_gap) = id(&wait(&mut subscription).unwrap());
                            if is_gap {
                                assert!(id > last, "a gap of nothing from {last} to {id}");
                            } else {
                                assert_eq!(id, last + 1);
                            }
                            last = id;
                        }
                    }
                })
            })
            .collect();
        let publishers: Vec<_> = (0..PUBLISHERS)
            .map(|publisher| {
                scope.spawn({
                    let hub = &hub;
                    move || publish_all(hub, publisher)
                })
            })
            .collect();
        publishers
            .into_iter()
            .for_each(|publisher| publisher.join().unwrap());
        done.store(true, Ordering::Release);
        readers
            .into_iter()
            .for_each(|reader| reader.join().unwrap());
    });
    assert_eq!(hub.stats().subscribers, 0);
}

#[test]
fn closing_ends_every_waiting_reader() {
    let hub = Hub::default();
    thread::scope(|scope| {
        for _ in 0..READERS {
            let mut subscription = hub.subscribe(None);
            scope.spawn(move || assert_eq!(wait(&mut subscription), None));
        }
        hub.close();
    });
}

/// A small generator of the splitmix kind, seeded per reader so that a failure can be repeated.
fn random_numbers(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed ^ (mixed >> 31)
    }
}
