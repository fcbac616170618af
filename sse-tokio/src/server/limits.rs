//! What a server takes on, and what it says when that is too much.

use std::time::Duration;

/// Limits of a [`Server`](super::Server).
///
/// ```
/// use sse_tokio::server::Limits;
///
/// let mut limits = Limits::default();
/// limits.connections = 10_000;
/// limits.per_address = 20;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// How many connections there may be at a time, those whose request is still being read among
    /// them. Who comes next gets status 503 with a `Retry-After`. Default: 100,000.
    pub connections: usize,
    /// How many of them may come from one IP address; IPv6 addresses count by their first 64 bits.
    /// Who comes next gets status 429 with a `Retry-After`. Behind a proxy all have the proxy's
    /// address. Default: no limit.
    pub per_address: usize,
    /// The largest request head taken, in bytes; it has at most 64 lines. Default: 16 KiB.
    pub head: usize,
    /// How long the head of a request may take, with the handshake of TLS before it. Default: 10 s.
    pub head_timeout: Duration,
    /// How long a client may take nothing of what is sent. On Linux this is the socket's user
    /// timeout as well, by which a client is found that has vanished without a word: so long after
    /// the comment or event that it did not acknowledge. Default: 60 s.
    pub write_timeout: Duration,
    /// The least that a client is told to wait which finds the server full; the most is twice
    /// that, and the times are spread evenly. In whole seconds. Default: 5 s.
    pub retry_after: Duration,
}

impl Limits {
    pub(super) const fn new() -> Self {
        Self {
            connections: 100_000,
            per_address: usize::MAX,
            head: 16 * 1024,
            head_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(60),
            retry_after: Duration::from_secs(5),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}
