//! What must not get worse: counts, held against a table in the repository.

use std::{fmt::Write as _, fs, io, process::Command};

use crate::{
    allocator::heap,
    callgrind::instructions,
    corpus::{Corpus, KINDS, LONG, LONGER},
    decode::{Decoder, lending},
    delivery::{Chunks, Delivery},
    encode,
    trial::allocations,
};

/// Something counted.
pub(crate) struct Count {
    pub(crate) name: String,
    pub(crate) value: f64,
    /// What it must not exceed, whatever it was.
    limit: Option<f64>,
}

/// Counts, and makes a table of it in the repository.
///
/// # Errors
/// If something cannot be counted or written.
pub(crate) fn write() -> io::Result<()> {
    let mut table = String::from(HEAD);
    for Count { name, value, limit } in counts()? {
        let limit = limit.unwrap_or(value * TOLERANCE);
        let _ = writeln!(table, "| {name} | {value:.2} | {limit:.2} |");
    }
    fs::write(PATH, &table)?;
    print!("{table}");
    Ok(())
}

/// Counts, and says what is over the limits of the table.
///
/// # Errors
/// If something cannot be counted or read.
pub(crate) fn check() -> io::Result<bool> {
    let table = fs::read_to_string(PATH)?;
    let mut good = true;
    for Count { name, value, .. } in counts()? {
        let limit = limit(&table, &name);
        let verdict = match limit {
            Some(limit) if value <= limit => "",
            Some(_) => "  TOO MUCH",
            None => "  NOT IN THE TABLE",
        };
        good &= verdict.is_empty();
        println!(
            "{value:9.2} of {:9.2}  {name}{verdict}",
            limit.unwrap_or(0.0)
        );
    }
    Ok(good)
}

/// The last cell of the row that begins with `name`.
fn limit(table: &str, name: &str) -> Option<f64> {
    let cells = |line: &'_ str| {
        line.split('|')
            .map(|cell| cell.trim().to_owned())
            .collect::<Vec<_>>()
    };
    table
        .lines()
        .map(cells)
        .find(|cells| cells.get(1).is_some_and(|cell| cell == name))?
        .get(3)?
        .parse()
        .ok()
}

/// All that is counted of ours.
///
/// # Errors
/// If callgrind cannot be had.
pub(crate) fn counts() -> io::Result<Vec<Count>> {
    install("valgrind")?;
    let mut counts = Vec::new();
    let mut count = |name: String, value, limit| counts.push(Count { name, value, limit });
    let ours = lending().map(|decoder| decoder.name);
    for name in ours.chain(encode::OURS.iter().map(|encoder| encoder.name)) {
        for kind in KINDS.iter().filter(|kind| kind.name != LONG.name) {
            let what = format!("{name}, {}: instructions an event", kind.name);
            count(what, instructions(*kind, name, Delivery::CHUNKS)?, None);
        }
    }
    for decoder in lending() {
        let door = decoder.name;
        for kind in KINDS.iter().filter(|kind| CUT.contains(&kind.name)) {
            for size in [64, 1] {
                let what = format!("{door}, {}, {size} B: instructions an event", kind.name);
                count(
                    what,
                    instructions(*kind, door, Delivery::Pieces(size))?,
                    None,
                );
            }
        }
        let instructions = |kind| instructions(kind, door, Delivery::CHUNKS);
        let doubled = instructions(LONGER)? / instructions(LONG)?;
        let what = |what| format!("{door}: {what}");
        count(
            what("instructions for a line twice as long"),
            doubled,
            Some(2.02),
        );
        let allocations = most_allocations(decoder);
        count(
            what("allocations an event, any corpus and delivery"),
            allocations,
            Some(0.0),
        );
        count(
            what("peak heap for a line, in lengths of it"),
            peak(decoder),
            Some(1.5),
        );
    }
    Ok(counts)
}

/// The corpora that are counted in small pieces, too.
const CUT: [&str; 2] = ["openai", "tiny"];

/// The most memory held for lines of one length that come in chunks, in lengths of one.
pub(crate) fn peak(decoder: &Decoder) -> f64 {
    let corpus = Corpus::new(LONG, 1);
    let chunks = Delivery::CHUNKS.cut(&corpus);
    let line = corpus.bytes.len() / corpus.ends.len();
    heap(|| (decoder.tally)(chunks)).peak as f64 / line as f64
}

fn most_allocations(decoder: &Decoder) -> f64 {
    let mut most = 0.0_f64;
    for kind in KINDS {
        for delivery in Delivery::ALL {
            let corpus = Corpus::new(*kind, delivery.least());
            let chunks = delivery.cut(&corpus);
            let twice: Chunks = chunks.repeat(2).leak();
            let decode = |chunks| assert!((decoder.tally)(chunks).events > 0);
            let count = allocations(|| decode(chunks), || decode(twice));
            most = most.max(count as f64 / corpus.ends.len() as f64);
        }
    }
    most
}

/// Installs a Debian package, if no program of its name is there.
///
/// # Errors
/// If that cannot be done.
pub(crate) fn install(package: &str) -> io::Result<()> {
    if Command::new(package).arg("--version").output().is_ok() {
        return Ok(());
    }
    let status = Command::new("apt-get")
        .args(["install", "--yes", package])
        .status()?;
    status
        .success()
        .then_some(())
        .ok_or_else(|| io::Error::other(format!("{package} is missing")))
}

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/COUNTS.md");

const HEAD: &str = "\
# Counts

Made by `cargo run --release --manifest-path sse-core/benches/Cargo.toml -- counts`; the same with
`check` fails where a count is over its limit. Input comes in 16 KiB chunks unless said otherwise.

| | count | at most |
|---|--:|--:|
";

/// What another compiler may make of the same source.
const TOLERANCE: f64 = 1.03;
