//! The tables of all that was measured.

use std::{fmt::Write as _, iter};

use super::{
    measured::{Measured, PEER},
    table::{Table, number},
};
use crate::{
    corpus::KINDS,
    decode::{self, DECODERS, WHOLE_PATHS},
    delivery::Delivery,
    encode::ENCODERS,
    trial::{Cost, Fault, Trial},
    variant::{Line, VARIANTS},
};

/// All tables.
pub(crate) fn results(measured: &Measured) -> String {
    let mut out = String::new();
    for (title, text) in [
        ("Decoding", decoding(measured)),
        ("From a body to events", whole(measured)),
        ("Encoding", encoding(measured)),
        ("Limits", limits(measured)),
        ("Memory", memory(measured)),
        ("Instructions", instructions(measured)),
        ("JavaScript", javascript(measured)),
        ("Built otherwise", variants(measured)),
    ] {
        let _ = write!(out, "\n## {title}\n\n{text}");
    }
    out
}

fn decoding(measured: &Measured) -> String {
    let mut out = String::from(
        "Nanoseconds an event, and in brackets how many times as fast as the quickest peer that gets \
         every conformance vector right. GB/s and allocations an event are those of 16 KiB chunks; \
         the last column is the most allocations an event in any delivery, once warm.\n",
    );
    for kind in KINDS {
        let trials: Vec<_> = measured
            .decode
            .iter()
            .filter(|(k, ..)| k.name == kind.name)
            .collect();
        let size = trials.first().map_or(0.0, |(.., trial)| trial.size);
        let _ = write!(
            out,
            "\n### {}: {}, {} B an event\n\n",
            kind.name,
            kind.description,
            number(size)
        );
        let deliveries = trials.iter().map(|(_, delivery, _)| delivery.name());
        let head = ["", "vectors"]
            .map(str::to_owned)
            .into_iter()
            .chain(deliveries);
        let mut table =
            Table::new(head.chain(["GB/s", "allocations", "at most"].map(str::to_owned)));
        for (decoder, score) in iter::zip(DECODERS, &measured.scores) {
            let mut row = vec![
                decoder.name.to_owned(),
                format!("{score} of {}", measured.vectors),
            ];
            let mut most = 0.0_f64;
            for (.., trial) in &trials {
                row.push(time(trial, decoder.name, measured.conforming(trial)));
                most = trial
                    .cost(decoder.name)
                    .map_or(most, |cost| most.max(cost.allocations));
            }
            let chunks = measured.decoded(kind.name, Delivery::CHUNKS);
            if let Some(Cost { time, allocations }) = chunks.and_then(|t| t.cost(decoder.name)) {
                row.extend([size / time, allocations, most].map(number));
            }
            table.row(row);
        }
        out += &table.finish();
    }
    out
}

/// The time of one row and its ratio to `reference`'s, or what is wrong with it.
fn time(trial: &Trial, name: &str, reference: Option<(&str, f64)>) -> String {
    match trial
        .rows
        .iter()
        .find(|row| row.name == name)
        .map(|row| row.result)
    {
        Some(Ok(Cost { time, .. })) => match reference {
            Some((_, peer)) => format!("{} ({:.2})", number(time), peer / time),
            None => number(time),
        },
        Some(Err(Fault::Wrong)) => "wrong".to_owned(),
        Some(Err(Fault::Slow)) => "too slow".to_owned(),
        None => String::new(),
    }
}

fn whole(measured: &Measured) -> String {
    let mut out = String::from(
        "From a body, or a stream of chunks, in memory: nanoseconds an event, and in brackets how many \
         times as fast as the quickest peer here.\n\n",
    );
    let mut table = Table::new(
        ["", ""]
            .into_iter()
            .chain(WHOLE_PATHS.iter().map(|path| path.name)),
    );
    for (kind, delivery, trial) in &measured.whole {
        let reference = Measured::correct(trial);
        let times = WHOLE_PATHS
            .iter()
            .map(|path| time(trial, path.name, reference));
        table.row(
            [kind.name.to_owned(), delivery.name()]
                .into_iter()
                .chain(times),
        );
    }
    out += &table.finish();
    out
}

fn encoding(measured: &Measured) -> String {
    let mut out = String::from(
        "Nanoseconds an event and allocations an event. The hard cases are line ends in data, and in \
         types and IDs, where they must be refused.\n\n",
    );
    let kinds = measured.encode.iter().map(|(kind, _)| kind.name);
    let mut table = Table::new(["", "hard cases"].into_iter().chain(kinds));
    for (encoder, (right, of)) in iter::zip(ENCODERS, &measured.encoder_scores) {
        let costs = measured
            .encode
            .iter()
            .map(|(_, trial)| match trial.cost(encoder.name) {
                Some(Cost { time, allocations }) => {
                    format!("{}, {}", number(time), number(allocations))
                }
                None => "wrong".to_owned(),
            });
        table.row(
            [encoder.name.to_owned(), format!("{right} of {of}")]
                .into_iter()
                .chain(costs),
        );
    }
    out += &table.finish();
    out
}

