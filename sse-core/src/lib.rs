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
mod event;
mod line;
mod parser;
mod time;
mod utf8;

pub mod http;

pub use buffer::{Buffer, Full, Growing, SliceBuffer};
#[cfg(feature = "alloc")]
pub use event::EventBuf;
pub use event::{Comment, Event, Item, RawEvent};
pub use parser::{DEFAULT_LIMIT, Parser, TooLarge};
pub use time::Instant;
