//! What a session and a client do over their connections, in virtual time.

#![cfg(feature = "alloc")]

mod case;
mod deadlines;
mod memory;
mod operations;
#[path = "../common/random.rs"]
mod random;
mod redirects;
mod refused;
mod requests;
mod simulation;
mod streams;
mod vectors;
mod waits;
