//! What readers of a log get, whichever log it is: the hub or the history in fixed memory.

#![cfg(feature = "std")]

#[path = "common/random.rs"]
mod random;

use std::task::{Context, Poll, Waker};

use random::Random;
use sse_core::{History, Hub, HubConfig, Message, Overrun, Position, PublishError, Subscription};

/// A log of four frames, in 4096 bytes unless it says otherwise, and one reader of it.
trait Log {
    fn publish(&mut self, message: &Message<'_>) -> Result<u64, PublishError>;
    fn resume(&mut self, last_event_id: Option<&str>);
    /// What is there now, and whether that is the end.
    fn read(&mut self) -> (String, bool);
}

struct OfHub(Hub, Subscription);

impl OfHub {
    fn new(config: HubConfig) -> Self {
        let hub = Hub::new(config.max_frames(4));
        let reader = hub.subscribe(None);
        Self(hub, reader)
    }
}

impl Log for OfHub {
    fn publish(&mut self, message: &Message<'_>) -> Result<u64, PublishError> {
        self.0.publish(message)
    }

    fn resume(&mut self, last_event_id: Option<&str>) {
        self.1 = self.0.subscribe(last_event_id);
    }

    fn read(&mut self) -> (String, bool) {
        let mut cx = Context::from_waker(Waker::noop());
        let mut read = String::new();
        loop {
            match self.1.poll_next(&mut cx) {
                Poll::Ready(Some(frame)) => read += str::from_utf8(frame.as_ref()).unwrap(),
                Poll::Ready(None) => return (read, true),
                Poll::Pending => return (read, false),
            }
        }
    }
}

struct OfHistory<const BYTES: usize>(History<4, BYTES>, Position);

impl<const BYTES: usize> OfHistory<BYTES> {
    fn new(history: History<4, BYTES>) -> Self {
        let reader = history.resume(None);
        Self(history, reader)
    }
}

impl<const BYTES: usize> Log for OfHistory<BYTES> {
    fn publish(&mut self, message: &Message<'_>) -> Result<u64, PublishError> {
        self.0.publish(message)
    }

    fn resume(&mut self, last_event_id: Option<&str>) {
        self.1 = self.0.resume(last_event_id.map(str::as_bytes));
    }

