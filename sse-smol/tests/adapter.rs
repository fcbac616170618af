//! All that must hold, on smol over sockets of async-net's.

#[macro_use]
mod common;
#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use std::{future::Future, time::Duration};

use smol::{
    Timer,
    future::{or, zip},
    net::{TcpListener, TcpStream},
};
use sse_smol::connect::AsyncNet;

/// Fails the test rather than wait for ever.
fn run<F: Future>(test: F) -> F::Output {
    let late = async {
        Timer::after(Duration::from_secs(60)).await;
        panic!("no end in time")
    };
    smol::block_on(or(test, late))
}

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (near, far) = zip(listener.accept(), TcpStream::connect(address)).await;
    (near.unwrap().0, far.unwrap())
}

tests_over!(AsyncNet);
