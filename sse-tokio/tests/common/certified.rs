//! TLS in front of a server, with a certificate of its own.

use std::{net::SocketAddr, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::{
    io::{AsyncWriteExt, copy, split},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// What accepts by a certificate of its own, and who trusts it.
pub(crate) fn acceptor() -> (TlsAcceptor, Arc<ClientConfig>) {
    let made = rcgen::generate_simple_self_signed(["localhost".into(), "127.0.0.1".into()]);
    let made = made.unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let certificate = CertificateDer::from(made.cert);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    (Arc::new(config).into(), trusting(Some(certificate)))
}

/// Who trusts nobody.
pub(crate) fn distrusting() -> Arc<ClientConfig> {
    trusting(None)
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

/// Takes connections on to a plain server, and its end or its failure back.
pub(crate) async fn terminate(listener: TcpListener, acceptor: TlsAcceptor, plain: SocketAddr) {
    while let Ok((socket, _)) = listener.accept().await {
        let near = acceptor.accept(socket).await.unwrap();
        let far = TcpStream::connect(plain).await.unwrap();
        let (mut near_read, mut near_write) = split(near);
        let (mut far_read, mut far_write) = far.into_split();
        let ended = tokio::select! {
            down = copy(&mut far_read, &mut near_write) => down.is_ok(),
            _ = async {
                // The client may have said all and still listen.
                if copy(&mut near_read, &mut far_write).await.is_ok() {
                    std::future::pending::<()>().await;
                }
            } => false,
        };
        if ended {
            // The client may have gone first.
            let _ = near_write.shutdown().await;
        }
    }
}
