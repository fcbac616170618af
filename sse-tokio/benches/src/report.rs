//! The tables.

use std::{io, time::Duration};

use crate::{
    faults::Fault,
    load::Tally,
    measure::{Connected, Delivered, Idle, Replayed},
    rows::Row,
};

/// What was measured of one server.
pub struct Measured {
    pub row: Row,
    /// Of each round.
    pub connected: Vec<Connected>,
    pub batched: Vec<Delivered>,
    pub single: Vec<Delivered>,
    pub idle: Option<Idle>,
    pub replayed: Option<Replayed>,
    pub faults: Vec<Fault>,
    pub tally: Tally,
}

impl Measured {
    pub fn new(row: Row) -> Self {
        Self {
            row,
            connected: Vec::new(),
            batched: Vec::new(),
            single: Vec::new(),
            idle: None,
            replayed: None,
            faults: Vec::new(),
            tally: Tally::default(),
        }
    }
}

/// Prints what there is, as Markdown.
pub fn print(measured: &[Measured]) {
    connected(measured);
    delivered(measured, "Up to 16 events ahead", |measured| {
        Delivered::median(&measured.batched)
    });
    delivered(measured, "One event at a time", |measured| {
        Delivered::median(&measured.single)
    });
    idle(measured);
    replayed(measured);
    faults(measured);
    checked(measured);
}

/// Fails if a subscriber missed something, had it twice or in another order.
pub fn check(measured: &[Measured]) -> io::Result<()> {
    let tallies = measured.iter().flat_map(|measured| {
        let faults = measured.faults.iter().map(|fault| &fault.tally);
        faults
            .chain([&measured.tally])
            .map(|tally| (measured.row, tally))
    });
    for (row, tally) in tallies {
        if tally.lost > 0 || tally.repeated > 0 {
            return Err(io::Error::other(format!(
                "{row}: {} events lost, {} doubled or out of order",
                tally.lost, tally.repeated
            )));
        }
    }
    Ok(())
}

fn connected(measured: &[Measured]) {
    let rows: Vec<_> = measured
        .iter()
        .filter_map(|measured| {
            let connected = Connected::median(&measured.connected)?;
            Some([
                measured.row.title().to_owned(),
                format!("{:.0}", connected.per_second),
                format!("{:.2} KB", connected.rss / 1e3),
            ])
        })
        .collect();
    table(
        "Connecting",
        ["server", "connects/s", "memory per idle connection"],
        &rows,
    );
}

fn delivered(measured: &[Measured], title: &str, part: impl Fn(&Measured) -> Option<Delivered>) {
    let floor = measured
        .iter()
        .find(|measured| measured.row == Row::Raw)
        .and_then(&part);
    let times = |value: Duration, of: fn(&Delivered) -> Duration| {
        floor.as_ref().map_or_else(String::new, |floor| {
            format!("{:.2}", value.as_secs_f64() / of(floor).as_secs_f64())
        })
    };
    let rows: Vec<_> = measured
        .iter()
        .filter_map(|measured| {
            let delivered = part(measured)?;
            Some([
                measured.row.title().to_owned(),
                format!("{:.0}", delivered.per_second),
                format!("{:.3} µs", delivered.cpu.as_secs_f64() * 1e6),
                times(delivered.cpu, |floor| floor.cpu),
                format!("{:.1} ms", delivered.p50.as_secs_f64() * 1e3),
                format!("{:.1} ms", delivered.p99.as_secs_f64() * 1e3),
                times(delivered.p99, |floor| floor.p99),
            ])
        })
        .collect();
    let head = [
        "server",
        "events/s",
        "server CPU per event",
        "× raw",
        "p50",
        "p99",
        "× raw",
    ];
    table(title, head, &rows);
}

fn idle(measured: &[Measured]) {
    let rows: Vec<_> = measured
        .iter()
        .filter_map(|measured| {
            let idle = measured.idle.as_ref()?;
            Some([
                measured.row.title().to_owned(),
                idle.subscribers.to_string(),
                idle.comments.to_string(),
                format!("{:.2} %", idle.cpu * 1e2),
            ])
        })
        .collect();
    table(
        "Idle, kept alive",
        ["server", "subscribers", "comments", "of one core"],
        &rows,
    );
}

fn replayed(measured: &[Measured]) {
    let rows: Vec<_> = measured
        .iter()
        .filter_map(|measured| {
            let replayed = measured.replayed.as_ref()?;
            let [quiet, beside] = replayed.publishing;
            Some([
                measured.row.title().to_owned(),
                format!("{:.2}", replayed.per_second / 1e9),
                format!("{:.2}", replayed.per_cpu_second / 1e9),
                format!("{:.1} µs", quiet.as_secs_f64() * 1e6),
                format!("{:.1} µs", beside.as_secs_f64() * 1e6),
            ])
        })
        .collect();
    let head = [
        "server",
        "GB/s",
        "GB per CPU second",
        "publication",
        "beside replays",
    ];
    table("Replay of the whole log", head, &rows);
}

fn faults(measured: &[Measured]) {
    let rows: Vec<_> = measured
        .iter()
        .flat_map(|measured| {
            measured.faults.iter().map(|fault| {
                [
                    measured.row.title().to_owned(),
                    fault.name.to_owned(),
                    fault.outcome.clone(),
                    fault.tally.told.to_string(),
                ]
            })
        })
        .collect();
    table(
        "Under faults",
        ["server", "fault", "outcome", "events in gaps told"],
        &rows,
    );
}

fn checked(measured: &[Measured]) {
    let rows: Vec<_> = measured
        .iter()
        .map(|measured| {
            let mut tally = measured.tally.clone();
            measured
                .faults
                .iter()
                .for_each(|fault| tally.add(&fault.tally));
            [
                measured.row.title().to_owned(),
                tally.delivered.to_string(),
                tally.lost.to_string(),
                tally.repeated.to_string(),
            ]
        })
        .collect();
    table(
        "Checked",
        ["server", "delivered", "lost", "doubled or out of order"],
        &rows,
    );
}

fn table<const N: usize>(title: &str, head: [&str; N], rows: &[[String; N]]) {
    if rows.is_empty() {
        return;
    }
    println!(
        "\n### {title}\n\n| {} |\n|{}",
        head.join(" | "),
        "---|".repeat(N)
    );
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
}
