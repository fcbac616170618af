//! Where and when, and with what.

use std::{fs, process::Command};

/// One line on processor, system, compiler and date.
pub(crate) fn machine() -> String {
    let said = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output().ok();
        let text = output.and_then(|output| String::from_utf8(output.stdout).ok());
        text.map_or_else(String::new, |text| text.trim().to_owned())
    };
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{} ({cores} cores), {}, {}, {}",
        model.unwrap_or("unknown processor"),
        said("uname", "-sm"),
        said("rustc", "--version"),
        said("date", "-uI"),
    )
}

/// Names and versions of the peers, as the lock file has them.
pub(crate) fn versions() -> String {
    let lock = include_str!("../../Cargo.lock");
    let package = |block: &str| {
        let value = |key: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(key))?;
            Some(line.trim_matches('"').to_owned())
        };
        let from_registry = block.contains("source = \"registry");
        let (name, version) = (value("name = ")?, value("version = ")?);
        (from_registry && PEERS.contains(&&*name)).then(|| format!("{name} {version}"))
    };
    let versions: Vec<_> = lock.split("[[package]]").filter_map(package).collect();
    versions.join(", ")
}

const PEERS: &[&str] = &[
    "actix-sse",
    "axum",
    "eventsource-client",
    "eventsource-stream",
    "eventsrc",
    "memchr",
    "poem",
    "sse-core",
    "sse-parse",
    "sse-stream",
    "sseer",
    "warp",
];
