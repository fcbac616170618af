//! Both ends of a connection: servers to try, and clients that say and hear bytes.

use std::{
    future::{Future, Ready, ready},
    net::SocketAddr,
    time::Duration,
};

use http::{HeaderValue, header::CONTENT_TYPE};
use sse_tokio::{
    Hub, Message,
    server::{Answer, Request, Server, Serving},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex},
    net::{TcpListener, TcpStream},
};

use crate::common::soon;

/// A server whose streams are those of the hub, at `/`.
pub(crate) fn server(hub: &Hub) -> Server<impl Fn(Request) -> Ready<Answer> + Send + Sync + use<>> {
    let hub = hub.clone();
    Server::new(move |request: Request| {
        let text = HeaderValue::from_static("text/plain");
        ready(match request.path() {
            "/" => Answer::stream(hub.subscribe(request.last_event_id())),
            "/over" => Answer::refusal(204),
            _ => Answer::refusal_with(404, "no stream\n").header(CONTENT_TYPE, text),
        })
    })
}

/// Starts it on loopback.
pub(crate) async fn start<A, F>(server: Server<A>) -> (SocketAddr, Serving)
where
    A: Fn(Request) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (address, server.start(listener))
}

/// A server that is reached through pipes, in whatever time the runtime has.
pub(crate) struct Piped<T> {
    connections: async_channel::Sender<(T, Option<SocketAddr>)>,
    pub(crate) serving: Serving,
}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Piped<T> {
    pub(crate) fn start<A, F>(server: Server<A>) -> Self
    where
        A: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Answer> + Send + 'static,
    {
        let (connections, accepted) = async_channel::unbounded();
        let serving = server.start_with(accepted);
        Self {
            connections,
            serving,
        }
    }

    pub(crate) fn connect(&self, near: T) {
        self.connections.try_send((near, None)).unwrap();
    }
}

impl Piped<DuplexStream> {
    /// A pipe to it that holds so many bytes.
    pub(crate) fn pipe(&self, room: usize) -> Wire<DuplexStream> {
        let (near, far) = duplex(room);
        self.connect(near);
        Wire::new(far)
    }
}

/// A client's end, and what it has heard and nobody has looked at.
pub(crate) struct Wire<T = TcpStream> {
    pub(crate) io: T,
    heard: Vec<u8>,
}

impl Wire {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self::new(TcpStream::connect(address).await.unwrap())
    }

    /// Connects and says this.
    pub(crate) async fn ask(address: SocketAddr, request: &str) -> Self {
        let mut wire = Self::connect(address).await;
        wire.say(request).await;
        wire
    }

    /// Connects and has the stream begin.
    pub(crate) async fn follow(address: SocketAddr) -> Self {
        let mut wire = Self::ask(address, GET).await;
        wire.hear("\r\n\r\n").await;
        wire
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Wire<T> {
    pub(crate) const fn new(io: T) -> Self {
        let heard = Vec::new();
        Self { io, heard }
    }

    pub(crate) async fn say(&mut self, text: &str) {
        soon(self.io.write_all(text.as_bytes())).await.unwrap();
    }

    /// All up to the end of this text.
    pub(crate) async fn hear(&mut self, text: &str) -> String {
        loop {
            let found = self.heard.windows(text.len());
            if let Some(at) = found.into_iter().position(|part| part == text.as_bytes()) {
                let rest = self.heard.split_off(at + text.len());
                let heard = std::mem::replace(&mut self.heard, rest);
                return String::from_utf8(heard).unwrap();
            }
            let n = self.read().await;
            let heard = String::from_utf8_lossy(&self.heard);
            assert_ne!(n, 0, "the end, and no {text:?} in {heard:?}");
        }
    }

    /// All that is left, up to the end.
    pub(crate) async fn rest(&mut self) -> String {
        while self.read().await > 0 {}
        String::from_utf8(std::mem::take(&mut self.heard)).unwrap()
    }

    /// What there is, or comes next; nothing at the end.
    pub(crate) async fn some(&mut self) -> String {
        if self.heard.is_empty() {
            self.heard.reserve(4096);
            self.read().await;
        }
        String::from_utf8(std::mem::take(&mut self.heard)).unwrap()
    }

    /// Waits for the end, if need be an abrupt one, before which nothing was said.
    pub(crate) async fn dismissed(&mut self) {
        let end = soon(self.io.read_buf(&mut self.heard)).await;
        assert!(matches!(end, Ok(0) | Err(_)), "{:?}", self.heard);
    }

    async fn read(&mut self) -> usize {
        soon(self.io.read_buf(&mut self.heard)).await.unwrap()
    }
}

/// Waits until something has become true that others bring about.
pub(crate) async fn until(mut is_true: impl FnMut() -> bool) {
    soon(async {
        while !is_true() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// What is in the chunks, up to the last one that has come; and whether the empty one has.
pub(crate) fn unchunked(body: &str) -> (String, bool) {
    let (mut data, mut rest) = (String::new(), body);
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("the size of a chunk");
        if size == 0 {
            assert_eq!(after, "\r\n");
            return (data, true);
        }
        let Some(chunk) = after.get(..size) else {
            data.push_str(after);
            break;
        };
        data.push_str(chunk);
        rest = after[size..].strip_prefix("\r\n").unwrap_or_default();
    }
    (data, false)
}

/// The numbers in the `id` lines.
pub(crate) fn ids(stream: &str) -> Vec<u64> {
    let ids = stream.lines().filter_map(|line| line.strip_prefix("id: "));
    ids.map(|id| id.parse().unwrap()).collect()
}

pub(crate) fn publish(hub: &Hub, data: &str) {
    hub.publish(&Message::new(data)).unwrap();
}

/// A client that starts after the event of this number.
pub(crate) fn get_after(id: u64) -> String {
    format!("GET / HTTP/1.1\r\nHost: h\r\nLast-Event-ID: {id}\r\n\r\n")
}

pub(crate) const GET: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
pub(crate) const SECOND: Duration = Duration::from_secs(1);
