//! TLS: trusted, distrusted, and cut without a word.

mod common;

use std::{error::Error, io, sync::Arc};

use common::{
    STREAM, builder,
    certified::{acceptor, distrusting},
    soon,
};
use rustls::ClientConfig;
use sse_tokio::sse_core::{Closed, Lost, Update};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Serves one event to everyone. The connection ends without the alert that says so.
async fn serve() -> (String, Arc<ClientConfig>) {
    let (acceptor, trusting) = acceptor();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            let Ok(mut socket) = acceptor.accept(socket).await else {
                continue;
            };
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(socket.read_u8().await.unwrap());
            }
            socket.write_all(STREAM.as_bytes()).await.unwrap();
            socket.write_all(b"data: a\n\n").await.unwrap();
            socket.flush().await.unwrap();
        }
    });
    (format!("https://localhost:{port}/"), trusting)
}

#[tokio::test]
async fn a_trusted_server_is_spoken_to_and_its_connection_cut_is_not_an_end() {
    let (url, trusting) = serve().await;
    let mut source = builder(&url).tls_config(trusting).build().unwrap();
    assert_eq!(soon(source.next_update()).await.unwrap(), Update::Opened);
    assert_eq!(soon(source.next()).await.unwrap().data, "a");
    let update = soon(source.next_update()).await.unwrap();
    let lost = Lost::Cut;
    assert!(matches!(update, Update::Reconnecting { lost: l, .. } if l == lost));
    let error = source.error().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(soon(source.next()).await.unwrap().data, "a");
}

#[tokio::test]
async fn an_address_is_verified_as_an_address() {
    let (url, trusting) = serve().await;
    let mut source = builder(&url.replace("localhost", "127.0.0.1"))
        .tls_config(trusting)
        .build()
        .unwrap();
    assert_eq!(soon(source.next()).await.unwrap().data, "a");
}

#[tokio::test]
async fn a_distrusted_server_is_final_and_the_error_says_why() {
    let (url, _) = serve().await;
    let mut source = builder(&url).tls_config(distrusting()).build().unwrap();
    let closed = soon(source.next()).await.unwrap_err();
    assert_eq!(closed.reason(), Closed::Connect);
    let error: &io::Error = closed.source().unwrap().downcast_ref().unwrap();
    let error: &rustls::Error = error.get_ref().unwrap().downcast_ref().unwrap();
    let unknown = rustls::CertificateError::UnknownIssuer;
    assert_eq!(*error, rustls::Error::InvalidCertificate(unknown));
}

#[tokio::test]
async fn the_platform_does_not_trust_a_stranger() {
    let (url, _) = serve().await;
    let mut source = builder(&url).build().unwrap();
    let closed = soon(source.next()).await.unwrap_err();
    assert_eq!(closed.reason(), Closed::Connect);
    assert!(closed.source().is_some());
}

#[tokio::test]
async fn over_reqwest_a_distrusted_server_is_final_as_well() {
    let (url, _) = serve().await;
    let client = common::reqwest()
        .tls_backend_preconfigured(ClientConfig::clone(&distrusting()))
        .build()
        .unwrap();
    let request = client.get(url).build().unwrap();
    let mut source = sse_tokio::reqwest::EventSource::new(client, request);
    let closed = soon(source.next()).await.unwrap_err();
    assert_eq!(closed.reason(), Closed::Connect);
    let error: &reqwest::Error = closed.source().unwrap().downcast_ref().unwrap();
    assert!(error.is_connect());
}

#[tokio::test]
async fn a_plain_server_is_final_for_https() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = server.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut socket, _) = server.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad\r\n\r\n").await.unwrap();
        // Until the client is gone: a reset would hide what was said.
        let _ = socket.read_to_end(&mut Vec::new()).await;
    });
    let mut source = builder(&format!("https://127.0.0.1:{port}/"))
        .tls_config(distrusting())
        .build()
        .unwrap();
    let closed = soon(source.next()).await.unwrap_err();
    assert_eq!(closed.reason(), Closed::Connect);
}
