//! The servers compared. Each runs in a process of its own and publishes when it is told to.

mod axum_sse;
mod control;
mod hyper_bytes;
mod nchan;
mod ours;
mod raw;

use std::{fmt, io, str::FromStr};

/// A way to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    Raw,
    RawTwo,
    Dedicated,
    DedicatedOne,
    OursAxum,
    OursHyper,
    AxumSse,
    HyperBytes,
    Nchan,
}

impl Row {
    pub const ALL: [Self; 9] = [
        Self::Raw,
        Self::RawTwo,
        Self::Dedicated,
        Self::DedicatedOne,
        Self::OursAxum,
        Self::OursHyper,
        Self::AxumSse,
        Self::HyperBytes,
        Self::Nchan,
    ];

    /// What the command line calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::RawTwo => "raw-2",
            Self::Dedicated => "dedicated",
            Self::DedicatedOne => "dedicated-1",
            Self::OursAxum => "ours-axum",
            Self::OursHyper => "ours-hyper",
            Self::AxumSse => "axum",
            Self::HyperBytes => "hyper",
            Self::Nchan => "nchan",
        }
    }

    /// What the tables call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Raw => "raw epoll writer",
            Self::RawTwo => "raw epoll writer, two threads",
            Self::Dedicated => "`Server`",
            Self::DedicatedOne => "`Server`, one worker thread",
            Self::OursAxum => "`EventBody` in axum",
            Self::OursHyper => "`EventBody` in hyper",
            Self::AxumSse => "axum `Sse` over `broadcast`",
            Self::HyperBytes => "hyper, encoded `Bytes` over `broadcast`",
            Self::Nchan => "nchan in nginx, one worker",
        }
    }

    /// Whether it is there on this machine.
    pub fn is_installed(self) -> bool {
        self != Self::Nchan || nchan::is_installed()
    }

    /// Whether it replays from a `Last-Event-ID`, and tells a reader of what it has missed.
    pub const fn is_ours(self) -> bool {
        matches!(
            self,
            Self::Dedicated | Self::DedicatedOne | Self::OursAxum | Self::OursHyper
        )
    }

    /// Whether it is a row before it on another number of threads, of which only delivery is
    /// measured.
    pub const fn is_variant(self) -> bool {
        matches!(self, Self::RawTwo | Self::DedicatedOne)
    }

    /// Whether it breaks the silence as the options say.
    pub const fn is_kept_alive(self) -> bool {
        self.is_ours() || matches!(self, Self::AxumSse)
    }

    /// Serves until standard input ends.
    pub fn serve(self, options: &Options) -> io::Result<()> {
        match self {
            Self::Raw => raw::serve(options, 1),
            Self::RawTwo => raw::serve(options, 2),
            Self::Dedicated => ours::dedicated(options, 2),
            Self::DedicatedOne => ours::dedicated(options, 1),
            Self::OursAxum => ours::axum(options),
            Self::OursHyper => ours::hyper(options),
            Self::AxumSse => axum_sse::serve(options),
            Self::HyperBytes => hyper_bytes::serve(options),
            Self::Nchan => nchan::serve(options),
        }
    }
}

impl FromStr for Row {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let row = Self::ALL.into_iter().find(|row| row.name() == name);
        row.ok_or_else(|| format!("no server is called {name}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What all servers are told alike.
#[derive(Clone, Debug)]
pub struct Options {
    /// Events kept for who is late or comes back.
    pub ring: usize,
    /// Milliseconds of silence before a comment.
    pub keep_alive: u64,
}

impl Options {
    /// A ring of so many events, and the keep-alive that is usual.
    pub const fn new(ring: usize) -> Self {
        Self {
            ring,
            keep_alive: 15_000,
        }
    }
}
