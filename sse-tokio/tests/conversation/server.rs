//! A server on loopback that does what its script says, and remembers what it was asked.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

/// What the server does with a connection after it has read the request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Sends this; `{origin}` stands for the server's own.
    Send(&'static str),
    SendBytes(Vec<u8>),
    /// Sends this one byte at a time, each when the test [allows](Server::go) it.
    Drip(&'static str),
    /// Goes on when the test [allows](Server::go) it.
    Pause,
    /// Waits until the client has ended the connection.
    UntilGone,
    /// Breaks the connection off, so that the client sees an error. Only after a GET.
    Reset,
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: String,
}

impl Seen {
    /// The only header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        let mut found = self.headers.iter().filter(|(n, _)| n == name);
        let value = found.next().map(|(_, value)| value.as_slice());
        assert_eq!(found.next(), None, "{name} twice");
        value
    }
}

/// One thread that plays its script, connection after connection, and then listens no longer.
pub(crate) struct Server {
    address: SocketAddr,
    seen: Receiver<Seen>,
    gone: Receiver<()>,
    go: Sender<()>,
}

impl Server {
    pub(crate) fn new(script: impl IntoIterator<Item = Vec<Act>>) -> Self {
        Self::on("127.0.0.1:0", script)
    }

    pub(crate) fn on(address: &str, script: impl IntoIterator<Item = Vec<Act>>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let (seen_by, seen) = channel();
        let (gone_by, gone) = channel();
        let (go, gate) = channel();
        let script: Vec<_> = script.into_iter().collect();
        thread::spawn(move || {
            for acts in script {
                let Ok((socket, _)) = listener.accept() else {
                    return;
                };
                // A client that is gone early has its reasons; the test says whether it may.
                let _ = play(socket, &acts, &seen_by, &gone_by, &gate);
            }
        });
        Self {
            address,
            seen,
            gone,
            go,
        }
    }

    /// Answers each connection with one text.
    pub(crate) fn answering(answers: &[&'static str]) -> Self {
        Self::new(answers.iter().map(|answer| vec![Act::Send(answer)]))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// The next request, waited for.
    pub(crate) fn seen(&self) -> Seen {
        let seen = self.seen.recv_timeout(PATIENCE);
        seen.expect("a request in time")
    }

    /// What has been asked and not yet looked at.
    pub(crate) fn all_seen(&self) -> Vec<Seen> {
        self.seen.try_iter().collect()
    }

    /// Waits until the client has ended a connection that [waits for it](Act::UntilGone).
    pub(crate) fn until_gone(&self) {
        let gone = self.gone.recv_timeout(PATIENCE);
        gone.expect("the end of the connection in time");
    }

    /// Lets the script go on.
    pub(crate) fn go(&self) {
        // A thread that has ended needs no leave.
        let _ = self.go.send(());
    }
}

fn play(
    mut socket: TcpStream,
    acts: &[Act],
    seen: &Sender<Seen>,
    gone: &Sender<()>,
    gate: &Receiver<()>,
) -> io::Result<()> {
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_nodelay(true)?;
    let origin = format!("http://{}", socket.local_addr()?);
    let resets = acts.iter().any(|act| matches!(act, Act::Reset));
    let request = read_request(&mut socket, resets)?;
    let _ = seen.send(request);
    let paused = || gate.recv_timeout(PATIENCE).map_err(io::Error::other);
    for act in acts {
        match act {
            Act::Send(text) => socket.write_all(text.replace("{origin}", &origin).as_bytes())?,
            Act::SendBytes(bytes) => socket.write_all(bytes)?,
            Act::Drip(text) => {
                for byte in text.as_bytes() {
                    paused()?;
                    socket.write_all(&[*byte])?;
                }
            }
            Act::Pause => paused()?,
            Act::UntilGone => {
                let end = socket.read(&mut [0; 16]);
                assert!(!matches!(end, Ok(1..)), "bytes after the request");
                let _ = gone.send(());
            }
            Act::Reset => return Ok(()),
        }
    }
    socket.shutdown(Shutdown::Both)
}

/// `resets` leaves the last byte unread: closing the socket then resets the connection.
fn read_request(socket: &mut TcpStream, resets: bool) -> io::Result<Seen> {
    let end: &[u8] = if resets { b"\r\n\r" } else { b"\r\n\r\n" };
    let mut bytes = Vec::new();
    while !bytes.ends_with(end) {
        let mut byte = [0];
        socket.read_exact(&mut byte)?;
        bytes.extend(byte);
    }
    let mut lines = bytes.split(|&b| b == b'\n').map(<[u8]>::trim_ascii_end);
    let line = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let mut headers = Vec::new();
    for line in lines.filter(|line| !line.is_empty()) {
        let colon = line.iter().position(|&b| b == b':').expect("a colon");
        let name = String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase();
        headers.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
    let mut seen = Seen {
        line,
        headers,
        body: String::new(),
    };
    if let Some(length) = seen.header("content-length") {
        let length = str::from_utf8(length).unwrap().parse().unwrap();
        let mut body = vec![0; length];
        socket.read_exact(&mut body)?;
        seen.body = String::from_utf8(body).unwrap();
    }
    Ok(seen)
}

/// How long anything is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
