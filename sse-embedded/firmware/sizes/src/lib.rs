//! What the programs share.
#![no_std]

#[cfg(feature = "net")]
mod network;

use core::{hint, panic::PanicInfo};

#[cfg(feature = "net")]
pub use network::{SOCKETS, start};

/// Says nothing: a message would be part of the size.
#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    loop {
        hint::spin_loop();
    }
}
