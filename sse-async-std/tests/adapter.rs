//! All that must hold, on async-std over its sockets.

#[macro_use]
#[path = "../../sse-smol/tests/common/mod.rs"]
mod common;
#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use std::{future::Future, time::Duration};

use async_std::{
    future::timeout,
    net::{TcpListener, TcpStream},
    task::block_on,
};
use futures_lite::future::zip;
use sse_async_std::AsyncStd;

/// Fails the test rather than wait for ever.
fn run<F: Future>(test: F) -> F::Output {
    block_on(timeout(Duration::from_secs(60), test)).expect("an end in time")
}

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (near, far) = zip(listener.accept(), TcpStream::connect(address)).await;
    (near.unwrap().0, far.unwrap())
}

tests_over!(AsyncStd);
