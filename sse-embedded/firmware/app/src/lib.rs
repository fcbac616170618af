//! What the firmware on the mps2-an385 shares.
#![no_std]

use semihosting::experimental::env;

#[cfg(feature = "net")]
mod neighbour;
#[cfg(feature = "net")]
mod network;

#[cfg(feature = "net")]
pub use neighbour::{Counted, most_reads_at_once, watch};
#[cfg(feature = "net")]
pub use network::start;

/// Gives `f` the n-th argument that QEMU was started with, if there is one.
///
/// # Panics
/// If all of them are longer than 256 bytes together, or not text.
pub fn argument<R>(n: usize, f: impl FnOnce(Option<&str>) -> R) -> R {
    let arguments = env::args::<256>().expect("the command line is not longer");
    let argument = (&arguments).nth(n);
    f(argument.map(|argument| argument.expect("it is text")))
}
