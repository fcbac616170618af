//! What a source is told before it starts.

use std::{
    error::Error,
    fmt,
    future::Future,
    hash::{BuildHasher, RandomState},
    io,
};

use sse_core::{
    Buffers, Client, Config,
    http::{InvalidRequest, Origin, RequestBuf, UrlError},
};

use crate::{
    EventSource,
    connect::{self, Connector, Io, Prepare},
};

/// Makes an [`EventSource`].
///
/// ```
/// use std::time::Duration;
/// use sse_tokio::EventSource;
///
/// let source = EventSource::builder("https://feed.example/prices")
///     .header("authorization", "Bearer secret")
///     .last_event_id("41")
///     .configure(|config| config.idle_timeout = Some(Duration::from_secs(45)))
///     .build()?;
/// assert_eq!(source.last_event_id(), "41");
/// # Ok::<(), sse_tokio::BuildError>(())
/// ```
#[must_use]
pub struct Builder {
    url: String,
    request: Result<RequestBuf, InvalidRequest>,
    last_event_id: String,
    config: Config,
    prepare: Prepare,
    connector: Connector,
    speaks_tls: bool,
}

impl Builder {
    pub(crate) fn new(url: &str) -> Self {
        let mut config = Config::default();
        config.seed = RandomState::new().hash_one(url);
        Self {
            url: url.into(),
            request: RequestBuf::new("GET"),
            last_event_id: String::new(),
            config,
            prepare: Box::new(|request| Box::pin(async { Ok(request) })),
            #[cfg(not(feature = "rustls"))]
            connector: connect::boxed(connect::tcp),
            #[cfg(feature = "rustls")]
            connector: connect::boxed(connect::tls(None)),
            speaks_tls: cfg!(feature = "rustls"),
        }
    }

    /// Sends requests of this method. Other than GET, they are not sent again when the stream is
    /// lost, unless [`Config::resend`] says so.
    pub fn method(self, method: &str) -> Self {
        self.edit(|request| request.set_method(method))
    }

    /// Sets a header, in place of the source's own `Accept`, `Cache-Control` or `Host`, or of one
    /// set before. A `Last-Event-ID` is taken as [`last_event_id`](Self::last_event_id) is.
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        if name.eq_ignore_ascii_case("last-event-id") {
            return self.last_event_id(&String::from_utf8_lossy(value.as_ref()));
        }
        self.edit(|request| request.set_header(name, value))
    }

    /// Sets the body.
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        self.edit(|request| {
            request.set_body(body);
            Ok(())
        })
    }

    /// Goes on from where an earlier source was left.
    pub fn last_event_id(mut self, id: &str) -> Self {
        self.last_event_id = id.into();
        self
    }

    /// Changes times, limits and policies.
    pub fn configure(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// Makes each request ready just before it is sent, for a token that must be fresh. An error
    /// counts as a failure to connect.
    ///
    /// The method must stay; a change of it is ignored where the rules ask for the method.
    pub fn prepare<P, F>(mut self, prepare: P) -> Self
    where
        P: Fn(RequestBuf) -> F + Send + 'static,
        F: Future<Output = io::Result<RequestBuf>> + Send + 'static,
    {
        self.prepare = Box::new(move |request| Box::pin(prepare(request)));
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
        self.connector(connect::tls(Some(config)))
    }

    /// The source, not yet connected.
    ///
    /// # Errors
    /// [`BuildError`]: what could never work.
    pub fn build(self) -> Result<EventSource, BuildError> {
        let request = self.request.map_err(BuildError::Request)?;
        let buffers = Buffers {
            rx: vec![0; READ_SIZE],
            ..Buffers::default()
        };
        let client = Client::with_buffers(&self.url, request.method(), buffers, self.config);
        let mut client = client.map_err(BuildError::Url)?;
        if client.url().is_secure() && !self.speaks_tls {
            return Err(BuildError::NeedsTls);
        }
        if self.last_event_id.contains(['\r', '\n', '\0']) {
            return Err(BuildError::Request(InvalidRequest::LastEventId));
        }
        // It fits: the buffers grow, and an ID over the limit is one that no stream has set.
        let _ = client.set_last_event_id(&self.last_event_id);
        Ok(EventSource::from_parts(
            client,
            request,
            self.prepare,
            self.connector,
        ))
    }

    fn edit(mut self, change: impl FnOnce(&mut RequestBuf) -> Result<(), InvalidRequest>) -> Self {
        self.request = self.request.and_then(|mut request| {
            change(&mut request)?;
            Ok(request)
        });
        self
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("url", &self.url)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Why a source cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// The URL is no http or https URL.
    Url(UrlError),
    /// The method, a header or the last event ID cannot be sent.
    Request(InvalidRequest),
    /// The URL is an `https` one and nothing speaks TLS: enable the feature `rustls`, or give a
    /// connector.
    NeedsTls,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(error) => write!(f, "unusable URL: {error}"),
            Self::Request(error) => write!(f, "unusable request: {error}"),
            Self::NeedsTls => f.write_str("https without the feature `rustls` or a connector"),
        }
    }
}

impl Error for BuildError {}

/// How much a source reads at a time.
const READ_SIZE: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_without_tls_is_an_error_at_once() {
        let mut builder = EventSource::builder("https://feed.example/");
        builder.speaks_tls = false;
        assert_eq!(builder.build().unwrap_err(), BuildError::NeedsTls);
    }
}
