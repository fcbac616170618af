//! What the firmware on the mps2-an385 shares.
#![no_std]

#[cfg(feature = "net")]
mod neighbour;
#[cfg(feature = "net")]
mod network;

#[cfg(feature = "net")]
pub use neighbour::{Counted, most_reads_at_once, watch};
#[cfg(feature = "net")]
pub use network::start;
