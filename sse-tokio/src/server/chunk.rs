//! Pieces of a stream as they go to a socket, made once for all who get the same.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, Bytes};
use sse_core::{Frame, http::Framing};
use tokio::io::AsyncWrite;

/// Makes pieces, and remembers the last.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    last: Option<(Frame, Bytes)>,
}

impl Chunks {
    /// A piece of the stream with this frame in it.
    pub(super) fn piece(&mut self, framing: Framing, frame: Frame) -> Bytes {
        if framing == Framing::Close {
            return frame.into();
        }
        if let Some((last, piece)) = &self.last
            && is_same_memory(last.as_ref(), frame.as_ref())
        {
            return piece.clone();
        }
        let piece = encoded_piece(framing, frame.as_ref());
        self.last = (frame.as_ref().len() <= PIECE).then(|| (frame, piece.clone()));
        piece
    }
}

/// A frame as a piece of many streams, made once for each framing.
#[derive(Debug)]
pub(super) struct Piece {
    close: Bytes,
    chunked: Option<Bytes>,
}

impl Piece {
    pub(super) fn new(frame: Frame) -> Self {
        Self {
            close: frame.into(),
            chunked: None,
        }
    }

    pub(super) fn of(&mut self, framing: Framing) -> &Bytes {
        match framing {
            Framing::Close => &self.close,
            Framing::Chunked => self
                .chunked
                .get_or_insert_with(|| encoded_piece(framing, &self.close)),
        }
    }
}

/// What a socket has not taken yet, or has taken and holds back.
#[derive(Debug)]
pub(super) struct Unsent {
    bytes: Bytes,
    unflushed: bool,
}

impl Unsent {
    pub(super) const fn new(bytes: Bytes) -> Self {
        Self {
            bytes,
            unflushed: false,
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.bytes.is_empty() && !self.unflushed
    }

    /// Ready when all is sent. `progress` is set when the socket takes something.
    pub(super) fn poll_send<T: AsyncWrite>(
        &mut self,
        mut io: Pin<&mut T>,
        cx: &mut Context<'_>,
        progress: &mut bool,
    ) -> Poll<io::Result<()>> {
        while !self.bytes.is_empty() {
            match ready!(io.as_mut().poll_write(cx, &self.bytes))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                n => self.bytes.advance(n),
            }
            *progress = true;
            self.unflushed = true;
        }
        if self.unflushed {
            ready!(io.poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// As [`poll_send`](Self::poll_send), when nothing is unsent, of a piece that others get too:
    /// what the socket takes at once is not held.
    pub(super) fn poll_pass<T: AsyncWrite>(
        &mut self,
        piece: &Bytes,
        mut io: Pin<&mut T>,
        cx: &mut Context<'_>,
        progress: &mut bool,
    ) -> Poll<io::Result<()>> {
        debug_assert!(self.is_empty());
        let Poll::Ready(written) = io.as_mut().poll_write(cx, piece)? else {
            self.bytes = piece.clone();
            return Poll::Pending;
        };
        if written < piece.len() {
            self.bytes = piece.slice(written..);
        }
        *progress = written > 0;
        self.unflushed = *progress;
        self.poll_send(io, cx, progress)
    }
}

fn encoded_piece(framing: Framing, frame: &[u8]) -> Bytes {
    let mut piece = Vec::with_capacity(frame.len() + AROUND);
    encode_piece(framing, frame, &mut piece);
    piece.into()
}

/// The last piece of a stream, with this in it, and what ends it.
pub(super) fn last_piece(framing: Framing, last: Option<Frame>) -> Bytes {
    let mut piece = Vec::new();
    if let Some(last) = last {
        encode_piece(framing, last.as_ref(), &mut piece);
    }
    piece.extend_from_slice(framing.stream_end());
    piece.into()
}

/// Appends a piece.
pub(super) fn encode_piece(framing: Framing, frame: &[u8], out: &mut Vec<u8>) {
    let encoded = framing.encode_piece(frame, out);
    debug_assert_eq!(encoded, Ok(()), "a `Vec` is never full");
}

/// Memory that is held is nobody else's.
fn is_same_memory(a: &[u8], b: &[u8]) -> bool {
    a.as_ptr() == b.as_ptr() && a.len() == b.len()
}

/// The most bytes that go out at a time, unless one frame alone is larger. A stalled reader holds
/// no more.
pub(super) const PIECE: usize = 64 * 1024;

/// Room for what goes before and behind a piece.
const AROUND: usize = 24;
