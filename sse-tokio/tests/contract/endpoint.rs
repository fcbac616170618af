//! The harness's own server: streams that the test plays, and the callbacks of the client.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

/// Hands connections for `/callbacks/…` to one receiver, all others to another.
pub(crate) struct Endpoint {
    address: SocketAddr,
    pub(crate) connections: Receiver<Connection>,
    pub(crate) callbacks: Receiver<(u64, Value)>,
    silent: Arc<AtomicBool>,
}

impl Endpoint {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (connecting, connections) = channel();
        let (calling, callbacks) = channel();
        let silent = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&silent);
        thread::spawn(move || {
            // Those left without an answer.
            let mut held = Vec::new();
            for socket in listener.incoming() {
                let Ok(connection) = socket.and_then(Connection::accept) else {
                    continue;
                };
                let target = &connection.request.target;
                let Some(number) = target.strip_prefix("/callbacks/") else {
                    match connecting.send(connection) {
                        Ok(()) => continue,
                        Err(_) => return,
                    }
                };
                let number = number.parse().expect("a callback's number");
                let json = serde_json::from_slice(&connection.request.body);
                let _ = calling.send((number, json.expect("a callback's JSON")));
                match shared.load(Ordering::Acquire) {
                    false => connection.answer("202 Accepted", ""),
                    true => held.push(connection),
                }
            }
        });
        Self {
            address,
            connections,
            callbacks,
            silent,
        }
    }

    pub(crate) fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// Answers no more callbacks.
    pub(crate) fn fall_silent(&self) {
        self.silent.store(true, Ordering::Release);
    }
}

impl Drop for Endpoint {
    /// Wakes the thread, which finds that nobody listens.
    fn drop(&mut self) {
        if let Ok(mut socket) = TcpStream::connect(self.address) {
            let _ = socket.write_all(b"GET /end HTTP/1.1\r\n\r\n");
        }
    }
}

/// A request, as the client sent it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// The only header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(other, _)| other == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert_eq!(found.next(), None, "{name} twice");
        value
    }

    pub(crate) fn last_event_id(&self) -> Option<&str> {
        self.header("last-event-id")
    }
}

/// A connection whose request has been read.
pub(crate) struct Connection {
    pub(crate) request: Seen,
    socket: TcpStream,
}

impl Connection {
    fn accept(socket: TcpStream) -> io::Result<Self> {
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        let request = read_request(&socket)?;
        Ok(Self { request, socket })
    }

    /// Answers without a body, and ends the connection.
    pub(crate) fn answer(mut self, status: &str, header: &str) {
        let head = format!("HTTP/1.1 {status}\r\n{header}Content-Length: 0\r\n\r\n");
        // Who does not wait for it is gone.
        let _ = self.socket.write_all(head.as_bytes());
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    /// Opens the stream.
    pub(crate) fn open(&mut self) {
        let head = "HTTP/1.1 200 OK\r\n\
                    Content-Type: text/event-stream; charset=utf-8\r\n\
                    Cache-Control: no-cache, no-store, must-revalidate\r\n\
                    Transfer-Encoding: chunked\r\n\r\n";
        self.socket.write_all(head.as_bytes()).unwrap();
    }

    /// Sends one chunk.
    pub(crate) fn send(&mut self, piece: impl AsRef<[u8]>) {
        let piece = piece.as_ref();
        let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
        self.socket.write_all(&chunk).unwrap();
    }

    /// Ends the body as a server does that has no more to say; the connection stays.
    pub(crate) fn end(&mut self) {
        self.socket.write_all(b"0\r\n\r\n").unwrap();
    }

    /// Waits until the client has ended the connection.
    pub(crate) fn until_gone(mut self) {
        match self.socket.read(&mut [0; 16]) {
            Ok(0) => {}
            Ok(_) => panic!("bytes after the request"),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
        }
    }
}

fn read_request(mut socket: &TcpStream) -> io::Result<Seen> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte)?;
        bytes.extend(byte);
    }
    let head = String::from_utf8(bytes).map_err(io::Error::other)?;
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let mut word = || first.next().unwrap_or_default().into();
    let headers = lines.filter_map(|line| line.split_once(':'));
    let mut seen = Seen {
        method: word(),
        target: word(),
        headers: headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().into()))
            .collect(),
        body: Vec::new(),
    };
    if let Some(length) = seen.header("content-length") {
        seen.body = vec![0; length.parse().map_err(io::Error::other)?];
        socket.read_exact(&mut seen.body)?;
    }
    Ok(seen)
}

/// How long anything is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
