//! The hub: who gets which frame, who is woken, what is held.

#![cfg(feature = "std")]

mod age;
mod common;
mod latest;
mod log;
mod threads;
mod topics;
mod wakers;
