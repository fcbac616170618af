//! The same program for a newer processor.

use std::{io, process::Command};

/// What the processor must have.
pub(crate) const CPU: &str = "x86-64-v3";

/// Builds this program for [`CPU`], has it decode, and gives corpus, delivery, decoder and
/// nanoseconds an event of each line it prints.
///
/// # Errors
/// If this processor is an older one, or the build fails.
pub(crate) fn run(names: &[&str]) -> io::Result<Vec<(String, String, String, f64)>> {
    if !supported() {
        return Err(io::Error::other(format!("this processor is not {CPU}")));
    }
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/target/x86-64-v3");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--target-dir", directory])
        .args([
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .env("RUSTFLAGS", format!("-Ctarget-cpu={CPU}"))
        .status()?;
    if !status.success() {
        return Err(io::Error::other("it does not build"));
    }
    let program = format!("{directory}/release/{}", env!("CARGO_BIN_NAME"));
    let output = Command::new(program).arg("lines").args(names).output()?;
    let printed = String::from_utf8(output.stdout).map_err(io::Error::other)?;
    let row = |line: &str| {
        let [kind, delivery, decoder, time] = *line.split('\t').collect::<Vec<_>>() else {
            return None;
        };
        Some((
            kind.to_owned(),
            delivery.to_owned(),
            decoder.to_owned(),
            time.parse().ok()?,
        ))
    };
    Ok(printed.lines().filter_map(row).collect())
}

#[cfg(target_arch = "x86_64")]
fn supported() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("movbe")
}

#[cfg(not(target_arch = "x86_64"))]
fn supported() -> bool {
    false
}
