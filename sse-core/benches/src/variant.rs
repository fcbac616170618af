//! The same program built otherwise.

use std::{io, process::Command};

/// How it is built.
pub(crate) struct Variant {
    name: &'static str,
    pub(crate) description: &'static str,
    features: &'static str,
    rustflags: &'static str,
    lto: &'static str,
}

/// What a decoder took for one event.
pub(crate) struct Line {
    pub(crate) kind: String,
    pub(crate) delivery: String,
    pub(crate) decoder: String,
    /// In nanoseconds.
    pub(crate) time: f64,
}

pub(crate) const VARIANTS: [Variant; 3] = [
    Variant {
        name: "plain",
        description: "without the feature `simd-utf8`",
        features: "peers",
        rustflags: "",
        lto: "off",
    },
    Variant {
        name: "lto",
        description: "with `lto = \"fat\"`",
        features: "peers,simd-utf8",
        rustflags: "",
        lto: "fat",
    },
    Variant {
        name: "x86-64-v3",
        description: "with `-Ctarget-cpu=x86-64-v3`",
        features: "peers,simd-utf8",
        rustflags: "-Ctarget-cpu=x86-64-v3",
        lto: "off",
    },
];

impl Variant {
    /// Builds it, and has it decode the corpora and deliveries of these names.
    ///
    /// # Errors
    /// If the build fails, or this processor cannot run it.
    pub(crate) fn run(&self, names: &[&str]) -> io::Result<Vec<Line>> {
        let directory = format!("{MANIFEST}/target/{}", self.name);
        let build = Command::new("cargo")
            .args(["build", "--release", "--quiet", "--no-default-features"])
            .args(["--features", self.features, "--target-dir", &directory])
            .args(["--manifest-path", &format!("{MANIFEST}/Cargo.toml")])
            .env("RUSTFLAGS", self.rustflags)
            .env("CARGO_PROFILE_RELEASE_LTO", self.lto)
            .output()?;
        if !build.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&build.stderr)));
        }
        let program = format!("{directory}/release/{}", env!("CARGO_BIN_NAME"));
        let output = Command::new(program).arg("lines").args(names).output()?;
        if !output.status.success() {
            return Err(io::Error::other(format!(
                "{}: {}",
                self.name, output.status
            )));
        }
        let printed = String::from_utf8(output.stdout).map_err(io::Error::other)?;
        Ok(printed.lines().filter_map(Line::new).collect())
    }
}

impl Line {
    fn new(line: &str) -> Option<Self> {
        let [kind, delivery, decoder, time] = *line.split('\t').collect::<Vec<_>>() else {
            return None;
        };
        Some(Self {
            kind: kind.to_owned(),
            delivery: delivery.to_owned(),
            decoder: decoder.to_owned(),
            time: time.parse().ok()?,
        })
    }
}

const MANIFEST: &str = env!("CARGO_MANIFEST_DIR");
