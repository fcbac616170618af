//! What a session and a client do over their connections, in virtual time.

#![cfg(feature = "alloc")]

mod case;
#[path = "../common/random.rs"]
mod random;
mod simulation;
mod vectors;
