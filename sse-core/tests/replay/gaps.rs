//! Readers that have missed something, or name an id that is not known.

use sse_core::{History, HubConfig, Overrun};

use crate::{
    log::{Log, OfHistory, OfHub},
    script::{Script, Step::*, play},
};

pub(crate) const SCRIPTS: &[Script] = &[
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
];

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
