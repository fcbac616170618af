//! What was to be reached, what is, and whether that is enough.

use super::{
    measured::Measured,
    table::{Table, number},
};
use crate::{decode::lending, delivery::Delivery, trial::Trial};

/// One thing to reach.
struct Target {
    what: String,
    wanted: Wanted,
    measured: Option<f64>,
}

enum Wanted {
    AtLeast(f64),
    AtMost(f64),
}

/// All of them as a table.
pub(crate) fn targets(measured: &Measured) -> String {
    let mut table = Table::new(["", "wanted", "measured", "reached"]);
    let speeds = speeds(measured).into_iter();
    for target in speeds.chain(others(measured)).chain(counts(measured)) {
        let (wanted, reached) = match target.wanted {
            Wanted::AtLeast(least) => (format!("≥ {least}"), target.measured.map(|m| m >= least)),
            Wanted::AtMost(most) => (format!("≤ {most}"), target.measured.map(|m| m <= most)),
        };
        let reached = match reached {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "not measured",
        };
        let measured = target.measured.map_or_else(String::new, number);
        table.row([target.what, wanted, measured, reached.to_owned()]);
    }
    table.finish()
}

/// How many times as fast as the quickest conforming peer.
fn speeds(measured: &Measured) -> Vec<Target> {
    let wanted = |&(door, kind, delivery, least): &(&str, &str, Delivery, f64)| Target {
        what: format!("{door}, {kind}, {}", delivery.name()),
        wanted: Wanted::AtLeast(least),
        measured: measured.decoded(kind, delivery).and_then(|trial| {
            let (_, peer) = measured.conforming(trial)?;
            Some(peer / trial.cost(door)?.time)
        }),
    };
    SPEEDS.iter().map(wanted).collect()
}

fn others(measured: &Measured) -> Vec<Target> {
    let at_least = |what: &str, least, measured| Target {
        what: what.to_owned(),
        wanted: Wanted::AtLeast(least),
        measured,
    };
    let at_most = |what: &str, most, measured| Target {
        what: what.to_owned(),
        wanted: Wanted::AtMost(most),
        measured,
    };
    let long = measured.decoded("long", Delivery::CHUNKS);
    let any = |trial: &Trial| Some(Measured::correct(trial)?.1 / trial.cost("next_event")?.time);
    let bytewise = measured
        .decode
        .iter()
        .filter(|(_, delivery, _)| *delivery == Delivery::Pieces(1));
    let bytewise = bytewise.filter_map(|(.., trial)| {
        Some(measured.conforming(trial)?.1 / trial.cost("next_event")?.time)
    });
    let openai = measured
        .encode
        .iter()
        .find(|(kind, _)| kind.name == "openai")
        .map(|(_, trial)| trial);
    let encoder = |name: &str| openai.and_then(|trial| trial.cost(name));
    let quickest =
        ["sse-stream", "axum", "warp", "poem", "actix-sse"].map(|name| Some(encoder(name)?.time));
    let quickest = quickest.into_iter().flatten().min_by(f64::total_cmp);
    let reused = encoder("reused buffer");
    let beside = |peer: Option<f64>| Some(peer? / reused?.time);
    let javascript = measured.javascript.as_ref().ok().and_then(|(_, rows)| {
        let theirs = rows.iter().find(|row| row.kind == "openai")?.from_bytes?;
        Some(
            theirs
                / measured
                    .decoded("openai", Delivery::CHUNKS)?
                    .cost("next_event")?
                    .time,
        )
    });
    let mut targets = vec![
        at_least(
            "next_event, long, 16 KiB, against any peer",
            1.2,
            long.and_then(any),
        ),
        at_least(
            "next_event, 1 B chunks, the worst corpus",
            1.0,
            bytewise.min_by(f64::total_cmp),
        ),
        at_least(
            "next_event against eventsource-parser, openai, 16 KiB",
            3.0,
            javascript,
        ),
        at_least(
            "encode openai into a reused buffer, against the best peer",
            3.0,
            beside(quickest),
        ),
        at_least(
            "the same against axum",
            10.0,
            beside(encoder("axum").map(|cost| cost.time)),
        ),
        at_most(
            "allocations to encode into a reused buffer",
            0.0,
            reused.map(|cost| cost.allocations),
        ),
        at_most(
            "allocations to encode a fresh Frame",
            1.0,
            encoder("Frame").map(|cost| cost.allocations),
        ),
    ];
    let behind: Vec<_> = measured
        .decode
        .iter()
        .filter_map(|(kind, delivery, trial)| {
            let (peer, time) = Measured::correct(trial)?;
            let ours = trial.cost("next_event")?.time;
            (ours > time * 1.05).then(|| {
                format!(
                    "{} {} ({peer} {:.2})",
                    kind.name,
                    delivery.name(),
                    ours / time
                )
            })
        })
        .collect();
    targets.push(at_most(
        &format!(
            "next_event, corpora and deliveries where a correct peer is over 5 % faster: {}",
            behind.join(", ")
        ),
        0.0,
        Some(behind.len() as f64),
    ));
    targets
}

