//! Connectors: how a source comes by its byte stream.

use core::future::Future;

use embedded_io_async::{ErrorKind, Read, Write};
use sse_core::http::{Request, Url};

/// Makes one connection at a time, and keeps it.
///
/// The connection stays with the connector, which lends it: a socket that owns its buffers, as
/// embassy-net's does, is connected again and again, and no memory changes hands. TLS, a proxy, a
/// modem or a test's pipe come in by implementing this.
///
/// ```
/// use embedded_io_async::{Error, ErrorKind};
/// use sse_embedded::{Connect, sse_core::http::Url};
///
/// # use embedded_io_async::{Read, Write};
/// # trait Modem { type Socket: Read + Write; async fn dial(&mut self, host: &str, port: u16) -> Result<Self::Socket, ErrorKind>; }
/// struct Dialled<M: Modem> {
///     modem: M,
///     socket: Option<M::Socket>,
/// }
///
/// impl<M: Modem> Connect for Dialled<M> {
///     type Io = M::Socket;
///
///     async fn connect(&mut self, url: Url<'_>) -> Result<(), ErrorKind> {
///         let dialled = self.modem.dial(url.host(), url.port()).await;
///         self.socket = Some(dialled.map_err(|error| error.kind())?);
///         Ok(())
///     }
///
///     fn io(&mut self) -> Option<&mut M::Socket> {
///         self.socket.as_mut()
///     }
///
///     fn disconnect(&mut self) {
///         self.socket = None;
///     }
/// }
/// ```
pub trait Connect {
    /// What HTTP is spoken over.
    ///
    /// Its reads and writes are dropped half-way when a source's future is. What that loses, if
    /// they are not free of side effects then, the source loses as well.
    type Io: Read + Write;

    /// Connects to the host and port of `url`, and speaks TLS if it is
    /// [secure](Url::is_secure).
    ///
    /// Called after [`disconnect`](Self::disconnect). The future is dropped when the connect
    /// deadline passes, or when the caller's future is; then `disconnect` is called again before
    /// anything else.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] and [`ErrorKind::Unsupported`] close the source: trying again
    /// would not help. After any other it tries again.
    fn connect(&mut self, url: Url<'_>) -> impl Future<Output = Result<(), ErrorKind>>;

    /// The connection made last; none once it was dropped.
    fn io(&mut self) -> Option<&mut Self::Io>;

    /// Drops the connection, or what there is of one. It may have been dropped before.
    fn disconnect(&mut self);

    /// Makes the request ready that is about to go out over a new connection, and gives it to
    /// `send`. By default it goes as it was given to the source.
    ///
    /// For a header that has to be fresh each time: [`connect`](Self::connect) can get hold of a
    /// token, and this can add it. The method must stay.
    ///
    /// ```
    /// # struct Signed { token: [u8; 32] }
    /// # use sse_embedded::sse_core::http::{Header, Request};
    /// # impl Signed {
    /// fn prepare<R>(&mut self, request: &Request<'_>, send: impl FnOnce(&Request<'_>) -> R) -> R {
    ///     let headers = [Header { name: "Authorization", value: &self.token }];
    ///     send(&Request { headers: &headers, ..*request })
    /// }
    /// # }
    /// ```
    fn prepare<R>(&mut self, request: &Request<'_>, send: impl FnOnce(&Request<'_>) -> R) -> R {
        send(request)
    }
}

impl<C: Connect> Connect for &mut C {
    type Io = C::Io;

    fn connect(&mut self, url: Url<'_>) -> impl Future<Output = Result<(), ErrorKind>> {
        C::connect(self, url)
    }

    fn io(&mut self) -> Option<&mut Self::Io> {
        C::io(self)
    }

    fn disconnect(&mut self) {
        C::disconnect(self);
    }

    fn prepare<R>(&mut self, request: &Request<'_>, send: impl FnOnce(&Request<'_>) -> R) -> R {
        C::prepare(self, request, send)
    }
}
