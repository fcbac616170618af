//! A service through which an outside harness drives the source of this crate, on a host.
//!
//! ```text
//! cargo run -p sse-embedded --example contract-embedded -- 8000
//! ```

#[path = "../../tests/common/mod.rs"]
mod common;
#[path = "../../../sse-tokio/examples/contract/service/mod.rs"]
pub(crate) mod service;

use std::{error::Error, io, process::ExitCode, thread};

use common::Loopback;
use service::{Follower, Source, Spec};
use sse_embedded::{
    Closed, Config, Connect, EventSource, Memory, Update,
    sse_core::http::{Header, Request},
};

fn main() -> ExitCode {
    service::main(follow)
}

/// Has a source followed on a stack that has room for its memory.
pub(crate) fn follow(spec: &Spec, follower: Follower) -> Result<(), Box<dyn Error>> {
    let run = || follow_here(spec, follower).map_err(|error| error.to_string());
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(4 * size_of::<Large>());
        let ended = thread.spawn_scoped(scope, run)?.join();
        ended.map_err(|_| io::Error::other("a source panicked"))??;
        Ok(())
    })
}

/// Makes the source that `spec` asks for, and has it followed.
fn follow_here(spec: &Spec, follower: Follower) -> Result<(), Box<dyn Error>> {
    let mut headers = Vec::new();
    for (name, value) in spec.headers() {
        let value = value.as_bytes();
        headers.push(Header { name, value });
    }
    let request = Request {
        method: spec.method(),
        headers: &headers,
        body: spec.body().as_bytes(),
    };
    request.check()?;
    let mut config = Config::default();
    spec.configure(&mut config);
    let mut memory = Large::new();
    let connector = Loopback::default();
    let mut source =
        EventSource::with_request(spec.stream_url(), request, &mut memory, connector, config)?;
    source.set_last_event_id(spec.last_event_id())?;
    async_io::block_on(follower.follow(&mut source));
    Ok(())
}

impl<C: Connect> Source for EventSource<'_, C> {
    async fn next_update(&mut self) -> Result<Update<'_>, Closed> {
        self.next_update().await
    }

    fn reopen(&mut self) {
        self.reopen();
    }
}

/// Room for events of many megabytes.
type Large = Memory<16_384, { 16 * 1024 * 1024 }, 65_536, 2_048>;
