//! The hub's counters as Prometheus reads them.

use std::fmt::Write as _;

use sse_tokio::HubStats;

/// The text format's media type.
pub(crate) const CONTENT_TYPE: &str = "text/plain; version=0.0.4";

/// `connections`: how many there were so far.
pub(crate) fn render(stats: &HubStats, connections: u64) -> String {
    let counters = [
        ("connections", "Event streams opened.", connections),
        ("published", "Messages published.", stats.published),
        ("delivered", "Frames given to streams.", stats.delivered),
        ("gaps", "Gap events given to streams.", stats.gaps),
        (
            "lagged",
            "Frames gone before a stream took them.",
            stats.lagged,
        ),
    ];
    let gauges = [
        ("subscribers", "Event streams open.", stats.subscribers),
        ("topics", "Topics with a name.", stats.topics),
        ("log_frames", "Frames held for replay.", stats.frames),
        ("log_bytes", "Bytes held for replay.", stats.bytes),
    ];
    let mut text = String::new();
    for (name, help, value) in counters {
        metric(
            &mut text,
            &format!("sse_{name}_total"),
            "counter",
            help,
            value,
        );
    }
    for (name, help, value) in gauges {
        metric(
            &mut text,
            &format!("sse_{name}"),
            "gauge",
            help,
            value as u64,
        );
    }
    text
}

fn metric(text: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        text,
        "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}"
    );
}

#[test]
fn each_counter_is_a_metric() {
    let hub = sse_tokio::Hub::default();
    hub.publish(&sse_tokio::Message::new("x")).unwrap();
    let _reader = hub.subscribe(None);
    let text = render(&hub.stats(), 7);
    let values: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        values,
        [
            "sse_connections_total 7",
            "sse_published_total 1",
            "sse_delivered_total 0",
            "sse_gaps_total 0",
            "sse_lagged_total 0",
            "sse_subscribers 1",
            "sse_topics 0",
            "sse_log_frames 1",
            "sse_log_bytes 15",
        ]
    );
    assert_eq!(
        text.lines().take(2).collect::<Vec<_>>(),
        [
            "# HELP sse_connections_total Event streams opened.",
            "# TYPE sse_connections_total counter",
        ]
    );
}
