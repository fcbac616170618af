//! Instructions, counted by callgrind: the same on every run, whatever else the machine does.

use std::{env, error::Error, hint::black_box, io, process::Command};

use crate::{
    corpus::{Corpus, KINDS, Kind, LONGER},
    decode::{DECODERS, Decoder},
    delivery::Delivery,
};

/// What is run under callgrind: this decoder on this corpus, in 16 KiB chunks.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) kind: Kind,
    pub(crate) decoder: &'static Decoder,
}

impl Subject {
    /// Instructions an event, once warm.
    ///
    /// # Errors
    /// If callgrind cannot be run, or says nothing.
    pub(crate) fn instructions(self) -> io::Result<f64> {
        let (once, twice) = (self.count(1)?, self.count(2)?);
        let events = Corpus::new(self.kind, LEAST).ends.len();
        Ok((twice - once) as f64 / events as f64)
    }

    /// Instructions of this program as it runs the subject so many times.
    fn count(self, times: usize) -> io::Result<u64> {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(env::current_exe()?)
            .args(["run", self.kind.name, self.decoder.name, &times.to_string()])
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        said.lines()
            .find_map(|line| line.split_once("Collected : ")?.1.parse().ok())
            .ok_or_else(|| io::Error::other(format!("callgrind counted nothing: {said}")))
    }
}

/// Decodes a corpus so many times in a row, with one parser.
///
/// # Errors
/// If there is no such thing.
pub(crate) fn run(kind: &str, decoder: &str, times: &str) -> Result<(), Box<dyn Error>> {
    let mut kinds = KINDS.iter().chain([&LONGER]);
    let kind = kinds
        .find(|known| known.name == kind)
        .ok_or("no such corpus")?;
    let mut decoders = DECODERS.iter();
    let decoder = decoders
        .find(|known| known.name == decoder)
        .ok_or("no such decoder")?;
    let corpus = Corpus::new(*kind, LEAST);
    let chunks = Delivery::CHUNKS.cut(&corpus).repeat(times.parse()?);
    black_box((decoder.tally)(chunks.leak()));
    Ok(())
}

const LEAST: usize = 256 * 1024;
