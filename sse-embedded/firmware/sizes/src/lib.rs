//! What the programs share.
#![no_std]

#[cfg(feature = "net")]
mod network;

use core::{
    hint::{self, black_box},
    panic::PanicInfo,
};

#[cfg(feature = "net")]
pub use network::{SOCKETS, start};

/// What the programs without network work on.
pub struct Memory {
    pub read: [u8; 64],
    pub buffers: [[u8; 256]; 4],
}

impl Memory {
    #[expect(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self {
            read: [0; 64],
            buffers: [[0; 256]; 4],
        }
    }
}

/// What any firmware does, so that it is no part of what a program takes more.
#[inline(never)]
pub fn copy_and_clear(memory: &mut Memory) {
    let Memory { read, buffers } = black_box(memory);
    read.copy_within(black_box(0..32), 16);
    for buffer in buffers {
        buffer[..black_box(64)].copy_from_slice(read);
        buffer[black_box(64)..].fill(0);
    }
}

/// Says nothing: a message would be part of the size.
#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    loop {
        hint::spin_loop();
    }
}
