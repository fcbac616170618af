//! The parser over fixed buffers, in a firmware that else does nothing.
#![no_std]
#![no_main]

use core::hint::black_box;

use sizes::{Memory, copy_and_clear};
use sse_core::{Parser, SliceBuffer};
use static_cell::ConstStaticCell;

static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());

#[board::entry]
fn main() -> ! {
    let memory = MEMORY.take();
    copy_and_clear(memory);
    let [data, event_type, id, last_event_id] = &mut memory.buffers;
    let mut parser = Parser::with_buffers(
        SliceBuffer::new(data),
        SliceBuffer::new(event_type),
        SliceBuffer::new(id),
        SliceBuffer::new(last_event_id),
    );
    loop {
        let mut input: &[u8] = black_box(&mut memory.read);
        while !input.is_empty() {
            let _ = black_box(parser.next_event(&mut input));
        }
    }
}
