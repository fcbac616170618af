//! What the tests on the host share.

#![allow(dead_code)] // Each test takes what it needs.

pub(crate) mod wire;

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream, ToSocketAddrs as _},
};

use async_io::Async;
use embassy_time::{Duration, with_timeout};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use sse_embedded::{Config, Connect, sse_core::http::Url};

/// Runs the test; fails it rather than wait for ever.
pub(crate) fn run<F: Future>(test: F) -> F::Output {
    async_io::block_on(soon(test))
}

/// Fails the test rather than wait for ever.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    let done = with_timeout(Duration::from_secs(20), future).await;
    done.expect("an end in time")
}

/// Connects to servers on loopback.
#[derive(Debug, Default)]
pub(crate) struct Loopback {
    socket: Option<Socket>,
}

#[derive(Debug)]
pub(crate) struct Socket(Async<TcpStream>);

impl Connect for Loopback {
    type Io = Socket;

    async fn connect(&mut self, url: Url<'_>) -> Result<(), ErrorKind> {
        assert!(self.socket.is_none(), "an old connection is dropped first");
        let addresses = (url.host(), url.port()).to_socket_addrs().map_err(kind)?;
        let mut failed = ErrorKind::NotFound;
        for address in addresses {
            match Async::<TcpStream>::connect(address).await {
                Ok(socket) => {
                    self.socket = Some(Socket(socket));
                    return Ok(());
                }
                Err(error) => failed = kind(error),
            }
        }
        Err(failed)
    }

    fn io(&mut self) -> Option<&mut Socket> {
        self.socket.as_mut()
    }

    fn disconnect(&mut self) {
        if let Some(Socket(socket)) = self.socket.take() {
            let _ = socket.get_ref().shutdown(Shutdown::Both);
        }
    }
}

impl ErrorType for Socket {
    type Error = ErrorKind;
}

impl Read for Socket {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        self.0.read_with(|mut io| io.read(buf)).await.map_err(kind)
    }
}

impl Write for Socket {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, ErrorKind> {
        self.0
            .write_with(|mut io| io.write(buf))
            .await
            .map_err(kind)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

fn kind(error: std::io::Error) -> ErrorKind {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => ErrorKind::ConnectionRefused,
        std::io::ErrorKind::ConnectionReset => ErrorKind::ConnectionReset,
        _ => ErrorKind::Other,
    }
}

/// Short waits.
pub(crate) fn config() -> Config {
    let mut config = Config::default();
    config.retry = core::time::Duration::from_millis(1);
    config.retry_floor = core::time::Duration::from_millis(1);
    config.backoff_ceiling = core::time::Duration::from_millis(1);
    config
}

pub(crate) const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
pub(crate) const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";
