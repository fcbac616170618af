//! Readers that miss nothing: new ones, and those that come back in time.

use sse_core::{History, HubConfig};

use crate::{
    log::{Log, OfHistory, OfHub},
    script::{Script, Step::*, play},
};

pub(crate) const SCRIPTS: &[Script] = &[
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
];

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
