//! What the parser costs on a Cortex-M3, in instructions; for QEMU's `-icount shift=0`.
#![no_std]
#![no_main]

use core::hint::black_box;

use board::instructions::Counter;
use semihosting::{print, println, process::exit};
use sse_core::{Parser, SliceBuffer};

#[board::entry]
fn main() -> ! {
    let counter = Counter::new();
    println!(
        "{:<16} {:>6} {:>8} {:>9} {:>8}",
        "stream", "piece", "bytes", "per event", "per byte"
    );
    for (name, event) in STREAMS {
        let mut stream = [0; 16 * 1024];
        let events = stream.len() / event.len();
        let stream = &mut stream[..events * event.len()];
        for place in stream.chunks_exact_mut(event.len()) {
            place.copy_from_slice(event.as_bytes());
        }
        for piece in [64, 512, 1460] {
            let instructions = count(&counter, stream, piece, events);
            print!("{name:<16} {piece:>6} {:>8} ", stream.len());
            print!("{:>9} ", instructions as usize / events);
            let tenths = instructions as usize * 10 / stream.len();
            println!("{:>6}.{}", tenths / 10, tenths % 10);
        }
    }
    exit(0)
}

/// Instructions to find and lend all events of a stream that comes in pieces.
fn count(counter: &Counter, stream: &[u8], piece: usize, events: usize) -> u32 {
    let mut memory = [const { [0; 512] }; 4];
    let [data, event_type, id, last] = memory.each_mut().map(|m| SliceBuffer::new(m));
    let mut parser = Parser::with_buffers(data, event_type, id, last);
    let mut seen = 0;
    let instructions = counter.of(|| {
        for mut input in stream.chunks(piece) {
            while let Ok(Some(event)) = parser.next_event(&mut input) {
                seen += 1;
                black_box(event);
            }
        }
    });
    assert_eq!(seen, events);
    instructions
}

const STREAMS: [(&str, &str); 5] = [
    (
        "LLM",
        "data: {\"id\":\"chatcmpl-9\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" seven\"}}]}\n\n",
    ),
    (
        "LLM, named",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" and\"}}\n\n",
    ),
    ("ticker", "id: 1024\ndata: {\"p\":10231,\"q\":4}\n\n"),
    (
        "two lines, CRLF",
        "event: log\r\ndata: the first of two lines\r\ndata: and the second\r\n\r\n",
    ),
    ("keep-alive", ": keep-alive\n\ndata: x\n\n"),
];
