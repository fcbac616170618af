//! The same over TLS.

use std::sync::Arc;

use sse_tokio::{Hub, server::Limits, sse_core::Update};
use tokio::net::TcpListener;

use crate::{
    common::{builder, certified::acceptor, soon},
    wire::{GET, SECOND, Wire, publish, server, until},
};

#[tokio::test]
async fn a_stream_goes_over_tls_and_is_drained_over_it() {
    let hub = Hub::default();
    let (acceptor, trusting) = acceptor();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = server(&hub).start_tls(listener, Arc::clone(acceptor.config()));
    let mut source = builder(&format!("https://localhost:{port}/"))
        .tls_config(trusting)
        .build()
        .unwrap();
    assert_eq!(soon(source.next_update()).await.unwrap(), Update::Opened);
    for n in 0..100 {
        let data = format!("{n}{}", "x".repeat(n * 300));
        publish(&hub, &data);
        assert_eq!(soon(source.next()).await.unwrap().data, data);
    }
    let drained = soon(serving.drain(SECOND..=SECOND, 10 * SECOND));
    let (drained, update) = tokio::join!(drained, soon(source.next_update()));
    assert_eq!((drained.ended, drained.cut), (1, 0));
    assert!(matches!(update.unwrap(), Update::Reconnecting { .. }));
    // It ended with all that belongs to an end.
    assert!(source.error().is_none());
    assert_eq!(hub.stats().subscribers, 0);
}

#[tokio::test]
async fn who_does_not_speak_tls_is_no_client() {
    let hub = Hub::default();
    let (acceptor, _) = acceptor();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut limits = Limits::default();
    limits.connections = 1;
    let server = server(&hub).limits(limits);
    let serving = server.start_tls(listener, Arc::clone(acceptor.config()));
    let mut plain = Wire::ask(address, GET).await;
    until(|| serving.stats().admitted == 1 && serving.stats().open == 0).await;
    let mut heard = Vec::new();
    let _ = soon(tokio::io::AsyncReadExt::read_to_end(
        &mut plain.io,
        &mut heard,
    ))
    .await;
    assert!(!heard.starts_with(b"HTTP"));
    assert_eq!(hub.stats().subscribers, 0);
}
