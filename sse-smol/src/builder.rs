//! What a source is told before it starts.

use std::{fmt, future::Future, io, marker::PhantomData};

use sse_core::{
    Config,
    adapter::{BuildError, Setup},
    http::{Origin, RequestBuf},
};

use crate::{
    client::EventSource,
    connect::{self, Connector, Io, Network},
};

/// Makes an [`EventSource`].
///
/// ```
/// use std::time::Duration;
/// use sse_smol::EventSource;
///
/// let source = EventSource::builder("https://feed.example/prices")
///     .header("authorization", "Bearer secret")
///     .last_event_id("41")
///     .configure(|config| config.idle_timeout = Some(Duration::from_secs(45)))
///     .build()?;
/// assert_eq!(source.last_event_id(), "41");
/// # Ok::<(), sse_smol::BuildError>(())
/// ```
#[must_use]
pub struct Builder<N> {
    setup: Setup,
    connector: Connector,
    speaks_tls: bool,
    network: PhantomData<fn() -> N>,
}

impl<N: Network> Builder<N> {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            setup: Setup::new(url),
            #[cfg(not(feature = "rustls"))]
            connector: connect::boxed(connect::tcp::<N>),
            #[cfg(feature = "rustls")]
            connector: connect::boxed(connect::tls::<N>(None)),
            speaks_tls: cfg!(feature = "rustls"),
            network: PhantomData,
        }
    }

    /// Sends requests of this method. Other than GET, they are not sent again when the stream is
    /// lost, unless [`Config::resend`] says so.
    pub fn method(mut self, method: &str) -> Self {
        self.setup.method(method);
        self
    }

    /// Sets a header, in place of the source's own `Accept`, `Cache-Control` or `Host`, or of one
    /// set before. A `Last-Event-ID` is taken as [`last_event_id`](Self::last_event_id) is.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.setup.header(name, value.as_ref());
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.setup.body(body.into());
        self
    }

    /// Goes on from where an earlier source was left.
    pub fn last_event_id(mut self, id: &str) -> Self {
        self.setup.last_event_id(id);
        self
    }

    /// Changes times, limits and policies.
    pub fn configure(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(self.setup.config());
        self
    }

    /// Makes each request ready just before it is sent, for a token that must be fresh. An error
    /// counts as one of a [connector](Self::connector): of kind [`io::ErrorKind::InvalidData`] it is
    /// final.
    ///
    /// The method must stay; a change of it is ignored where the rules ask for the method.
    pub fn prepare<P, F>(mut self, prepare: P) -> Self
    where
        P: Fn(RequestBuf) -> F + Send + 'static,
        F: Future<Output = io::Result<RequestBuf>> + Send + 'static,
    {
        self.setup.prepare(prepare);
        self
    }

    /// Connects by way of this: TLS of another kind, a proxy, a Unix socket, a test's pipe.
    ///
    /// An error of kind [`io::ErrorKind::InvalidData`] is final; after any other the source tries
    /// again.
    pub fn connector<C, F, T>(mut self, connect: C) -> Self
    where
        C: Fn(Origin) -> F + Send + 'static,
        F: Future<Output = io::Result<T>> + Send + 'static,
        T: Io + 'static,
    {
        self.connector = connect::boxed(connect);
        self.speaks_tls = true;
        self
    }

    /// Speaks TLS by this config instead of one that trusts what the platform trusts.
    #[cfg(feature = "rustls")]
    pub fn tls_config(self, config: std::sync::Arc<rustls::ClientConfig>) -> Self {
        self.connector(connect::tls::<N>(Some(config)))
    }

    /// The source, not yet connected.
    ///
    /// # Errors
    /// [`BuildError`]: what could never work.
    pub fn build(self) -> Result<EventSource<N>, BuildError> {
        let (client, request, prepare) = self.setup.start(self.speaks_tls)?;
        Ok(EventSource::from_parts(
            client,
            request,
            prepare,
            self.connector,
        ))
    }
}

impl<N> fmt::Debug for Builder<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("setup", &self.setup)
            .finish_non_exhaustive()
    }
}
