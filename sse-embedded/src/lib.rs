#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

mod client;
mod clock;
mod connect;
mod driver;
#[cfg(feature = "embassy-net")]
mod embassy;
mod events;
mod feed;
#[cfg(feature = "serde-json-core")]
mod json;
#[cfg(feature = "embassy-net")]
mod listen;
mod memory;
#[cfg(feature = "embedded-nal-async")]
mod nal;
mod over;
#[cfg(feature = "picoserve")]
mod picoserve;
mod server;
mod writer;

pub use client::EventSource;
pub use connect::Connect;
#[cfg(feature = "embassy-net")]
pub use embassy::EmbassyNet;
pub use events::{Events, EventsError};
pub use feed::{Feed, Subscription, TooManySubscribers};
#[cfg(feature = "serde-json-core")]
pub use json::{NotSerialized, json};
#[cfg(feature = "embassy-net")]
pub use listen::{ServerMemory, listen};
pub use memory::Memory;
#[cfg(feature = "embedded-nal-async")]
pub use nal::Nal;
pub use over::Stream;
#[cfg(feature = "picoserve")]
pub use picoserve::LastEventId;
pub use server::{Answer, Served, Timeouts, serve};
pub use sse_core;
pub use sse_core::{
    Closed, Config, Event, FellOff, History, InvalidField, Lost, Message, Overrun, PublishError,
    Update,
};
pub use writer::{EventWriter, WriteError};
