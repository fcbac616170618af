//! The server for event streams alone, over loopback and over pipes.

#[path = "../common/mod.rs"]
mod common;
mod drain;
mod limits;
mod requests;
mod streams;
mod time;
mod tls;
mod together;
mod wire;
