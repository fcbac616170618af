//! The contract service, driven as an outside harness drives it.

#[path = "../../sse-tokio/tests/contract/mod.rs"]
mod contract;
#[allow(dead_code)] // Its `main` is for the example.
#[path = "../examples/contract/main.rs"]
mod example;
