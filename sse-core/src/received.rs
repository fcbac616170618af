//! What a connection has delivered: one read's bytes, and how far they have been taken.

use crate::{
    Buffer,
    http::{BadChunk, Body},
};

/// What has been received and not yet been looked at.
#[derive(Debug)]
pub(crate) struct Received<D> {
    memory: D,
    /// Where the parser is.
    at: usize,
    /// The end of the piece of body that the parser is in.
    piece_end: usize,
    end: usize,
}

impl<D: Buffer> Received<D> {
    pub(crate) fn new(mut memory: D) -> Self {
        let len = match (memory.limit(), memory.as_slice().len()) {
            (usize::MAX, 0) => DEFAULT_LEN,
            (usize::MAX, len) => len,
            (fixed, _) => fixed,
        };
        // Cannot fail: it is no longer than it is or may be.
        let _ = memory.resize(len);
        Self {
            memory,
            at: 0,
            piece_end: 0,
            end: 0,
        }
    }

    pub(crate) fn clear(&mut self) {
        (self.at, self.piece_end, self.end) = (0, 0, 0);
    }

    pub(crate) fn spare(&mut self) -> &mut [u8] {
        self.memory.as_mut_slice()
    }

    pub(crate) fn filled(&mut self, n: usize) {
        self.clear();
        self.end = n.min(self.memory.as_slice().len());
    }

    /// The piece of body that has been found, from the start of memory: what places refer to.
    pub(crate) fn piece(&self) -> &[u8] {
        &self.memory.as_slice()[..self.piece_end]
    }

    /// The piece, and where in it the parser is.
    pub(crate) fn parsing(&mut self) -> (&[u8], &mut usize) {
        let piece = self.memory.as_slice().get(..self.piece_end);
        (piece.unwrap_or_default(), &mut self.at)
    }

    /// What has not been taken.
    pub(crate) fn rest(&self) -> &[u8] {
        &self.memory.as_slice()[self.piece_end..self.end]
    }

    /// Takes up to `n` bytes.
    pub(crate) fn take(&mut self, n: usize) -> &[u8] {
        let start = self.piece_end;
        self.piece_end += n.min(self.end - start);
        self.at = self.piece_end;
        &self.memory.as_slice()[start..self.piece_end]
    }

    /// Moves on to the next piece of the body; `false` if there is none.
    pub(crate) fn next_piece(&mut self, body: &mut Body) -> Result<bool, BadChunk> {
        let mut rest = self.rest();
        let piece = body.next_piece(&mut rest)?.map(<[u8]>::len);
        self.piece_end = self.end - rest.len();
        self.at = self.piece_end - piece.unwrap_or(0);
        Ok(piece.is_some())
    }
}

/// What growing memory reads at a time.
const DEFAULT_LEN: usize = 16 * 1024;
