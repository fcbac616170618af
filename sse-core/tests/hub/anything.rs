//! Whatever happens to a hub, a reader gets what it follows in order and once, or is told.

use std::{
    task::{Context, Poll, Waker},
    time::Duration,
};

use sse_core::{Hub, HubConfig, Instant, Message, Overrun, Subscription, Topic};

use crate::{
    common::{read, text},
    random::Random,
};

/// A few seconds without optimisation.
const SEEDS: u64 = 60;

const TOPICS: [&str; 4] = ["", "a", "b", "c"];

/// An event as it was published; the first has number 1.
struct Event {
    topic: usize,
    key: Option<usize>,
}

struct Reader {
    subscription: Subscription,
    follows: Vec<usize>,
    /// The id that a browser would have.
    last_event_id: Option<String>,
    /// The number of the last event it had, or of the place that a gap led to.
    last: usize,
    /// What was gone when it was told of a gap.
    told: Vec<usize>,
}

/// What a reader has to be given or told after `last`, and before a number.
fn owed(events: &[Event], reader: &Reader, before: usize, latest: bool) -> Vec<usize> {
    let has_successor = |n: usize| {
        let Event { topic, key } = &events[n - 1];
        let mut later = events[n..].iter();
        key.is_some() && later.any(|event| event.topic == *topic && event.key == *key)
    };
    let after = reader.last + 1..before;
    let followed = after.filter(|&n| reader.follows.contains(&events[n - 1].topic));
    let is_settled = |n| reader.told.contains(&n) || latest && has_successor(n);
    followed.filter(|&n| !is_settled(n)).collect()
}

impl Reader {
    /// Takes what there is one way or another; whether there was anything.
    fn read(&mut self, hub: &Hub, random: &mut Random, events: &[Event], latest: bool) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        let mut frames = Vec::new();
        let max_bytes = 20 * (1 + random.below(4));
        let polled = match random.below(3) {
            0 => self
                .subscription
                .poll_next(&mut cx)
                .map(|frame| frames.extend(frame)),
            1 => self
                .subscription
                .poll_joined(&mut cx, max_bytes)
                .map(|frame| frames.extend(frame)),
            _ => self
                .subscription
                .poll_batch_within(&mut cx, &mut frames, 3, max_bytes)
                .map(|_| ()),
        };
        if polled.is_pending() {
            assert_eq!(owed(events, self, events.len() + 1, latest), [0; 0]);
            return false;
        }
        for frame in &frames {
            for message in text(frame).split_terminator("\n\n") {
                self.took(hub, message, events, latest);
            }
        }
        !frames.is_empty()
    }

    fn took(&mut self, hub: &Hub, message: &str, events: &[Event], latest: bool) {
        let Some(id) = message.lines().find_map(|line| line.strip_prefix("id: ")) else {
            assert_eq!(message, ": comment");
            return;
        };
        let number: usize = id.trim_start_matches('~').parse().unwrap();
        if message.starts_with("event: gap") {
            assert!(number >= self.last);
            let mut gone = owed(events, self, events.len() + 1, latest);
            gone.retain(|&n| !is_held(hub, n, events[n - 1].topic));
            self.told.append(&mut gone);
        } else {
            assert!(self.follows.contains(&events[number - 1].topic));
            assert!(number > self.last, "{number} after {}", self.last);
        }
        assert_eq!(owed(events, self, number, latest), [0; 0], "{message}");
        self.last = number;
        self.last_event_id = Some(id.to_owned());
    }
}

/// Has one reader ask for all that stand beside it.
fn read_together(readers: &mut [Reader], first: usize, hub: &Hub, events: &[Event], latest: bool) {
    let mut cx = Context::from_waker(Waker::noop());
    let is_beside = |reader: &Reader| reader.subscription.is_beside(&readers[first].subscription);
    let beside: Vec<_> = readers.iter().map(is_beside).collect();
    let before = hub.stats().delivered;
    let Poll::Ready(Some(portion)) = readers[first].subscription.poll_portion(&mut cx, 60) else {
        return;
    };
    let mut frames = hub.stats().delivered - before;
    let mut sharing = portion.share();
    let mut took = Vec::new();
    for (index, reader) in readers.iter_mut().enumerate() {
        let takes = sharing.with(&mut reader.subscription);
        let should = portion.is_for_all() && beside[index] && index != first;
        assert_eq!(takes, should);
        if takes || index == first {
            took.push(index);
        }
    }
    drop(sharing);
    frames *= took.len() as u64;
    assert_eq!(hub.stats().delivered - before, frames);
    for index in took {
        for message in text(portion.frame()).split_terminator("\n\n") {
            readers[index].took(hub, message, events, latest);
        }
    }
}

