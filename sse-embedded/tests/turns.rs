//! Tasks on one executor take turns, whatever a peer sends.

mod common;

use std::{cell::Cell, convert::Infallible};

use common::{STREAM, config, run};
use embassy_futures::{select::select, yield_now};
use embedded_io_async::{ErrorType, Read, Write};
use sse_embedded::{EventSource, Events, Memory};

/// A peer whose line has no end: there is always more of it.
struct Endless<'c> {
    head: &'static [u8],
    reads: &'c Cell<usize>,
}

impl ErrorType for Endless<'_> {
    type Error = Infallible;
}

impl Read for Endless<'_> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
        self.reads.set(self.reads.get() + 1);
        assert!(self.reads.get() < 1000, "nobody else had a turn");
        let n = self.head.len().min(buf.len());
        let head = self.head.split_off(..n).unwrap_or_default();
        buf[..n].copy_from_slice(head);
        buf[n..].fill(b'x');
        Ok(buf.len())
    }
}

impl Write for Endless<'_> {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, Infallible> {
        Ok(buf.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// How many reads there are between two turns of a task beside `reading`, at most.
async fn most_reads_at_once(reads: &Cell<usize>, reading: impl Future) -> usize {
    let mut most = 0;
    let neighbour = async {
        for _ in 0..100 {
            let before = reads.get();
            yield_now().await;
            most = most.max(reads.get() - before);
        }
    };
    select(reading, neighbour).await;
    most
}

#[test]
fn a_source_reads_once_in_a_turn() {
    let reads = Cell::new(0);
    let mut memory = Memory::<64, 256, 16, 48>::new();
    let mut source = EventSource::new("http://feed.example/", &mut memory, (), config()).unwrap();
    let io = Endless {
        head: STREAM.as_bytes(),
        reads: &reads,
    };
    run(async {
        source.due().await.unwrap();
        let mut stream = source.over(Ok(io)).unwrap();
        assert_eq!(most_reads_at_once(&reads, stream.next()).await, 1);
    });
}

#[test]
fn a_reader_of_events_reads_once_in_a_turn() {
    let reads = Cell::new(0);
    let mut memory = Memory::<64, 256, 16, 0>::new();
    let head = &b"data: "[..];
    let io = Endless {
        head,
        reads: &reads,
    };
    let mut events = Events::new(io, &mut memory);
    let reading = async {
        while events.next().await.is_err() {} // too large, and skipped
    };
    assert_eq!(run(most_reads_at_once(&reads, reading)), 1);
}
