#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod backoff;
mod block;
mod buffer;
mod chunk;
mod client;
mod config;
mod data;
mod encode;
mod event;
mod event_id;
#[cfg(feature = "std")]
mod frame;
mod gap;
#[cfg(feature = "alloc")]
mod growing;
mod history;
#[cfg(feature = "std")]
mod hub;
mod ids;
#[cfg(feature = "serde")]
mod json;
mod lent;
mod limit;
mod line;
#[cfg(all(test, feature = "std"))]
mod linear;
mod message;
mod mime;
mod outcome;
mod parser;
mod place;
#[cfg(feature = "std")]
mod placed;
mod received;
mod redirect;
mod replay;
mod rules;
mod scan;
mod session;
#[cfg(feature = "std")]
mod spread;
mod time;
mod utf8;

#[cfg(feature = "std")]
pub mod adapter;
pub mod http;

#[cfg(not(feature = "alloc"))]
pub use buffer::Growing;
pub use buffer::{Buffer, Buffers, Full, SliceBuffer};
pub use chunk::{Chunk, Input};
pub use client::{Client, Step};
pub use config::Config;
pub use data::{Data, Displayed};
pub use encode::{EncodeError, KEEP_ALIVE};
#[cfg(feature = "alloc")]
pub use event::EventBuf;
pub use event::{Comment, Event, Item, RawEvent, Update};
#[cfg(feature = "std")]
pub use frame::Frame;
#[cfg(feature = "alloc")]
pub use growing::Growing;
pub use history::{FellOff, History, Position};
#[cfg(feature = "std")]
pub use hub::{
    Feed, Hub, HubConfig, HubStats, Portion, Sharing, Subscription, TooManyTopics, Topic,
    TopicStats, WeakHub,
};
#[cfg(feature = "serde")]
pub use json::Json;
pub use limit::{DEFAULT_LIMIT, ID_LIMIT, TooLarge};
pub use message::{InvalidField, Message};
pub use outcome::{Closed, Lost};
pub use parser::Parser;
pub use place::{CommentPlace, ItemPlace, Place};
pub use replay::{Overrun, PublishError};
pub use session::{Order, Session};
pub use time::Instant;
