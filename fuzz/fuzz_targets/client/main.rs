//! A client and a session: whatever happens to them, and what a well-behaved driver gets.
#![no_main]

use core::time::Duration;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sse_core::Config;

mod conversation;
mod operations;
#[path = "../../../sse-core/tests/common/reference.rs"]
mod reference;
mod session;

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    Conversation(conversation::Server<'a>),
    Client(Settings, operations::Memory, Vec<operations::Operation<'a>>),
    Session(Settings, Vec<session::Operation<'a>>),
}

fuzz_target!(|input: Input<'_>| {
    match input {
        Input::Conversation(server) => server.talk(),
        Input::Client(settings, memory, operations) => {
            operations::run(settings.config(), &memory, operations);
        }
        Input::Session(settings, operations) => session::run(settings.config(), operations),
    }
});

/// A part of a stream.
#[derive(Debug, Arbitrary)]
enum Fragment<'a> {
    Common(u8),
    Bytes(&'a [u8]),
}

impl Fragment<'_> {
    fn bytes(&self) -> &[u8] {
        const COMMON: [&str; 10] = [
            "data: a\n",
            "\n",
            "\r\n",
            "\u{FEFF}",
            ": c\r",
            "id: 1\n",
            "id: 2\0\n",
            "event: e",
            "retry: 50\n",
            "data:",
        ];
        match self {
            Self::Common(number) => COMMON[usize::from(*number) % COMMON.len()].as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// A configuration, times in milliseconds.
#[derive(Debug, Arbitrary)]
struct Settings {
    retry: u64,
    retry_floor: u64,
    retry_ceiling: u64,
    backoff_ceiling: u64,
    jitter_percent: u8,
    stable_after: u64,
    max_failures: Option<u32>,
    connect_timeout: Option<u64>,
    idle_timeout: Option<u64>,
    max_redirects: u8,
    retry_refused: bool,
    resend: bool,
    comments: bool,
    head_limit: u16,
    refused_body: u16,
    event_limit: u16,
    seed: u64,
}

impl Settings {
    fn config(&self) -> Config {
        let mut config = Config::default();
        config.retry = Duration::from_millis(self.retry);
        config.retry_floor = Duration::from_millis(self.retry_floor);
        config.retry_ceiling = Duration::from_millis(self.retry_ceiling);
        config.backoff_ceiling = Duration::from_millis(self.backoff_ceiling);
        config.jitter_percent = self.jitter_percent;
        config.stable_after = Duration::from_millis(self.stable_after);
        config.max_failures = self.max_failures;
        config.connect_timeout = self.connect_timeout.map(Duration::from_millis);
        config.idle_timeout = self.idle_timeout.map(Duration::from_millis);
        config.max_redirects = self.max_redirects;
        config.retry_refused = self.retry_refused;
        config.resend = self.resend;
        config.comments = self.comments;
        config.head_limit = self.head_limit.into();
        config.refused_body = self.refused_body.into();
        config.event_limit = self.event_limit.into();
        config.seed = self.seed;
        config
    }
}

/// The shortest and the longest time that a lost connection may cost.
fn wait_bounds(config: &Config) -> (Duration, Duration) {
    let longest = config.retry_ceiling.max(config.backoff_ceiling);
    let jitter = longest.saturating_mul(config.jitter_percent.into()) / 100;
    (
        config.retry_floor.min(config.retry_ceiling),
        longest.saturating_add(jitter),
    )
}
