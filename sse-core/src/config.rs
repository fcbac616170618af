//! What a client may be told beside its address: times, limits, policies.

use core::time::Duration;

/// How a client connects, waits and gives up. The defaults follow the standard.
///
/// ```
/// use core::time::Duration;
///
/// let mut config = sse_core::Config::default();
/// config.idle_timeout = Some(Duration::from_secs(45));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The reconnection time until the server sets one. Default: 3 s.
    pub retry: Duration,
    /// The shortest reconnection time obeyed, whoever sets it. Default: 0.1 s.
    pub retry_floor: Duration,
    /// The longest reconnection time obeyed, whoever sets it. Default: 5 min.
    pub retry_ceiling: Duration,
    /// Up to what wait failures in a row double the reconnection time; zero for no doubling.
    /// Default: 30 s.
    pub backoff_ceiling: Duration,
    /// By how many percent a doubled wait may be longer by chance. Default: 50.
    pub jitter_percent: u8,
    /// How long a stream that brought no event must have been open for its end not to count as a
    /// failure. The end of one that brought an event never does: some servers end each stream
    /// after a few, and count on the reconnection time. Default: 5 s.
    pub stable_after: Duration,
    /// After how many failures in a row to give up: attempts that got no stream, or one
    /// that brought nothing and was not [stable](Self::stable_after). With 0, the end of any stream is final. Default: never.
    pub max_failures: Option<u32>,
    /// How long connecting, redirects and the head of the response may take together. Default:
    /// 30 s.
    pub connect_timeout: Option<Duration>,
    /// How long an open stream may be silent before it counts as lost; each byte counts, comments
    /// too. Set it to a few times the server's keep-alive interval. Default: for ever.
    pub idle_timeout: Option<Duration>,
    /// How many redirects in a row to follow (Fetch 4.4 allows 20). Default: 20.
    pub max_redirects: u8,
    /// Whether to try again after a status that may pass: 408, 425, 429 and 5xx, not before the
    /// seconds that `Retry-After` names, if the request is one to be sent again. The standard says
    /// no. Default: no.
    pub retry_refused: bool,
    /// Whether a request other than GET is sent again when its stream is lost. Default: no, since
    /// what it does would be done twice.
    pub resend: bool,
    /// Whether comments are handed out. Default: no.
    pub comments: bool,
    /// The largest response head taken, in bytes, if the data buffer has room for it. Default:
    /// 64 KiB.
    pub head_limit: usize,
    /// How many bytes of a refused response's body are kept for the caller, if the data buffer has
    /// room for them. Default: 4 KiB.
    pub refused_body: usize,
    /// The most bytes that data, event type and ID of an event may each have, if the buffers have
    /// room for them. Default: [`DEFAULT_LIMIT`](crate::DEFAULT_LIMIT).
    pub event_limit: usize,
    /// Where jitter comes from: give each client another one.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            retry: Duration::from_secs(3),
            retry_floor: Duration::from_millis(100),
            retry_ceiling: Duration::from_secs(5 * 60),
            backoff_ceiling: Duration::from_secs(30),
            jitter_percent: 50,
            stable_after: Duration::from_secs(5),
            max_failures: None,
            connect_timeout: Some(Duration::from_secs(30)),
            idle_timeout: None,
            max_redirects: 20,
            retry_refused: false,
            resend: false,
            comments: false,
            head_limit: 64 * 1024,
            refused_body: 4 * 1024,
            event_limit: crate::DEFAULT_LIMIT,
            seed: 0,
        }
    }
}
