//! The host's side: who starts QEMU, pulls its cable, and talks to what runs in it.

mod board;
mod elf;

mod feed;
mod scratch;

pub use board::Board;
pub use elf::{Sizes, sizes};

pub use feed::{Connection, Feed, printed, reading};
pub use scratch::Scratch;

use std::{env, path::PathBuf, time::Duration};

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Where the firmware of this name lies; the folder of all is named by `FIRMWARE`.
pub fn firmware(name: &str) -> Result<PathBuf> {
    let folder = env::var_os("FIRMWARE").ok_or("FIRMWARE names no folder of built firmware")?;
    Ok(PathBuf::from(folder).join(name))
}

/// What is waited for longer than this does not come.
pub const PATIENCE: Duration = Duration::from_secs(60);
