#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "axum")]
mod axum;
mod body;
mod headers;

pub use body::{EventBody, IntoFrame};
pub use headers::{LastEventId, headers};
pub use sse_core::{
    Frame, Hub, HubConfig, HubStats, InvalidField, Message, Overrun, PublishError, Subscription,
};
