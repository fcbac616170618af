#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod answer;
mod body;
mod builder;
pub mod client;
pub mod connect;
mod connection;
pub mod events;
mod server;
mod timer;

pub use answer::Answer;
pub use body::EventBody;
pub use builder::Builder;
pub use events::{Events, EventsError};
pub use server::{Limits, Served, serve, serve_with};
pub use sse_core;
pub use sse_core::adapter::{BuildError, Closed, IntoFrame};
pub use sse_core::{
    Frame, Hub, HubConfig, HubStats, InvalidField, Message, Overrun, PublishError, Subscription,
    TooManyTopics, Topic, TopicStats, WeakHub,
};

/// A source of events over sockets of async-net's.
#[cfg(feature = "tcp")]
pub type EventSource = client::EventSource<connect::AsyncNet>;
