#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod alarm;
#[cfg(feature = "axum")]
mod axum;
mod body;
mod builder;
mod client;
pub mod connect;
pub mod events;
#[cfg(feature = "gzip")]
mod gzip;
mod headers;
mod keep_time;
#[cfg(feature = "reqwest")]
pub mod reqwest;
pub mod server;

/// The examples of the repository's own page.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct RepositoryReadme;

pub use body::EventBody;
pub use builder::Builder;
pub use client::EventSource;
pub use events::{Events, EventsError};
#[cfg(feature = "gzip")]
pub use gzip::GzipBody;
pub use headers::{LastEventId, headers};
pub use keep_time::keep_time;
pub use sse_core;
pub use sse_core::adapter::{BuildError, Closed, IntoFrame};
pub use sse_core::{
    Frame, Hub, HubConfig, HubStats, InvalidField, Message, Overrun, PublishError, Subscription,
    TooManyTopics, Topic, TopicStats, WeakHub,
};
