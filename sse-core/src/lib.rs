#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod block;
mod buffer;
mod data;
mod encode;
mod event;
#[cfg(feature = "std")]
mod frame;
#[cfg(feature = "serde")]
mod json;
mod line;
#[cfg(all(test, feature = "std"))]
mod linear;
mod message;
mod parser;
mod scan;
mod time;
mod utf8;

pub mod http;

pub use buffer::{Buffer, Full, Growing, SliceBuffer};
pub use data::{Data, Displayed};
pub use encode::EncodeError;
#[cfg(feature = "alloc")]
pub use event::EventBuf;
pub use event::{Comment, Event, Item, RawEvent};
#[cfg(feature = "std")]
pub use frame::Frame;
#[cfg(feature = "serde")]
pub use json::Json;
pub use message::{InvalidField, Message};
pub use parser::{DEFAULT_LIMIT, ID_LIMIT, Parser, TooLarge};
pub use time::Instant;
