//! Connections of embassy-net: one TCP socket, connected again and again.

use core::{fmt, future::Future};

use embassy_net::{
    IpAddress, Stack,
    dns::{DnsQueryType, Error as DnsError},
    tcp::{ConnectError, TcpSocket},
};
use embassy_time::{Duration, with_timeout};
use embedded_io_async::{Error, ErrorKind};
use sse_core::http::Url;

use crate::Connect;

/// A connector over a socket of embassy-net's, for `http`.
///
/// The socket's settings are its owner's, with one trap: a [timeout](TcpSocket::set_timeout)
/// without a shorter [keep-alive](TcpSocket::set_keep_alive) ends a stream that is only quiet.
/// [`Config::idle_timeout`](sse_core::Config::idle_timeout) notices a dead peer as well.
///
/// It disconnects by [`TcpSocket::abort`]. The peer learns of it when the stack runs next: let it
/// run before the socket is dropped.
pub struct EmbassyNet<'s> {
    stack: Stack<'s>,
    socket: TcpSocket<'s>,
    address: Option<IpAddress>,
}

impl<'s> EmbassyNet<'s> {
    /// Connects `socket` to what `stack` resolves a URL's host to: an A record if there is one,
    /// else AAAA.
    #[must_use]
    pub fn new(stack: Stack<'s>, socket: TcpSocket<'s>) -> Self {
        Self {
            stack,
            socket,
            address: None,
        }
    }

    /// Connects to this address, whatever a URL's host. The host still is what the server is
    /// asked for.
    #[must_use]
    pub fn with_address(mut self, address: impl Into<IpAddress>) -> Self {
        self.address = Some(address.into());
        self
    }
}

impl<'s> Connect for EmbassyNet<'s> {
    type Io = TcpSocket<'s>;

    fn connect(&mut self, url: Url<'_>) -> impl Future<Output = Result<(), ErrorKind>> {
        // The future of an `async fn` would hold all of the URL, and twice.
        let (is_secure, host, port) = (url.is_secure(), url.host(), url.port());
        async move {
            if is_secure {
                return Err(ErrorKind::Unsupported);
            }
            // What ends the connection before goes out first, unless the network is down.
            let _ = with_timeout(LAST_WORD, self.socket.flush()).await;
            // No server knows an A record for an IPv6 address, but each is asked for it.
            let mut kind = match host.bytes().any(|byte| byte == b':') {
                true => DnsQueryType::Aaaa,
                false => DnsQueryType::A,
            };
            let mut address = self.address;
            while address.is_none() {
                match self.stack.dns_query(host, kind).await {
                    Ok(found) => address = found.first().copied(),
                    Err(DnsError::Failed) => {}
                    Err(DnsError::InvalidName | DnsError::NameTooLong) => {
                        return Err(ErrorKind::InvalidData);
                    }
                }
                if kind == DnsQueryType::Aaaa {
                    break;
                }
                kind = DnsQueryType::Aaaa;
            }
            let address = address.ok_or(ErrorKind::NotFound)?;
            let connected = self.socket.connect((address, port)).await;
            connected.map_err(|error| match error {
                ConnectError::ConnectionReset => ErrorKind::ConnectionRefused,
                error => error.kind(),
            })
        }
    }

    fn io(&mut self) -> Option<&mut TcpSocket<'s>> {
        Some(&mut self.socket)
    }

    fn disconnect(&mut self) {
        self.socket.abort();
    }
}

impl fmt::Debug for EmbassyNet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbassyNet")
            .field("remote", &self.socket.remote_endpoint())
            .finish_non_exhaustive()
    }
}

const LAST_WORD: Duration = Duration::from_millis(200);
