//! What a source is told before it starts, whatever it will run on.

use alloc::{boxed::Box, string::String, vec, vec::Vec};
use core::{error::Error, fmt, future::Future, hash::BuildHasher, pin::Pin};
use std::{hash::RandomState, io};

use crate::{
    Buffers, Client, Config,
    http::{InvalidRequest, RequestBuf, UrlError},
};

/// A future that owns what it needs.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Makes a request ready for one more attempt.
pub type Prepare = Box<dyn Fn(RequestBuf) -> BoxFuture<io::Result<RequestBuf>> + Send>;

/// What the builders of all adapters collect: address, request, place in the stream, rules.
pub struct Setup {
    url: String,
    request: Result<RequestBuf, InvalidRequest>,
    last_event_id: String,
    config: Config,
    prepare: Prepare,
}

impl Setup {
    /// A GET of `url`, by the standard's rules.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let config = Config {
            seed: RandomState::new().hash_one(url),
            ..Config::default()
        };
        Self {
            url: url.into(),
            request: RequestBuf::new("GET"),
            last_event_id: String::new(),
            config,
            prepare: Box::new(|request| Box::pin(async { Ok(request) })),
        }
    }

    /// Sets the method.
    pub fn method(&mut self, method: &str) {
        if let Ok(request) = &mut self.request
            && let Err(invalid) = request.set_method(method)
        {
            self.request = Err(invalid);
        }
    }

    /// Sets a header; a `Last-Event-ID` is taken as [`last_event_id`](Self::last_event_id) is.
    pub fn header(&mut self, name: &str, value: &[u8]) {
        if name.eq_ignore_ascii_case("last-event-id") {
            return self.last_event_id(&String::from_utf8_lossy(value));
        }
        if let Ok(request) = &mut self.request
            && let Err(invalid) = request.set_header(name, value)
        {
            self.request = Err(invalid);
        }
    }

    /// Sets the body.
    pub fn body(&mut self, body: Vec<u8>) {
        if let Ok(request) = &mut self.request {
            request.set_body(body);
        }
    }

    /// Sets where to go on from.
    pub fn last_event_id(&mut self, id: &str) {
        self.last_event_id = id.into();
    }

    /// Times, limits and policies.
    pub fn config(&mut self) -> &mut Config {
        &mut self.config
    }

    /// Makes each request ready just before it is sent.
    pub fn prepare<P, F>(&mut self, prepare: P)
    where
        P: Fn(RequestBuf) -> F + Send + 'static,
        F: Future<Output = io::Result<RequestBuf>> + Send + 'static,
    {
        self.prepare = Box::new(move |request| Box::pin(prepare(request)));
    }

    /// The client that does as told, its first request, and what makes each one ready.
    ///
    /// # Errors
    /// [`BuildError`]: what could never work.
    pub fn start(self, speaks_tls: bool) -> Result<(Client, RequestBuf, Prepare), BuildError> {
        let request = self.request.map_err(BuildError::Request)?;
        let buffers = Buffers {
            rx: vec![0; READ_SIZE].into(),
            ..Buffers::default()
        };
        let client = Client::with_buffers(&self.url, request.method(), buffers, self.config);
        let mut client = client.map_err(BuildError::Url)?;
        if client.url().is_secure() && !speaks_tls {
            return Err(BuildError::NeedsTls);
        }
        if self.last_event_id.contains(['\r', '\n', '\0']) {
            return Err(BuildError::Request(InvalidRequest::LastEventId));
        }
        // It fits: the buffers grow, and an ID over the limit is one that no stream has set.
        let _ = client.set_last_event_id(&self.last_event_id);
        Ok((client, request, self.prepare))
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
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
