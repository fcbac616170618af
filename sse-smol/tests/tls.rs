//! TLS: the scenes behind it, trusted and distrusted servers, and a cut without a word.

#[allow(dead_code, unused_macros)] // It is here for the scenes.
mod common;
#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use std::{error::Error, future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use common::following;
use futures_rustls::TlsAcceptor;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use smol::{
    Timer,
    future::or,
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy, split},
    net::{TcpListener, TcpStream},
};
use sse_core::{Closed, Lost, Update, http::Origin};
use sse_smol::{
    Answer, EventSource, Hub, Message,
    connect::{AsyncNet, tls},
    serve,
};

/// Fails the test rather than wait for ever.
fn run<F: Future>(test: F) -> F::Output {
    let late = async {
        Timer::after(Duration::from_secs(60)).await;
        panic!("no end in time")
    };
    smol::block_on(or(test, late))
}

fn certificate() -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".into(), "127.0.0.1".into()]);
    let made = made.unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    (made.cert.into(), key)
}

fn trusting(certificate: Option<CertificateDer<'static>>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificate);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// What accepts by a certificate of its own, and who trusts it.
fn acceptor() -> (TlsAcceptor, Arc<ClientConfig>) {
    let (certificate, key) = certificate();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    (Arc::new(config).into(), trusting(Some(certificate)))
}

async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// Takes connections of TLS on to a plain server, and its end or failure back.
async fn terminate(listener: TcpListener, acceptor: TlsAcceptor, plain: SocketAddr) {
    while let Ok((socket, _)) = listener.accept().await {
        let mut near = acceptor.accept(socket).await.unwrap();
        let far = TcpStream::connect(plain).await.unwrap();
        let (mut read, mut write) = split(&mut near);
        let up = async { copy(&mut read, far.clone()).await.is_err() };
        let down = async { copy(far.clone(), &mut write).await.is_ok() };
        let ended = or(down, up).await;
        if ended {
            let _ = near.close().await;
        }
    }
}

#[test]
fn the_scenes_are_played_behind_tls() {
    run(following::scenes::<AsyncNet>(|server, builder| {
        let (acceptor, config) = acceptor();
        let (listener, port) = smol::block_on(listen());
        smol::spawn(terminate(listener, acceptor, server.address())).detach();
        let connect = tls::<AsyncNet>(Some(config));
        builder.connector(move |origin: Origin| {
            connect(Origin {
                secure: true,
                port,
                ..origin
            })
        })
    }));
}

/// Serves one event to everyone. The connection ends without the alert that says so.
async fn cutting() -> (u16, Arc<ClientConfig>) {
    let (acceptor, trusting) = acceptor();
    let (listener, port) = listen().await;
    let serving = async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut socket) = acceptor.accept(socket).await else {
                continue;
            };
            let mut request = [0; 16];
            socket.read_exact(&mut request).await.unwrap();
            let stream = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\n";
            socket.write_all(stream).await.unwrap();
            socket.flush().await.unwrap();
            // Read to the end of the request: a reset would take the event back.
            let mut rest = Vec::new();
            while !rest.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                socket.read_exact(&mut byte).await.unwrap();
                rest.extend(byte);
            }
        }
    };
    smol::spawn(serving).detach();
    (port, trusting)
}

fn source(host: &str, port: u16, config: Option<Arc<ClientConfig>>) -> EventSource {
    let builder = EventSource::builder(&format!("https://{host}:{port}/"))
        .configure(|config| config.retry = Duration::from_millis(1))
        .configure(|config| config.retry_floor = Duration::from_millis(1));
    match config {
        Some(config) => builder.tls_config(config),
        None => builder,
    }
    .build()
    .unwrap()
}

#[test]
fn a_connection_cut_without_the_alert_is_not_an_end() {
    run(async {
        let (port, trusting) = cutting().await;
        let mut source = source("localhost", port, Some(trusting));
        assert_eq!(source.next_update().await.unwrap(), Update::Opened);
        assert_eq!(source.next().await.unwrap().data, "a");
        let update = source.next_update().await.unwrap();
        let Update::Reconnecting { lost, .. } = update else {
            panic!("{update:?}");
        };
        assert_eq!(lost, Lost::Cut);
        let error = source.error().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(source.next().await.unwrap().data, "a");
    });
}

#[test]
fn a_distrusted_server_is_final_and_the_error_says_why() {
    run(async {
        let (port, _) = cutting().await;
        let mut source = source("127.0.0.1", port, Some(trusting(None)));
        let closed = source.next().await.unwrap_err();
        assert_eq!(closed.reason(), Closed::Connect);
        let error: &io::Error = closed.source().unwrap().downcast_ref().unwrap();
        let error: &rustls::Error = error.get_ref().unwrap().downcast_ref().unwrap();
        let unknown = rustls::CertificateError::UnknownIssuer;
        assert_eq!(*error, rustls::Error::InvalidCertificate(unknown));
    });
}

#[test]
fn the_platform_does_not_trust_a_stranger() {
    run(async {
        let (port, _) = cutting().await;
        let closed = source("localhost", port, None).next().await.unwrap_err();
        assert_eq!(closed.reason(), Closed::Connect);
    });
}

#[test]
fn a_stream_is_served_over_tls_to_its_end() {
    run(async {
        let (acceptor, trusting) = acceptor();
        let (listener, port) = listen().await;
        let hub = Hub::default();
        let serving = hub.clone();
        let task = smol::spawn(async move {
            let (socket, _) = listener.accept().await?;
            let socket = acceptor.accept(socket).await?;
            serve(socket, |_| Answer::stream(serving.subscribe(None))).await
        });
        let mut source = source("localhost", port, Some(trusting));
        assert_eq!(source.next_update().await.unwrap(), Update::Opened);
        hub.publish(&Message::new("a")).unwrap();
        assert_eq!(source.next().await.unwrap().data, "a");
        hub.close();
        let update = source.next_update().await.unwrap();
        assert!(
            matches!(update, Update::Reconnecting { lost, .. } if lost == Lost::Ended),
            "{update:?}"
        );
        drop(source);
        assert_eq!(task.await.unwrap(), sse_smol::Served::Ended);
    });
}