/// Whether a reader that has had all before it would get the event.
fn is_held(hub: &Hub, number: usize, topic: usize) -> bool {
    let before = (number - 1).to_string();
    let mut reader = subscribe(hub, &[topic], Some(&before));
    let (frames, _) = read(&mut reader);
    frames
        .iter()
        .any(|frame| frame.starts_with(&format!("id: {number}\n")))
}

fn anything(overrun: Overrun, ages: bool, seed: u64) {
    let mut random = Random(seed);
    let latest = overrun == Overrun::Latest;
    let mut config = HubConfig::new().overrun(overrun).max_keys(3);
    config = config.max_frames(1 + random.below(8)).max_bytes(150);
    if ages {
        config = config.max_age(Duration::from_secs(10));
    }
    let hub = Hub::new(config);
    let mut events = Vec::new();
    let mut readers: Vec<Reader> = Vec::new();
    let mut now = 0;
    for _ in 0..400 {
        match random.below(10) {
            0..=3 => {
                let topic = random.below(TOPICS.len());
                let key = Some(random.below(6)).filter(|&key| key > 0);
                let name = key.map(|key| key.to_string());
                events.push(Event { topic, key });
                let mut to = Topic::new(TOPICS[topic]);
                if let Some(name) = &name {
                    to = to.key(name);
                }
                let number = events.len() as u64;
                assert_eq!(hub.publish_to(to, &Message::display(number)), Ok(number));
            }
            4 => {
                let to = TOPICS[random.below(TOPICS.len())];
                hub.publish_to(to, &Message::comment("comment")).unwrap();
            }
            5 => {
                let topics = 1 + random.below(3);
                let follows: Vec<_> = (0..topics).map(|_| random.below(TOPICS.len())).collect();
                let last = random.below(events.len() + 1);
                let id = Some(last.to_string()).filter(|_| random.below(4) > 0);
                // Some come in company.
                for _ in 0..=random.below(3) {
                    readers.push(Reader {
                        subscription: subscribe(&hub, &follows, id.as_deref()),
                        follows: follows.clone(),
                        last: if id.is_some() { last } else { events.len() },
                        last_event_id: id.clone(),
                        told: Vec::new(),
                    });
                }
            }
            6 if !readers.is_empty() => {
                let reader = random.below(readers.len());
                if random.below(3) == 0 {
                    readers.swap_remove(reader);
                    continue;
                }
                // A client without an id begins anew.
                let reader = &mut readers[reader];
                let id = reader.last_event_id.as_deref();
                if id.is_none() {
                    reader.last = events.len();
                }
                reader.told.clear();
                reader.subscription = subscribe(&hub, &reader.follows, id);
            }
            7 if ages => {
                now += random.below(8) as u64;
                hub.tick(Instant::since_epoch(Duration::from_secs(now)));
            }
            8 if !readers.is_empty() => {
                let first = random.below(readers.len());
                read_together(&mut readers, first, &hub, &events, latest);
            }
            _ if !readers.is_empty() => {
                let reader = random.below(readers.len());
                readers[reader].read(&hub, &mut random, &events, latest);
            }
            _ => {}
        }
    }
    for reader in &mut readers {
        while reader.read(&hub, &mut random, &events, latest) {}
    }
    drop(readers);
    let stats = hub.stats();
    assert_eq!(stats.subscribers, 0);
    for topic in TOPICS {
        let held = hub.topic_stats(topic).map_or(0, |stats| stats.frames);
        assert!(topic.is_empty() || held > 0 || hub.topic_stats(topic).is_none());
    }
}

fn subscribe(hub: &Hub, follows: &[usize], last_event_id: Option<&str>) -> Subscription {
    let names = follows.iter().map(|&topic| TOPICS[topic]);
    hub.subscribe_to(names, last_event_id).unwrap()
}

#[test]
fn whatever_happens_nothing_is_lost_in_silence_with_gaps() {
    for seed in 0..SEEDS {
        anything(Overrun::Gap, false, seed);
        anything(Overrun::Gap, true, seed);
    }
}

#[test]
fn whatever_happens_nothing_is_lost_in_silence_with_the_newest_of_each_key() {
    for seed in 0..SEEDS {
        anything(Overrun::Latest, false, seed);
        anything(Overrun::Latest, true, seed);
    }
}
