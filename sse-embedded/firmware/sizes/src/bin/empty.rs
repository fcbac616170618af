//! Nothing but a board that starts, copies and clears, as any firmware does.
#![no_std]
#![no_main]

use sizes::{Memory, copy_and_clear};

#[board::entry]
fn main() -> ! {
    let mut memory = Memory::new();
    loop {
        copy_and_clear(&mut memory);
    }
}
