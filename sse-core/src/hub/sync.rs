//! The one lock. `tests/hub_model.rs` puts another in its place, to run threads in every order.

#[cfg(loom)]
pub(super) use loom::sync::{Mutex, MutexGuard};
#[cfg(not(loom))]
pub(super) use std::sync::{Mutex, MutexGuard};
