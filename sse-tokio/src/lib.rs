#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod builder;
mod client;
mod closed;
pub mod connect;
pub mod events;
#[cfg(feature = "reqwest")]
pub mod reqwest;

pub use builder::{BuildError, Builder};
pub use client::EventSource;
pub use closed::Closed;
pub use events::{Events, EventsError};
pub use sse_core;
