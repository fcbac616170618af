//! Which ids events have: numbers, ids of their own, or none.

use sse_core::{History, HubConfig, PublishError};

use crate::{
    log::{Log, OfHistory, OfHub},
    script::{Script, Step::*, play},
};

pub(crate) const SCRIPTS: &[Script] = &[
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
