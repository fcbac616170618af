//! Connectors: how a source comes by its byte stream.

use std::{future::Future, io, pin::Pin};

use sse_core::{
    adapter::BoxFuture,
    http::{Origin, RequestBuf},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// What a source speaks HTTP over.
pub trait Io: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Io for T {}

/// Makes a connection to an origin.
pub(crate) type Connector = Box<dyn Fn(Origin) -> BoxFuture<io::Result<Pin<Box<dyn Io>>>> + Send>;

/// An attempt under way.
pub(crate) type Connecting = BoxFuture<io::Result<(RequestBuf, Pin<Box<dyn Io>>)>>;

pub(crate) fn boxed<C, F, T>(connect: C) -> Connector
where
    C: Fn(Origin) -> F + Send + 'static,
    F: Future<Output = io::Result<T>> + Send + 'static,
    T: Io + 'static,
{
    Box::new(move |origin| {
        let connecting = connect(origin);
        Box::pin(async { Ok(Box::pin(connecting.await?) as Pin<Box<dyn Io>>) })
    })
}

/// Connects over TCP, to a plain `http` origin.
///
/// # Errors
/// What the resolver or the operating system reports; for an `https` origin
/// [`io::ErrorKind::InvalidData`], which is final.
pub async fn tcp(origin: Origin) -> io::Result<TcpStream> {
    if origin.secure {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "https needs a connector that speaks TLS (feature `rustls`)",
        ));
    }
    connect(&origin).await
}

async fn connect(origin: &Origin) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((origin.host.as_str(), origin.port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

#[cfg(feature = "rustls")]
pub use tls::tls;

#[cfg(feature = "rustls")]
mod tls {
    use std::{
        io,
        pin::Pin,
        sync::{Arc, OnceLock},
    };

    use rustls::{ClientConfig, pki_types::ServerName};
    use rustls_platform_verifier::BuilderVerifierExt;
    use sse_core::{adapter::BoxFuture, http::Origin};
    use tokio_rustls::TlsConnector;

    use super::{Io, connect};

    type Connected = BoxFuture<io::Result<Pin<Box<dyn Io>>>>;

    /// A connector over TCP that speaks TLS to `https` origins: with this config, or else with one
    /// that trusts what the platform trusts.
    pub fn tls(config: Option<Arc<ClientConfig>>) -> impl Fn(Origin) -> Connected + Send {
        let shared = Arc::new(OnceLock::new());
        if let Some(config) = config {
            shared.get_or_init(|| config);
        }
        move |origin| {
            let shared = shared.clone();
            Box::pin(async move {
                let stream = connect(&origin).await?;
                if !origin.secure {
                    return Ok(Box::pin(stream) as Pin<Box<dyn Io>>);
                }
                let config = match shared.get() {
                    Some(config) => Arc::clone(config),
                    None => {
                        let config = platform_config()?;
                        Arc::clone(shared.get_or_init(|| config))
                    }
                };
                let name = ServerName::try_from(origin.host).map_err(invalid)?;
                let stream = TlsConnector::from(config).connect(name, stream).await?;
                Ok(Box::pin(stream) as Pin<Box<dyn Io>>)
            })
        }
    }

    fn platform_config() -> io::Result<Arc<ClientConfig>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder
            .with_safe_default_protocol_versions()
            .map_err(invalid)?;
        let config = builder.with_platform_verifier().map_err(invalid)?;
        Ok(Arc::new(config.with_no_client_auth()))
    }

    fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, error)
    }
}
