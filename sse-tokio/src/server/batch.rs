//! Frames on their way to a socket, sent from where they lie.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use sse_core::{Frame, http::Framing};
use tokio::io::AsyncWrite;

/// Frames, the bytes before and behind them, and how much of it all has been sent.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) before: Vec<u8>,
    pub(super) frames: Vec<Frame>,
    behind: Vec<u8>,
    len: usize,
    sent: usize,
}

impl Batch {
    /// These bytes alone.
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self {
            len: bytes.len(),
            before: bytes,
            ..Self::default()
        }
    }

    /// Makes one piece of the stream of the frames, with the end of the stream behind it if they
    /// are the `last`.
    pub(super) fn frame(&mut self, framing: Framing, last: bool) {
        let len = self.frames.iter().map(|frame| frame.as_ref().len()).sum();
        // A `Vec` is never full.
        if len > 0 {
            let _ = framing.encode_piece_start(len, &mut self.before);
            self.behind.extend_from_slice(framing.piece_end());
        }
        if last {
            let _ = framing.encode_end(&mut self.behind);
        }
        self.len = self.before.len() + len + self.behind.len();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Ready when all of it is sent and flushed, and the batch is empty again.
    ///
    /// `progress` is set when the socket takes something.
    pub(super) fn poll_send<T: AsyncWrite>(
        &mut self,
        mut io: Pin<&mut T>,
        cx: &mut Context<'_>,
        progress: &mut bool,
    ) -> Poll<io::Result<()>> {
        if self.is_empty() {
            return Poll::Ready(Ok(()));
        }
        while self.sent < self.len {
            let mut memory = [IoSlice::new(&[]); SLICES];
            let slices = self.unsent(&mut memory);
            match ready!(io.as_mut().poll_write_vectored(cx, slices))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                n => self.sent += n,
            }
            *progress = true;
        }
        ready!(io.poll_flush(cx))?;
        self.before.clear();
        self.frames.clear();
        self.behind.clear();
        self.len = 0;
        self.sent = 0;
        Poll::Ready(Ok(()))
    }

    /// As many pieces as there is room for.
    fn unsent<'a, 'm>(&'a self, memory: &'m mut [IoSlice<'a>; SLICES]) -> &'m [IoSlice<'a>] {
        let before = [self.before.as_slice()];
        let frames = self.frames.iter().map(AsRef::as_ref);
        let parts = before
            .into_iter()
            .chain(frames)
            .chain([self.behind.as_slice()]);
        let mut skip = self.sent;
        let mut n = 0;
        for part in parts {
            let unsent = part.get(skip..).unwrap_or_default();
            skip = skip.saturating_sub(part.len());
            if unsent.is_empty() {
                continue;
            }
            let Some(slot) = memory.get_mut(n) else {
                break;
            };
            *slot = IoSlice::new(unsent);
            n += 1;
        }
        memory.get(..n).unwrap_or_default()
    }
}

/// The most frames in a batch.
pub(super) const BATCH: usize = 64;

/// The most bytes in it, unless one frame alone is larger: a stalled reader holds no more.
pub(super) const BATCH_BYTES: usize = 64 * 1024;

/// A batch, and what is before and behind it.
const SLICES: usize = BATCH + 2;
