#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod buffer;
mod data;
mod encode;
#[cfg(feature = "std")]
mod frame;
#[cfg(feature = "std")]
mod hub;
#[cfg(feature = "serde")]
mod json;
mod message;
mod time;

pub mod http;

pub use buffer::{Buffer, Full, SliceBuffer};
pub use data::{Data, Displayed};
pub use encode::EncodeError;
#[cfg(feature = "std")]
pub use frame::Frame;
#[cfg(feature = "std")]
pub use hub::{Hub, HubConfig, HubStats, Overrun, PublishError, Subscription};
#[cfg(feature = "serde")]
pub use json::Json;
pub use message::{InvalidField, Message};
pub use time::Instant;
