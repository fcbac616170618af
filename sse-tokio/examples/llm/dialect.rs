//! How providers want to be asked, and what the events of their answers mean.

use std::{str::FromStr, time::Duration};

use serde_json::{Value, json};
use sse_tokio::{BuildError, EventSource, sse_core::Event};

use crate::Question;

/// How to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    OpenAi,
    Anthropic,
}

impl Dialect {
    /// The dialect of an endpoint by its path.
    pub(crate) fn of(url: &str) -> Self {
        match url.ends_with("/messages") {
            true => Self::Anthropic,
            false => Self::OpenAi,
        }
    }
}

impl FromStr for Dialect {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "openai" => Ok(Self::OpenAi),
            "anthropic" => Ok(Self::Anthropic),
            _ => Err("a dialect is openai or anthropic"),
        }
    }
}

impl Question {
    pub(crate) fn source(&self) -> Result<EventSource, BuildError> {
        let (model, key_header, prefix) = match self.dialect {
            Dialect::OpenAi => ("gpt-4o-mini", "authorization", "Bearer "),
            Dialect::Anthropic => ("claude-3-5-haiku-latest", "x-api-key", ""),
        };
        let body = json!({
            "model": self.model.as_deref().unwrap_or(model),
            "max_tokens": 4096,
            "stream": true,
            "messages": [{"role": "user", "content": self.prompt}],
        });
        let mut builder = EventSource::builder(&self.url)
            .method("POST")
            .header("content-type", "application/json")
            .body(body.to_string())
            .configure(|config| {
                config.connect_timeout = Some(FIRST_TOKEN_TIMEOUT);
                // Comments and pings count: they say that the model is still at it.
                config.idle_timeout = Some(IDLE_TIMEOUT);
            });
        if self.dialect == Dialect::Anthropic {
            builder = builder.header("anthropic-version", "2023-06-01");
        }
        if let Some(key) = &self.api_key {
            builder = builder.header(key_header, format!("{prefix}{key}"));
        }
        builder.build()
    }
}

/// What an event says, whichever dialect it is in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Text(String),
    /// The answer is complete: the terminal mark.
    Done,
    Failed(String),
    /// Nothing to print: a ping, a role, the count of tokens, something newer than this program.
    Nothing,
}

pub(crate) fn meaning(event: &Event<'_>) -> Meaning {
    if event.data.starts_with("[DONE]") {
        return Meaning::Done;
    }
    let named = event.event_type != Event::DEFAULT_TYPE;
    let Ok(data) = serde_json::from_str::<Value>(event.data) else {
        return match event.event_type {
            "error" => Meaning::Failed(event.data.into()),
            _ if named || event.data.is_empty() => Meaning::Nothing,
            _ => Meaning::Failed(format!("not JSON: {}", event.data)),
        };
    };
    if event.event_type == "error" || !data["error"].is_null() {
        let error = &data["error"];
        let message = error["message"].as_str().or(error.as_str());
        return Meaning::Failed(message.map_or_else(|| data.to_string(), Into::into));
    }
    let kind = if named {
        Some(event.event_type)
    } else {
        data["type"].as_str()
    };
    let text = match kind {
        Some("message_stop") => return Meaning::Done,
        Some("content_block_delta") => &data["delta"]["text"],
        _ => &data["choices"][0]["delta"]["content"],
    };
    match text.as_str() {
        Some(text) => Meaning::Text(text.into()),
        None => Meaning::Nothing,
    }
}

/// A model may think before it answers.
const FIRST_TOKEN_TIMEOUT: Duration = Duration::from_secs(120);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
