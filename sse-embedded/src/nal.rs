//! Connections of any network stack with the traits of embedded-nal-async.

use core::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use embedded_io_async::{Error, ErrorKind};
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use sse_core::http::Url;

use crate::Connect;

/// A connector over [`TcpConnect`] and [`Dns`], for `http`.
///
/// For embassy-net take [`EmbassyNet`](crate::EmbassyNet): its `TcpClient` has a timeout but no
/// keep-alive, and that ends a stream that is only quiet.
pub struct Nal<'s, T: TcpConnect + 's, D> {
    tcp: &'s T,
    dns: D,
    connection: Option<T::Connection<'s>>,
}

impl<'s, T: TcpConnect, D: Dns> Nal<'s, T, D> {
    /// Connects by way of `tcp` to what `dns` resolves a URL's host to; it is not asked about an
    /// address.
    pub fn new(tcp: &'s T, dns: D) -> Self {
        Self {
            tcp,
            dns,
            connection: None,
        }
    }

    async fn resolve(&self, host: &str) -> Result<IpAddr, ErrorKind> {
        if let Ok(address) = host.parse() {
            return Ok(address);
        }
        let found = self.dns.get_host_by_name(host, AddrType::Either).await;
        found.map_err(|_| ErrorKind::NotFound)
    }
}

impl<'s, T: TcpConnect, D: Dns> Connect for Nal<'s, T, D> {
    type Io = T::Connection<'s>;

    async fn connect(&mut self, url: Url<'_>) -> Result<(), ErrorKind> {
        if url.is_secure() {
            return Err(ErrorKind::Unsupported);
        }
        let address = SocketAddr::new(self.resolve(url.host()).await?, url.port());
        let connected = self.tcp.connect(address).await;
        self.connection = Some(connected.map_err(|error| error.kind())?);
        Ok(())
    }

    fn io(&mut self) -> Option<&mut T::Connection<'s>> {
        self.connection.as_mut()
    }

    fn disconnect(&mut self) {
        self.connection = None;
    }
}

impl<T: TcpConnect, D> fmt::Debug for Nal<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nal")
            .field("connected", &self.connection.is_some())
            .finish_non_exhaustive()
    }
}
