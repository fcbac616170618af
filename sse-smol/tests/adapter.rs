//! All that must hold, on smol over sockets of async-net's.

mod common;
#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use std::{future::Future, time::Duration};

use common::{following, serving};
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

#[test]
fn the_scenes_are_played() {
    run(following::scenes::<AsyncNet>(|_, builder| builder));
}

#[test]
fn sources_and_their_futures_are_send() {
    following::sources_and_their_futures_are_send::<AsyncNet>();
}

macro_rules! following {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                run(following::$name::<AsyncNet>());
            }
        )*
    };
}

following! {
    a_dropped_source_leaves_no_connection
    close_hands_out_nothing_more_and_reopen_goes_on
    dropping_next_at_any_await_loses_nothing
    an_idle_source_asks_its_socket_for_nothing_until_the_deadline
    a_server_that_is_down_is_waited_for
}

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (near, far) = zip(listener.accept(), TcpStream::connect(address)).await;
    (near.unwrap().0, far.unwrap())
}

macro_rules! serving {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                run(async { serving::$name(pair().await).await });
            }
        )*
    };
}

serving! {
    what_was_missed_is_replayed
    http_1_0_gets_no_chunks
    silence_is_broken_by_comments
    a_drained_hub_says_when_to_come_back_and_ends
    a_client_that_goes_while_nothing_is_sent_is_noticed
    a_refusal_says_why
    what_is_no_request_is_refused
    a_head_over_the_limit_is_refused
    a_head_that_does_not_come_is_not_waited_for
    a_stream_that_fails_breaks_off
    a_header_that_cannot_be_sent_is_an_error
    frames_that_are_there_go_out_together
    a_client_that_takes_nothing_is_given_up
}
