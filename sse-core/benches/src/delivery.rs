//! How a stream is cut on its way.

use crate::corpus::Corpus;

/// In which pieces a stream arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    /// So many bytes at a time.
    Pieces(usize),
    /// One event at a time.
    Events,
}

/// What arrives; it lives as long as the program, so that any peer can borrow it.
pub(crate) type Chunks = &'static [&'static [u8]];

impl Delivery {
    /// What a read of a socket delivers when there is much.
    pub(crate) const CHUNKS: Self = Self::Pieces(16 * 1024);

    pub(crate) const ALL: [Self; 6] = [
        Self::Whole,
        Self::CHUNKS,
        Self::Pieces(1460),
        Self::Events,
        Self::Pieces(64),
        Self::Pieces(1),
    ];

    pub(crate) fn name(self) -> String {
        match self {
            Self::Whole => "whole".to_owned(),
            Self::Pieces(16_384) => "16 KiB".to_owned(),
            Self::Pieces(size) => format!("{size} B"),
            Self::Events => "event".to_owned(),
        }
    }

    /// How many bytes of a corpus are enough: fewer where each costs more.
    pub(crate) const fn least(self) -> usize {
        match self {
            Self::Pieces(..100) => 32 * 1024,
            Self::Whole | Self::Pieces(_) | Self::Events => 256 * 1024,
        }
    }

    pub(crate) fn cut(self, corpus: &Corpus) -> Chunks {
        let bytes: &'static [u8] = corpus.bytes.clone().leak();
        let chunks: Vec<_> = match self {
            Self::Whole => vec![bytes],
            Self::Pieces(size) => bytes.chunks(size).collect(),
            Self::Events => {
                let starts = [0].into_iter().chain(corpus.ends.iter().copied());
                std::iter::zip(starts, &corpus.ends)
                    .map(|(start, &end)| &bytes[start..end])
                    .collect()
            }
        };
        chunks.leak()
    }
}