fn counts(measured: &Measured) -> Vec<Target> {
    let count = |what: String, most| Target {
        measured: measured.count(&what),
        what,
        wanted: Wanted::AtMost(most),
    };
    let instructions = INSTRUCTIONS.iter();
    let mut targets: Vec<_> = instructions
        .map(|(kind, most)| count(format!("next_event, {kind}: instructions an event"), *most))
        .collect();
    for door in lending().map(|decoder| decoder.name) {
        targets.push(count(
            format!("{door}: instructions for a line twice as long"),
            2.02,
        ));
        targets.push(count(
            format!("{door}: peak heap for a line, in lengths of it"),
            1.5,
        ));
        targets.push(count(
            format!("{door}: allocations an event, any corpus and delivery"),
            0.0,
        ));
    }
    targets
}

#[rustfmt::skip]
const SPEEDS: &[(&str, &str, Delivery, f64)] = &[
    ("next_event", "openai", Delivery::CHUNKS, 2.4),
    ("next_event", "openai", Delivery::Events, 1.5),
    ("next_event", "openai", Delivery::Pieces(64), 1.4),
    ("next_event", "anthropic", Delivery::CHUNKS, 3.6),
    ("next_event", "ticker", Delivery::CHUNKS, 3.6),
    ("next_event", "tiny", Delivery::CHUNKS, 5.5),
    ("next_event", "cjk", Delivery::CHUNKS, 4.5),
    ("next_event", "lines", Delivery::CHUNKS, 1.7),
    ("next_event", "comments", Delivery::CHUNKS, 1.3),
    ("next_raw", "openai", Delivery::CHUNKS, 4.0),
    ("next_raw", "anthropic", Delivery::CHUNKS, 5.0),
    ("next_raw", "tiny", Delivery::CHUNKS, 8.0),
    ("next_raw", "ticker", Delivery::CHUNKS, 6.0),
    ("next_raw", "lines", Delivery::CHUNKS, 2.0),
    ("next_raw", "comments", Delivery::CHUNKS, 2.0),
    ("next_raw", "cjk", Delivery::CHUNKS, 8.0),
    ("EventBuf", "openai", Delivery::CHUNKS, 1.5),
    ("EventBuf", "anthropic", Delivery::CHUNKS, 1.9),
    ("EventBuf", "tiny", Delivery::CHUNKS, 2.0),
    ("EventBuf", "ticker", Delivery::CHUNKS, 2.5),
    ("EventBuf", "cjk", Delivery::CHUNKS, 3.0),
];

const INSTRUCTIONS: &[(&str, f64)] = &[
    ("openai", 250.0),
    ("anthropic", 330.0),
    ("tiny", 110.0),
    ("ticker", 400.0),
    ("comments", 1400.0),
];
