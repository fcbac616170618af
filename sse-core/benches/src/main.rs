//! What `sse-core` costs, beside its peers.
//!
//! ```sh
//! cargo run --release --manifest-path sse-core/benches/Cargo.toml            # all of it, as Markdown
//! cargo run --release --manifest-path sse-core/benches/Cargo.toml -- write   # the same, into the repository
//! cargo run --release --manifest-path sse-core/benches/Cargo.toml -- decode tiny 16KiB
//! ```
//!
//! `decode`, `whole` (from a body to events) and `encode` take names of corpora and deliveries, and
//! measure all where none is named. `counts` writes the table of counts that `check` holds a change
//! against; those two need no peers and build fast with `--no-default-features`.
//!
//! The loop that takes the time is our own, since what is wanted is a ratio: criterion and divan
//! finish one candidate before they begin the next, and on a machine that does other things the
//! second may meet another machine. Here each round runs every candidate once, each time from
//! another one on, and the quickest run of each is compared.
//!
//! Every candidate gets the same bytes in the same pieces, as slices, `Bytes` or a stream, as its
//! interface asks, and its events are consumed the same way. What it makes of them is compared with
//! what the generator wrote before any time is taken; who gets a corpus wrong is shown as such.

mod allocator;
mod callgrind;
mod conformance;
mod corpus;
mod decode;
mod delivery;
mod encode;
mod guard;
mod held_back;
mod javascript;
mod limits;
#[allow(dead_code, reason = "the text of tests is made of other pieces")]
#[path = "../../tests/common/random.rs"]
mod random;
#[allow(dead_code, reason = "only the events are compared")]
#[path = "../../tests/common/reference.rs"]
mod reference;
mod report;
mod rounds;
mod stream;
mod tally;
mod trial;
mod variant;

use std::{env, error::Error, io, os::unix::process::CommandExt, process::Command};

use corpus::{KINDS, Kind};
use decode::{DECODERS, WHOLE_PATHS};
use delivery::Delivery;

fn main() -> Result<(), Box<dyn Error>> {
    keep_memory()?;
    let words: Vec<_> = env::args().skip(1).collect();
    match &*words.iter().map(|word| &**word).collect::<Vec<_>>() {
        [] => report::run(false)?,
        ["write"] => report::run(true)?,
        ["lines", names @ ..] => pick(names, |kind, delivery| {
            let trial = decode::trial(DECODERS, kind, delivery);
            for row in &trial.rows {
                if let Ok(cost) = row.result {
                    println!(
                        "{}\t{}\t{}\t{}",
                        kind.name,
                        delivery.name(),
                        row.name,
                        cost.time
                    );
                }
            }
        }),
        ["decode", names @ ..] => {
            pick(names, |kind, delivery| {
                let trial = decode::trial(DECODERS, kind, delivery);
                print(kind, &delivery.name(), &report::trial(&trial, report::PEER));
            });
        }
        ["whole", names @ ..] => {
            pick(names, |kind, delivery| {
                let trial = decode::trial(WHOLE_PATHS, kind, delivery);
                print(kind, &delivery.name(), &report::trial(&trial, "sse-stream"));
            });
        }
        ["encode", names @ ..] => {
            for kind in kinds(names) {
                let trial = encode::trial(kind);
                print(kind, "encoded", &report::trial(&trial, "sse-stream"));
            }
        }
        ["counts"] => guard::write()?,
        ["check"] if guard::check()? => {}
        ["check"] => return Err("something has become worse".into()),
        ["run", kind, name, times, delivery] => callgrind::run(kind, name, times, delivery)?,
        _ => return Err("see the package's documentation for what it can do".into()),
    }
    Ok(())
}

/// Has the allocator keep what is freed. Else memory for the longest lines goes back to the system
/// after each run, and who has to fetch it anew takes seven times as long: which candidate that is,
/// hangs on the order they come in. The allocator reads this when the program starts.
fn keep_memory() -> io::Result<()> {
    if env::var_os("MALLOC_TRIM_THRESHOLD_").is_some() {
        return Ok(());
    }
    Err(Command::new(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env("MALLOC_TRIM_THRESHOLD_", "1000000000")
        .env("MALLOC_MMAP_THRESHOLD_", "1000000000")
        .exec())
}

fn print(kind: Kind, how: &str, table: &str) {
    println!("### {} ({}), {how}\n\n{table}", kind.name, kind.description);
}

/// Calls `run` for the corpora and deliveries that are named; for all, if none is.
fn pick(names: &[&str], mut run: impl FnMut(Kind, Delivery)) {
    let named = |delivery: &Delivery| names.contains(&&*delivery.name().replace(' ', ""));
    let any = Delivery::ALL.iter().any(named);
    for kind in kinds(names) {
        for delivery in Delivery::ALL {
            if !any || named(&delivery) {
                run(kind, delivery);
            }
        }
    }
}

/// The corpora that are named; all, if none is.
fn kinds(names: &[&str]) -> impl Iterator<Item = Kind> {
    let named = |kind: &&Kind| names.contains(&kind.name);
    let any = KINDS.iter().any(|kind| named(&kind));
    KINDS
        .iter()
        .filter(move |kind| !any || named(kind))
        .copied()
}
