//! A task that wants to run always, and sees how long another one keeps it from that.

use core::{
    mem,
    sync::atomic::{AtomicU32, Ordering},
};

use embassy_futures::yield_now;
use embassy_net::tcp::TcpSocket;
use embedded_io_async::ErrorKind;
use sse_embedded::{Connect, EmbassyNet, sse_core::http::Url};

/// A connector that counts how often its connections are read from.
pub struct Counted<'s> {
    connector: EmbassyNet<'s>,
    /// Whether the request is still to be written, which its socket has room for at once.
    is_new: bool,
}

impl<'s> Counted<'s> {
    pub fn new(connector: EmbassyNet<'s>) -> Self {
        Self {
            connector,
            is_new: false,
        }
    }
}

impl<'s> Connect for Counted<'s> {
    type Io = TcpSocket<'s>;

    async fn connect(&mut self, url: Url<'_>) -> Result<(), ErrorKind> {
        self.is_new = true;
        self.connector.connect(url).await
    }

    fn io(&mut self) -> Option<&mut TcpSocket<'s>> {
        if !mem::take(&mut self.is_new) {
            READS.store(READS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        }
        self.connector.io()
    }

    fn disconnect(&mut self) {
        self.connector.disconnect();
    }
}

/// Runs whenever the executor lets it.
pub async fn watch() -> ! {
    let mut seen = READS.load(Ordering::Relaxed);
    loop {
        yield_now().await;
        let reads = READS.load(Ordering::Relaxed);
        let most = MOST.load(Ordering::Relaxed).max(reads - seen);
        MOST.store(most, Ordering::Relaxed);
        seen = reads;
    }
}

/// The most reads between two turns of [`watch`].
pub fn most_reads_at_once() -> u32 {
    MOST.load(Ordering::Relaxed)
}

static READS: AtomicU32 = AtomicU32::new(0);
static MOST: AtomicU32 = AtomicU32::new(0);
