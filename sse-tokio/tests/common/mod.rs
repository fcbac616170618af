//! What the tests on tokio share.

#![allow(dead_code)] // Each test takes what it needs.

pub(crate) mod certified;

use std::{future::Future, time::Duration};

use sse_tokio::{Builder, EventSource};

/// Fails the test rather than wait for ever.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    let done = tokio::time::timeout(Duration::from_secs(20), future).await;
    done.expect("an end in time")
}

/// A builder of sources that hardly wait before they connect again.
pub(crate) fn builder(url: &str) -> Builder {
    EventSource::builder(url).configure(|config| {
        config.retry = Duration::from_millis(1);
        config.retry_floor = Duration::from_millis(1);
        config.backoff_ceiling = Duration::from_millis(1);
    })
}

pub(crate) fn source(url: &str) -> EventSource {
    builder(url).build().unwrap()
}

/// A client that goes straight to loopback.
pub(crate) fn reqwest() -> reqwest::ClientBuilder {
    // Another test may have been first, with the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The scripted server ends each connection without saying so beforehand: one that is kept for
    // the next request would be found dead at times.
    reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(0)
}

pub(crate) const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
pub(crate) const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";
