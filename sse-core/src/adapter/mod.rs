//! What adapters to runtimes with a heap share: all but the socket and the timer.
//!
//! Users meet these types through their adapter (`sse-tokio`, `sse-smol`); they are public for
//! whoever writes another one.

mod closed;
mod events;
mod keep_alive;
mod pieces;
mod setup;

pub use closed::Closed;
pub use events::{Chunks, Events, EventsError, Source};
pub use keep_alive::KeepAlive;
pub use pieces::{IntoFrame, Pieces};
pub use setup::{BoxFuture, BuildError, Prepare, Setup};

pub use crate::spread::spread;

use core::task::{Context, Poll};

use crate::Instant;

/// How many steps are taken in one poll at most: a peer that always has more to say, and never an
/// event, must not keep others on the thread from having their turn.
pub const TURN: usize = 1024;

/// A clock, and the one timer that goes with it.
pub trait Timer {
    /// What the clock says.
    fn now(&self) -> Instant;

    /// Ready from the deadline on; until then, has the task of `cx` woken at it. Each call sets
    /// the deadline anew, and none means never.
    fn poll(&mut self, deadline: Option<Instant>, cx: &mut Context<'_>) -> Poll<()>;
}
