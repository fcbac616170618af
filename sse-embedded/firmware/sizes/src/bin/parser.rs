//! The parser over fixed buffers.
#![no_std]
#![no_main]

use core::hint::black_box;

use sizes as _;
use sse_core::{Parser, SliceBuffer};

#[board::entry]
fn main() -> ! {
    let mut read = [0; 64];
    let mut memory = [const { [0; 256] }; 4];
    let [data, event_type, id, last] = memory.each_mut().map(|m| SliceBuffer::new(m));
    let mut parser = Parser::with_buffers(data, event_type, id, last);
    loop {
        let mut input: &[u8] = black_box(&mut read);
        while let Some(event) = parser.next_event(&mut input).transpose() {
            let _ = black_box(event);
        }
    }
}
