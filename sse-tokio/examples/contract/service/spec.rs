//! What the harness asks for, as JSON.

use std::{collections::BTreeMap, error::Error, time::Duration};

use serde::Deserialize;
use sse_core::Config;

/// The source to make. What is null is taken as left out.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spec {
    stream_url: String,
    callback_url: String,
    initial_delay_ms: Option<u64>,
    read_timeout_ms: Option<u64>,
    last_event_id: Option<String>,
    headers: Option<BTreeMap<String, String>>,
    method: Option<String>,
    body: Option<String>,
}

impl Spec {
    pub(super) fn parse(json: &[u8]) -> Result<Self, Box<dyn Error>> {
        let spec: Self = serde_json::from_slice(json)?;
        if spec.last_event_id().contains(['\r', '\n', '\0']) {
            return Err("last event ID that no stream can set".into());
        }
        Ok(spec)
    }

    pub(crate) fn stream_url(&self) -> &str {
        &self.stream_url
    }

    pub(super) fn callback_url(&self) -> &str {
        &self.callback_url
    }

    pub(crate) fn method(&self) -> &str {
        self.method.as_deref().unwrap_or("GET")
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers.iter().flatten();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn body(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }

    pub(crate) fn last_event_id(&self) -> &str {
        self.last_event_id.as_deref().unwrap_or_default()
    }

    /// The harness ends connection after connection, waits 5 s for the next one, and sends events
    /// of many megabytes.
    pub(crate) fn configure(&self, config: &mut Config) {
        if let Some(delay) = self.initial_delay_ms {
            config.retry = Duration::from_millis(delay);
        }
        // Not zero: that cannot be doubled, and a harness that is gone would be asked for without
        // a pause.
        config.retry_floor = Duration::from_millis(1);
        config.backoff_ceiling = Duration::from_secs(1);
        config.stable_after = Duration::ZERO;
        config.idle_timeout = self.read_timeout_ms.map(Duration::from_millis);
        config.resend = true;
        config.comments = true;
        config.event_limit = EVENT_LIMIT;
    }
}

/// What a running source is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Hear events of another type.
    Listen,
    Restart,
}

impl Command {
    pub(super) fn parse(json: &[u8]) -> Result<Self, Box<dyn Error>> {
        Ok(match serde_json::from_slice(json)? {
            Wire::Listen { _listen: _ } => Self::Listen,
            Wire::Restart {} => Self::Restart,
        })
    }
}

#[derive(Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
enum Wire {
    Listen {
        #[serde(rename = "listen")]
        _listen: Listen,
    },
    Restart {},
}

#[derive(Deserialize)]
struct Listen {
    #[serde(rename = "type")]
    _event_type: String,
}

const EVENT_LIMIT: usize = 256 * 1024 * 1024;
