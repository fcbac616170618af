//! Nothing but a board that starts, copies and clears, as any firmware does.
#![no_std]
#![no_main]

use core::hint::black_box;

use sizes as _;

#[board::entry]
fn main() -> ! {
    let mut read = [0; 64];
    let mut memory = [const { [0; 256] }; 4];
    loop {
        black_box(&mut read).copy_within(black_box(0..32), 16);
        black_box(&mut memory[0])[..black_box(64)].copy_from_slice(&read);
    }
}
