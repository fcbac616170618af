//! A service through which an outside harness drives the source of this crate.
//!
//! ```text
//! cargo run -p sse-smol --example contract-smol -- 8000
//! ```

#[path = "../../../sse-tokio/examples/contract/service/mod.rs"]
pub(crate) mod service;

use std::{error::Error, process::ExitCode};

use service::{Follower, Source, Spec};
use sse_smol::{
    EventSource,
    sse_core::{Closed, Update},
};

fn main() -> ExitCode {
    service::main(follow)
}

/// Makes the source that `spec` asks for, and has it followed.
pub(crate) fn follow(spec: &Spec, follower: Follower) -> Result<(), Box<dyn Error>> {
    let mut builder = EventSource::builder(spec.stream_url())
        .method(spec.method())
        .body(spec.body())
        .last_event_id(spec.last_event_id())
        .configure(|config| spec.configure(config));
    for (name, value) in spec.headers() {
        builder = builder.header(name, value);
    }
    let mut source = builder.build()?;
    smol::block_on(follower.follow(&mut source));
    Ok(())
}

impl Source for EventSource {
    async fn next_update(&mut self) -> Result<Update<'_>, Closed> {
        self.next_update().await.map_err(|closed| closed.reason())
    }

    fn reopen(&mut self) {
        self.reopen();
    }
}
