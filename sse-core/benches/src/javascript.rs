//! `eventsource-parser` on Node, over the same bytes.

use std::{
    fs, io,
    path::Path,
    process::{Command, Output},
};

use crate::{
    corpus::{Corpus, KINDS},
    delivery::Delivery,
};

/// What it made of one corpus, in nanoseconds an event.
pub(crate) struct Row {
    pub(crate) kind: &'static str,
    /// `None` if it did not see what was written.
    pub(crate) from_bytes: Option<f64>,
    /// From strings that were made of the bytes beforehand.
    pub(crate) from_strings: Option<f64>,
}

/// Installs the parser, has it decode the corpora in 16 KiB chunks, and says which version of what
/// did.
///
/// # Errors
/// If there is no Node, no registry or no result.
pub(crate) fn run() -> io::Result<(String, Vec<Row>)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/javascript");
    fs::create_dir_all(&directory)?;
    fs::copy(SCRIPT, directory.join("decode.mjs"))?;
    let node = stdout(Command::new("node").arg("--version").output()?)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-fund", "--no-audit", "--prefix"]);
    stdout(npm.arg(&directory).arg("eventsource-parser@4").output()?)?;
    let package = directory.join("node_modules/eventsource-parser/package.json");
    let package: serde_json::Value = serde_json::from_slice(&fs::read(package)?)?;

    let mut expected = Vec::new();
    for kind in KINDS {
        let corpus = Corpus::new(*kind, CHUNKS.least());
        let cuts: Vec<_> = CHUNKS
            .cut(&corpus)
            .iter()
            .map(|chunk| chunk.len().to_string())
            .collect();
        fs::write(
            directory.join(format!("{}.stream", kind.name)),
            &corpus.bytes,
        )?;
        fs::write(
            directory.join(format!("{}.cuts", kind.name)),
            cuts.join("\n"),
        )?;
        expected.push((kind.name, corpus.ends.len(), corpus.utf16()));
    }
    let mut script = Command::new("node");
    script.arg(directory.join("decode.mjs")).arg(&directory);
    let printed = stdout(script.args(KINDS.iter().map(|kind| kind.name)).output()?)?;
    let rows = printed
        .lines()
        .zip(expected)
        .filter_map(|(line, (kind, events, lengths))| {
            let [_, seen, length, bytes, strings] = *line.split('\t').collect::<Vec<_>>() else {
                return None;
            };
            let right = seen.parse() == Ok(events) && length.parse() == Ok(lengths);
            let each =
                |time: &str| Some(time.parse::<f64>().ok()? / events as f64).filter(|_| right);
            Some(Row {
                kind,
                from_bytes: each(bytes),
                from_strings: each(strings),
            })
        });
    let version = package["version"].as_str().unwrap_or_default();
    let who = format!("eventsource-parser {version} on Node {}", node.trim());
    Ok((who, rows.collect()))
}

fn stdout(output: Output) -> io::Result<String> {
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}

const CHUNKS: Delivery = Delivery::CHUNKS;
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/javascript/decode.mjs");
