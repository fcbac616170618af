//! What the contract demands of any adapter. The crate that includes this has its service in
//! `crate::example`.

#[path = "../conversation/mod.rs"]
mod conversation;
mod endpoint;
mod harness;
mod interface;
mod parsing;
mod reconnection;
mod requests;
mod scenes;

use endpoint::Connection;
use harness::{Harness, comment, event, message};
