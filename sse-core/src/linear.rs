//! Each byte of a stream costs a constant number of looks and copies, whatever surrounds it.

use std::{format, string::String};

use crate::{Buffer, Chunk, Full, Growing, Input, Parser, scan::work};

#[test]
fn one_long_line() {
    is_linear(|n| "data: ".repeat(n));
    is_linear(|n| format!(": {}", "x".repeat(6 * n)));
    is_linear(|n| "name".repeat(n));
    is_linear(|n| format!("id: {}", "1".repeat(n)));
    is_linear(|n| format!("retry: {}", "1".repeat(n)));
}

#[test]
fn many_tiny_events() {
    is_linear(|n| "data\n\n".repeat(n));
    is_linear(|n| "event:a\rid:b\rdata:c\r\r".repeat(n));
    is_linear(|n| ":\ndata:x\n:\n\n".repeat(n));
    is_linear(|n| "data: x\ndata: x\n\n".repeat(n));
    is_linear(|n| "data: x\n: x\ndata:x\n\n".repeat(n));
}

#[test]
fn event_costs_its_id_besides() {
    let (id, count) = ("1".repeat(1000), 2000);
    let stream = format!("id: {id}\n{}", "data\n\n".repeat(count));
    let work = work_of(stream.as_bytes(), usize::MAX);
    assert!(work <= MOST_WORK * stream.len() + count * id.len());
}

#[test]
fn many_lines_of_one_event() {
    is_linear(|n| "data\n".repeat(n) + "\n");
    is_linear(|n| "data: x\r\n".repeat(n) + "\r\n");
    is_linear(|n| "data: x\n:\n".repeat(n) + "\n");
    is_linear(|n| "id: 1\n".repeat(n) + "\n");
    is_linear(|n| "id: 1\0\n".repeat(n) + "\n");
    is_linear(|n| "event: x\n".repeat(n) + "\n");
    is_linear(|n| "retry: 1\n".repeat(n) + "\n");
}

#[test]
fn late_types_and_ids_after_much_data() {
    is_linear(|n| {
        let data = "data: x\n".repeat(n) + "data: " + &"x".repeat(8 * n) + "\n";
        data + &"event: a\nid: b\n".repeat(n) + "\n"
    });
}

#[test]
fn many_line_ends() {
    is_linear(|n| "\r".repeat(n));
    is_linear(|n| "\n".repeat(n));
    is_linear(|n| "\r\n".repeat(n));
    is_linear(|n| "data: x\r".repeat(n) + &"\r".repeat(n));
}

#[test]
fn text_to_repair() {
    for bad in [&b"\xFF"[..], b"\xE2\x82", b"a\xF0\x9F\x8C"] {
        is_linear(|n| [b"data: ", &*bad.repeat(n), b"\n\n"].concat());
        is_linear(|n| [b"event: ", &*bad.repeat(n), b"\ndata\n\n"].concat());
        is_linear(|n| [b"id: ", &*bad.repeat(n), b"\n\n"].concat());
        is_linear(|n| [b"data: ", bad, b"\n"].concat().repeat(n));
    }
}

#[test]
fn large_events_to_skip() {
    is_linear(|n| ("data: ".repeat(LIMIT) + "\n\n").repeat(n / 1000));
    is_linear(|n| "data: ".repeat(LIMIT) + &"\ndata: x\nid: y".repeat(n));
}

/// Twice the stream must not take much more than twice the work, nor any byte much of it.
fn is_linear<S: AsRef<[u8]>>(stream: impl Fn(usize) -> S) {
    let (once, twice) = (stream(2_000), stream(4_000));
    let (once, twice) = (once.as_ref(), twice.as_ref());
    for size in [1, 7, 1400, usize::MAX] {
        let of_once = work_of(once, size);
        let of_twice = work_of(twice, size);
        let start = String::from_utf8_lossy(&once[..once.len().min(20)]);
        assert!(
            of_once <= MOST_WORK * once.len() && of_twice <= 2 * of_once + 2 * LIMIT,
            "{start:?} in pieces of {size}: {} bytes, {of_once}, then {of_twice}",
            once.len(),
        );
    }
}

fn work_of(stream: &[u8], size: usize) -> usize {
    let pieces = || stream.chunks(size.min(stream.len()));
    let works = [Door::Item, Door::Event, Door::Raw].map(|door| {
        let of_slices = work_of_inputs(pieces(), door);
        let of_chunks = work_of_inputs(pieces().map(Chunk::new), door);
        of_slices.max(of_chunks)
    });
    works.into_iter().fold(0, usize::max)
}

/// What the parser is asked for.
#[derive(Clone, Copy)]
enum Door {
    Item,
    Event,
    Raw,
}

fn work_of_inputs<'i>(inputs: impl Iterator<Item = impl Input<'i>>, door: Door) -> usize {
    let buffer = Counting::default;
    let mut parser = Parser::with_buffers(buffer(), buffer(), buffer(), buffer()).with_limit(LIMIT);
    work::take();
    for mut input in inputs {
        while match door {
            Door::Item => !matches!(parser.next_item(&mut input), Ok(None)),
            Door::Event => !matches!(parser.next_event(&mut input), Ok(None)),
            Door::Raw => !matches!(parser.next_raw(&mut input), Ok(None)),
        } {
            work::done(0);
        }
    }
    work::take()
}

/// A growing buffer that counts what is copied into and within it.
#[derive(Default)]
struct Counting(Growing);

impl Buffer for Counting {
    fn as_slice(&self) -> &[u8] {
        self.0.as_slice()
    }

    fn as_mut_slice(&mut self) -> &mut [u8] {
        work::done(self.0.as_slice().len());
        self.0.as_mut_slice()
    }

    fn limit(&self) -> usize {
        self.0.limit()
    }

    fn push_slice(&mut self, bytes: &[u8]) -> Result<(), Full> {
        work::done(bytes.len());
        self.0.push_slice(bytes)
    }

    fn push_text(&mut self, text: &str) -> Result<(), Full> {
        work::done(text.len());
        self.0.push_text(text)
    }

    fn resize(&mut self, len: usize) -> Result<(), Full> {
        work::done(len.saturating_sub(self.0.as_slice().len()));
        Buffer::resize(&mut self.0, len)
    }

    fn truncate(&mut self, len: usize) {
        Buffer::truncate(&mut self.0, len);
    }

    fn repair(&mut self, limit: usize) -> Result<(), Full> {
        work::done(self.0.as_slice().len());
        self.0.repair(limit)
    }

    fn repaired(&mut self, limit: usize) -> Result<&str, Full> {
        work::done(self.0.as_slice().len());
        self.0.repaired(limit)
    }

    fn as_text(&self) -> &str {
        self.0.as_text()
    }
}

const LIMIT: usize = 64 * 1024;
const MOST_WORK: usize = 20;
