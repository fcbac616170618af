//! Nothing but a board that starts, copies and clears, as any firmware does.
#![no_std]
#![no_main]

use sizes::{Memory, copy_and_clear};
use static_cell::ConstStaticCell;

static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());

#[board::entry]
fn main() -> ! {
    let memory = MEMORY.take();
    loop {
        copy_and_clear(memory);
    }
}
