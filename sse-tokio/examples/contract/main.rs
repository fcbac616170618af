//! A service through which an outside harness drives the source of this crate.
//!
//! ```text
//! cargo run -p sse-tokio --example contract -- 8000
//! ```

mod service;

use std::{error::Error, future::Future, io, net::TcpListener, process::ExitCode};

use service::{Source, Spec};
use sse_core::{Closed, Update};
use sse_tokio::EventSource;

fn main() -> ExitCode {
    service::main(serve)
}

pub(crate) fn serve(listener: &TcpListener) -> io::Result<()> {
    service::serve::<EventSource>(listener)
}

impl Source for EventSource {
    fn open(spec: &Spec) -> Result<Self, Box<dyn Error>> {
        let mut builder = Self::builder(spec.stream_url())
            .method(spec.method())
            .body(spec.body())
            .last_event_id(spec.last_event_id())
            .configure(|config| spec.configure(config));
        for (name, value) in spec.headers() {
            builder = builder.header(name, value);
        }
        Ok(builder.build()?)
    }

    fn block_on<F: Future>(future: F) -> io::Result<F::Output> {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        Ok(runtime.enable_all().build()?.block_on(future))
    }

    async fn next_update(&mut self) -> Result<Update<'_>, Closed> {
        self.next_update().await.map_err(|closed| closed.reason())
    }

    fn reopen(&mut self) {
        self.reopen();
    }
}