    fn read(&mut self) -> (String, bool) {
        let (mut read, mut out) = (String::new(), [0; 300]);
        loop {
            match self.0.read(&mut self.1, &mut out) {
                Ok(0) => return (read, false),
                Ok(n) => read += str::from_utf8(&out[..n]).unwrap(),
                Err(_) => return (read, true),
            }
        }
    }
}

/// What is done with a log, and what must come of it.
enum Step {
    /// Publishes these numbers, which become their own ids.
    Numbers(u64, u64),
    Own(&'static str, Result<u64, PublishError>),
    Comment(&'static str, u64),
    Resume(Option<&'static str>),
    Reads(&'static str),
}
use Step::*;

const SCRIPTS: &[(&str, &[Step])] = &[
    (
        "a new reader gets what is published from then on",
        &[
            Numbers(1, 2),
            Resume(None),
            Reads(""),
            Resume(Some("")),
            Numbers(3, 4),
            Reads("id: 3\ndata: 3\n\nid: 4\ndata: 4\n\n"),
        ],
    ),
    (
        "replay goes over into live",
        &[
            Numbers(1, 3),
            Resume(Some("1")),
            Numbers(4, 4),
            Reads("id: 2\ndata: 2\n\nid: 3\ndata: 3\n\nid: 4\ndata: 4\n\n"),
            Numbers(5, 5),
            Reads("id: 5\ndata: 5\n\n"),
        ],
    ),
    (
        "the last id that left is resumed from without a gap",
        &[
            Numbers(1, 6),
            Resume(Some("2")),
            Reads("id: 3\ndata: 3\n\nid: 4\ndata: 4\n\nid: 5\ndata: 5\n\nid: 6\ndata: 6\n\n"),
        ],
    ),
    (
        "an evicted id gets a gap and the whole log",
        &[
            Numbers(1, 10),
            Resume(Some("2")),
            Reads(concat!(
                "event: gap\nid: 6\n",
                "data: {\"after\":\"2\",\"resumes_at\":\"7\",\"lost\":4}\n\n",
                "id: 7\ndata: 7\n\nid: 8\ndata: 8\n\nid: 9\ndata: 9\n\nid: 10\ndata: 10\n\n",
            )),
        ],
    ),
    (
        "a future id gets a gap and live events",
        &[
            Numbers(1, 10),
            Resume(Some("11")),
            Reads(concat!(
                "event: gap\nid: 10\n",
                "data: {\"after\":\"11\",\"resumes_at\":null,\"lost\":null}\n\n",
            )),
            Numbers(11, 11),
            Reads("id: 11\ndata: 11\n\n"),
        ],
    ),
    (
        "a number that is not written as one is unknown",
        &[
            Numbers(1, 9),
            Resume(Some("08")),
            Reads(concat!(
                "event: gap\nid: 9\n",
                "data: {\"after\":\"08\",\"resumes_at\":null,\"lost\":null}\n\n",
            )),
        ],
    ),
    (
        "a number over all numbers is unknown",
        &[
            Resume(Some("18446744073709551616")),
            Reads(concat!(
                "event: gap\nid: 0\n",
                "data: {\"after\":\"18446744073709551616\",\"resumes_at\":null,\"lost\":null}\n\n",
            )),
            Resume(Some("0")),
            Reads(""),
        ],
    ),
    (
        "an id is written as JSON",
        &[
            Numbers(1, 1),
            Resume(Some("\"\\\n\u{1}\u{1f}é")),
            Reads(concat!(
                "event: gap\nid: 1\ndata: {\"after\":",
                "\"\\\"\\\\\\u000a\\u0001\\u001fé\",\"resumes_at\":null,\"lost\":null}\n\n",
            )),
        ],
    ),
    (
        "a reconnect with the id of a gap gets no other gap",
        &[
            Numbers(1, 10),
            Resume(Some("6")),
            Reads("id: 7\ndata: 7\n\nid: 8\ndata: 8\n\nid: 9\ndata: 9\n\nid: 10\ndata: 10\n\n"),
            Resume(Some("10")),
            Reads(""),
        ],
    ),
    (
        "a gap names the next event as of the time it is read",
        &[
            Numbers(1, 3),
            Resume(Some("nonsense")),
            Numbers(4, 5),
            Reads(concat!(
                "event: gap\nid: 3\n",
                "data: {\"after\":\"nonsense\",\"resumes_at\":\"4\",\"lost\":null}\n\n",
                "id: 4\ndata: 4\n\nid: 5\ndata: 5\n\n",
            )),
        ],
    ),
    (
        "own ids are resumed from while they are held, and after the last that left",
        &[
            Own("a", Ok(1)),
            Own("b", Ok(2)),
            Own("c", Ok(3)),
            Own("d", Ok(4)),
            Own("e", Ok(5)),
            Own("f", Ok(6)),
            Resume(Some("d")),
            Reads("id: e\ndata: e\n\nid: f\ndata: f\n\n"),
            Resume(Some("b")),
            Reads("id: c\ndata: c\n\nid: d\ndata: d\n\nid: e\ndata: e\n\nid: f\ndata: f\n\n"),
            Resume(Some("a")),
            Reads(concat!(
                "event: gap\nid: f\n",
                "data: {\"after\":\"a\",\"resumes_at\":null,\"lost\":null}\n\n",
            )),
            Resume(Some("4")),
            Reads(concat!(
                "event: gap\nid: f\n",
                "data: {\"after\":\"4\",\"resumes_at\":null,\"lost\":null}\n\n",
            )),
        ],
    ),
    (
        "own ids may be the numbers",
        &[
            Own("1", Ok(1)),
            Own("2", Ok(2)),
            Numbers(3, 6),
            Resume(Some("1")),
            Reads(concat!(
                "event: gap\nid: 2\n",
                "data: {\"after\":\"1\",\"resumes_at\":\"3\",\"lost\":1}\n\n",
                "id: 3\ndata: 3\n\nid: 4\ndata: 4\n\nid: 5\ndata: 5\n\nid: 6\ndata: 6\n\n",
            )),
        ],
    ),
    (
        "a reader that lags is told by own ids too",
        &[
            Resume(None),
            Own("a", Ok(1)),
            Reads("id: a\ndata: a\n\n"),
            Own("b", Ok(2)),
            Own("c", Ok(3)),
            Own("d", Ok(4)),
            Own("e", Ok(5)),
            Own("f", Ok(6)),
            Own("g", Ok(7)),
            Reads(concat!(
                "event: gap\nid: c\n",
                "data: {\"after\":\"a\",\"resumes_at\":\"d\",\"lost\":2}\n\n",
                "id: d\ndata: d\n\nid: e\ndata: e\n\nid: f\ndata: f\n\nid: g\ndata: g\n\n",
            )),
        ],
    ),
    (
        "a reader that had nothing falls off too",
        &[
            Numbers(1, 3),
            Resume(None),
            Numbers(4, 10),
            Reads(concat!(
                "event: gap\nid: 6\n",
                "data: {\"after\":null,\"resumes_at\":\"7\",\"lost\":3}\n\n",
                "id: 7\ndata: 7\n\nid: 8\ndata: 8\n\nid: 9\ndata: 9\n\nid: 10\ndata: 10\n\n",
            )),
        ],
    ),
    (
        "an id names one event",
        &[
            Numbers(1, 1),
            Own("x", Ok(2)),
            Own("x", Err(PublishError::DuplicateId)),
            Own("1", Err(PublishError::DuplicateId)),
            Own("", Err(PublishError::EmptyId)),
            Numbers(3, 7),
            Own("x", Ok(8)),
        ],
    ),
    (
        "a message without id and data takes no number",
        &[
            Resume(None),
            Numbers(1, 1),
            Comment("hello", 1),
            Numbers(2, 2),
            Reads("id: 1\ndata: 1\n\n: hello\n\nid: 2\ndata: 2\n\n"),
            Resume(Some("1")),
            Reads(": hello\n\nid: 2\ndata: 2\n\n"),
            Comment("", 2),
            Comment("", 2),
            Comment("", 2),
            Comment("", 2),
            Resume(Some("2")),
            Reads(":\n\n:\n\n:\n\n:\n\n"),
            Resume(Some("1")),
            Reads(concat!(
                "event: gap\nid: 2\n",
                "data: {\"after\":\"1\",\"resumes_at\":null,\"lost\":1}\n\n",
                ":\n\n:\n\n:\n\n:\n\n",
            )),
        ],
    ),
];

fn play(script: &[Step], log: &mut dyn Log) {
    for step in script {
        match *step {
            Numbers(from, to) => {
                for number in from..=to {
                    let text = number.to_string();
                    assert_eq!(log.publish(&Message::new(&text)), Ok(number));
                }
            }
            Own(id, expected) => {
                assert_eq!(log.publish(&Message::new(id).id(id).unwrap()), expected);
            }
            Comment(text, newest) => {
                assert_eq!(log.publish(&Message::comment(text)), Ok(newest));
            }
            Resume(last_event_id) => log.resume(last_event_id),
            Reads(expected) => assert_eq!(log.read(), (expected.into(), false)),
        }
    }
}

#[test]
fn the_hub_keeps_to_the_scripts() {
    for (name, script) in SCRIPTS {
        println!("{name}");
        play(script, &mut OfHub::new(HubConfig::new()));
    }
}

#[test]
fn the_history_keeps_to_the_scripts() {
    for (name, script) in SCRIPTS {
        println!("{name}");
        play(script, &mut OfHistory::<4096>::new(History::new()));
    }
}

/// Every length of the log, every id in it or just before: what came after it, and all of it.
fn resumes_from_every_position(new_log: impl Fn() -> Box<dyn Log>) {
    for published in 1..=20 {
        let mut log = new_log();
        play(&[Numbers(1, published)], &mut *log);
        let oldest = published.saturating_sub(4) + 1;
        for had in oldest - 1..=published {
            log.resume(Some(&had.to_string()));
            let missed: String = (had + 1..=published)
                .map(|n| format!("id: {n}\ndata: {n}\n\n"))
                .collect();
            assert_eq!(log.read(), (missed, false));
        }
    }
}

#[test]
fn every_position_of_the_hub_is_resumed_without_loss_or_repetition() {
    resumes_from_every_position(|| Box::new(OfHub::new(HubConfig::new())));
}

#[test]
fn every_position_of_the_history_is_resumed_without_loss_or_repetition() {
    resumes_from_every_position(|| Box::new(OfHistory::<4096>::new(History::new())));
    // Three frames and a bit: the ring is gone round at every offset.
    for published in 1..=200 {
        let mut log = OfHistory::<59>::new(History::new());
        play(&[Numbers(1, published)], &mut log);
        log.resume(Some(&(published - 1).to_string()));
        let last = format!("id: {published}\ndata: {published}\n\n");
        assert_eq!(log.read(), (last, false));
    }
}

#[test]
fn a_reader_that_falls_off_is_closed_if_so_configured() {
    let hub = OfHub::new(HubConfig::new().overrun(Overrun::Close));
    let history = OfHistory::<4096>::new(History::new().overrun(Overrun::Close));
    for log in [&mut { hub } as &mut dyn Log, &mut { history }] {
        log.resume(None);
        play(&[Numbers(1, 5)], log);
        assert_eq!(log.read(), (String::new(), true));
        assert_eq!(log.read(), (String::new(), true));
        // Who returns is told.
        play(&[Numbers(6, 6)], log);
        log.resume(Some("0"));
        assert!(log.read().0.starts_with("event: gap\nid: 2\n"));
    }
}

#[test]
fn numbers_go_on_from_a_log_that_was_kept() {
    let hub = OfHub::new(HubConfig::new().first_id(501));
    let mut history = History::new();
    history.set_first_id(501);
    let history = OfHistory::<4096>::new(history);
    for log in [&mut { hub } as &mut dyn Log, &mut { history }] {
        let gap = |id, data| format!("event: gap\nid: {id}\ndata: {data}\n\n");
        log.resume(Some("7000"));
        let foreign = r#"{"after":"7000","resumes_at":null,"lost":null}"#;
        assert_eq!(log.read(), (gap(500, foreign), false));
        play(&[Own("501", Ok(501)), Numbers(502, 503)], log);
        log.resume(Some("400"));
        let stale = r#"{"after":"400","resumes_at":"501","lost":100}"#;
        assert!(log.read().0.starts_with(&gap(500, stale)));
        log.resume(Some("500"));
        assert!(log.read().0.starts_with("id: 501\n"));
    }
}

#[test]
fn hub_and_history_say_the_same_of_whatever_happens() {
    let mut random = Random(42);
    for _ in 0..200 {
        let mut hub = OfHub::new(HubConfig::new().max_bytes(160));
        let mut history = OfHistory::<160>::new(History::new());
        for _ in 0..200 {
            let text = random.text(&["x", "yz", "\n"], 15);
            let id = random.below(30).to_string();
            let own = ["a", "bb", "", "key", &id][random.below(5)];
            match random.below(8) {
                0..=2 => {
                    let message = Message::new(&text);
                    assert_eq!(hub.publish(&message), history.publish(&message));
                }
                3 => {
                    let message = Message::new(&text).with_comment("c").event("e").unwrap();
                    let message = message.id(own).unwrap();
                    assert_eq!(hub.publish(&message), history.publish(&message));
                }
                4 => {
                    let message = Message::comment(&text);
                    assert_eq!(hub.publish(&message), history.publish(&message));
                }
                5 => {
                    hub.resume(Some(own));
                    history.resume(Some(own));
                }
                _ => assert_eq!(hub.read(), history.read()),
            }
        }
    }
}
