//! Instructions, counted by callgrind: the same on every run, whatever else the machine does.

use std::{env, error::Error, hint::black_box, io, process::Command};

use crate::{
    corpus::{Corpus, KINDS, Kind, LONGER},
    decode,
    delivery::Delivery,
    encode,
};

/// Instructions an event, once warm, of the decoder or encoder of this name. An encoder cares
/// about no delivery.
///
/// # Errors
/// If callgrind cannot be run, or says nothing.
pub(crate) fn instructions(kind: Kind, name: &str, delivery: Delivery) -> io::Result<f64> {
    let count = |times| count(kind, name, times, delivery);
    let (once, twice) = (count(1)?, count(2)?);
    let events = Corpus::new(kind, LEAST).ends.len();
    Ok((twice - once) as f64 / events as f64)
}

/// Decodes or encodes a corpus so many times in a row; all that is decoded goes
/// through one parser.
///
/// # Errors
/// If there is no such thing.
pub(crate) fn run(
    kind: &str,
    name: &str,
    times: &str,
    delivery: &str,
) -> Result<(), Box<dyn Error>> {
    let times = times.parse()?;
    let mut deliveries = Delivery::ALL.into_iter();
    let delivery = deliveries
        .find(|known| known.name() == delivery)
        .ok_or("no such delivery")?;
    let mut kinds = KINDS.iter().chain([&LONGER]);
    let kind = kinds
        .find(|known| known.name == kind)
        .ok_or("no such corpus")?;
    let corpus = Corpus::new(*kind, LEAST);
    if let Some(decoder) = decode::find(name) {
        let chunks = delivery.cut(&corpus).repeat(times);
        black_box((decoder.tally)(chunks.leak()));
    } else {
        let encoder = encode::find(name).ok_or("no such decoder or encoder")?;
        let blocks = corpus.blocks.leak();
        for _ in 0..times {
            black_box((encoder.lengths)(blocks));
        }
    }
    Ok(())
}

/// Instructions of this program as it does so.
fn count(kind: Kind, name: &str, times: usize, delivery: Delivery) -> io::Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe()?)
        .args(["run", kind.name, name, &times.to_string(), &delivery.name()])
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines()
        .find_map(|line| line.split_once("Collected : ")?.1.parse().ok())
        .ok_or_else(|| io::Error::other(format!("callgrind counted nothing: {said}")))
}

const LEAST: usize = 256 * 1024;
