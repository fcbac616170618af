//! The hub: who gets which frame, who is woken, what is held.

#![cfg(feature = "std")]

mod age;
mod anything;
mod closing;
mod common;
mod joined;
mod latest;
mod log;
mod portions;
#[allow(dead_code, reason = "text is not what is random here")]
#[path = "../common/random.rs"]
mod random;
mod threads;
mod topics;
mod wakers;