fn limits(measured: &Measured) -> String {
    let mut out = String::from("GB/s of single passes over the whole corpus, and of ours.\n\n");
    let passes = measured
        .limits
        .first()
        .map(|(_, trial)| &*trial.rows)
        .unwrap_or_default();
    let ours = || decode::lending().map(|decoder| decoder.name);
    let head = passes.iter().map(|row| row.name).chain(ours());
    let mut table = Table::new([""].into_iter().chain(head));
    for (kind, trial) in &measured.limits {
        let speed =
            |cost: Option<Cost>| cost.map_or_else(String::new, |c| number(trial.size / c.time));
        let passes = trial.rows.iter().map(|row| speed(row.result.ok()));
        let whole = measured.decoded(kind.name, Delivery::Whole);
        let ours = ours().map(|name| speed(whole.and_then(|whole| whole.cost(name))));
        table.row([kind.name.to_owned()].into_iter().chain(passes).chain(ours));
    }
    out += &table.finish();
    out
}

fn memory(measured: &Measured) -> String {
    let mut out = String::from(
        "The most heap held for a line of 1 MiB in 16 KiB chunks, in lengths of it.\n\n",
    );
    let mut table = Table::new(["", "lengths"]);
    for (decoder, peak) in iter::zip(DECODERS, &measured.peaks) {
        table.row([decoder.name.to_owned(), number(*peak)]);
    }
    out += &table.finish();
    out
}

fn instructions(measured: &Measured) -> String {
    let mut out = String::from("An event, in 16 KiB chunks, counted by callgrind.\n\n");
    let ours = || decode::lending().map(|decoder| decoder.name);
    let mut table = Table::new([""].into_iter().chain(ours()).chain([PEER]));
    for (kind, peer) in &measured.peer_instructions {
        let count =
            |door: &str| measured.count(&format!("{door}, {}: instructions an event", kind.name));
        let ours = ours().map(|door| count(door).map_or_else(String::new, number));
        table.row(
            [kind.name.to_owned()]
                .into_iter()
                .chain(ours)
                .chain([number(*peer)]),
        );
    }
    out += &table.finish();
    out
}

fn javascript(measured: &Measured) -> String {
    let (who, rows) = match &measured.javascript {
        Ok(measured) => measured,
        Err(error) => return format!("Not measured: {error}\n"),
    };
    let mut out = format!(
        "{who}, the same bytes in 16 KiB chunks: nanoseconds an event, and how many times as fast ours is. \
         It works on strings; the last column leaves out what it takes to make them of the bytes.\n\n"
    );
    let mut table = Table::new([
        "",
        "next_event",
        "from bytes",
        "times",
        "from strings",
        "times",
    ]);
    for row in rows {
        let ours = measured
            .decoded(row.kind, Delivery::CHUNKS)
            .and_then(|t| t.cost("next_event"));
        let Some(Cost { time, .. }) = ours else {
            continue;
        };
        let cells = |theirs: Option<f64>| match theirs {
            Some(theirs) => [number(theirs), format!("{:.2}", theirs / time)],
            None => ["wrong".to_owned(), String::new()],
        };
        let times = [row.from_bytes, row.from_strings]
            .into_iter()
            .flat_map(cells);
        table.row([row.kind.to_owned(), number(time)].into_iter().chain(times));
    }
    out += &table.finish();
    out
}

fn variants(measured: &Measured) -> String {
    let mut out = String::from(
        "Nanoseconds an event as the same program takes it when built otherwise, and in brackets how \
         many times as fast as the quickest conforming peer built likewise.\n",
    );
    for (variant, lines) in iter::zip(&VARIANTS, &measured.variants) {
        let _ = write!(out, "\n### {}\n\n", variant.description);
        match lines {
            Ok(lines) => out += &otherwise(measured, lines),
            Err(error) => {
                let _ = writeln!(out, "Not measured: {error}");
            }
        }
    }
    out
}

/// A table of what these lines say.
fn otherwise(measured: &Measured, lines: &[Line]) -> String {
    let names = || DECODERS.iter().map(|decoder| decoder.name);
    let mut table = Table::new(["", ""].into_iter().chain(names()));
    for (kind, delivery, _) in &measured.decode {
        let delivery = delivery.name();
        let here = |line: &&Line| line.kind == kind.name && line.delivery == delivery;
        let time = |name: &str| {
            let mut lines = lines.iter().filter(here);
            Some(lines.find(|line| line.decoder == name)?.time)
        };
        let peers = names().filter(|name| !decode::is_ours(name) && measured.is_conforming(name));
        let Some(peer) = peers.filter_map(time).min_by(f64::total_cmp) else {
            continue;
        };
        let cells = names().map(|name| match time(name) {
            Some(time) => format!("{} ({:.2})", number(time), peer / time),
            None => String::new(),
        });
        table.row(
            [kind.name.to_owned(), delivery.clone()]
                .into_iter()
                .chain(cells),
        );
    }
    table.finish()
}

/// One trial, a row for each candidate.
pub(crate) fn single(trial: &Trial, reference: &str) -> String {
    let times_as_fast = format!("times as fast as {reference}");
    let mut table = Table::new([
        "",
        "ns an event",
        &times_as_fast,
        "GB/s",
        "allocations an event",
    ]);
    let peer = trial.cost(reference);
    for row in &trial.rows {
        let cells = match row.result {
            Ok(Cost { time, allocations }) => [
                number(time),
                peer.map_or_else(String::new, |peer| number(peer.time / time)),
                number(trial.size / time),
                number(allocations),
            ],
            Err(fault) => [
                format!("{fault:?}"),
                String::new(),
                String::new(),
                String::new(),
            ],
        };
        table.row([row.name.to_owned()].into_iter().chain(cells));
    }
    table.finish()
}
