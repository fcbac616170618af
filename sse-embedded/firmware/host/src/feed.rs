//! A server whose every connection a test speaks for.

use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    ops::RangeInclusive,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
    thread::{self, JoinHandle},
};

use crate::{PATIENCE, Result};

/// Listens on the loopback interface until it is dropped.
pub struct Feed {
    port: u16,
    connections: Receiver<TcpStream>,
    stopped: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Feed {
    /// Listens on this port, or on a free one if it is 0.
    pub fn listen(port: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let port = listener.local_addr()?.port();
        let (sender, connections) = channel();
        let stopped = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stopped);
        let listening = thread::spawn(move || {
            for stream in listener.incoming().map_while(std::io::Result::ok) {
                if told.load(Ordering::SeqCst) || sender.send(stream).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            port,
            connections,
            stopped,
            listening: Some(listening),
        })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where the board finds it.
    pub fn url(&self) -> String {
        format!("http://10.0.2.2:{}/feed", self.port)
    }

    /// The next connection that brings a whole request.
    pub fn accept(&self) -> Result<Connection> {
        loop {
            let stream = self.connections.recv_timeout(PATIENCE)?;
            if let Some(connection) = Connection::new(stream)? {
                return Ok(connection);
            }
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port)); // ends the wait for one
        let _ = self.listening.take().map(JoinHandle::join);
    }
}

/// A request that was received; dropped, the connection breaks off.
pub struct Connection {
    stream: TcpStream,
    /// The ID that the request goes on from; empty if it names none.
    pub last_event_id: String,
}

impl Connection {
    /// None if the peer has gone before its request was whole.
    fn new(stream: TcpStream) -> Result<Option<Self>> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut last_event_id = String::new();
        for line in BufReader::new(&stream).lines() {
            let Ok(line) = line else { return Ok(None) };
            if line.is_empty() {
                return Ok(Some(Self {
                    stream,
                    last_event_id,
                }));
            }
            if let Some(id) = line.strip_prefix("Last-Event-ID: ") {
                id.clone_into(&mut last_event_id);
            }
        }
        Ok(None)
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Result<()> {
        Ok(self.stream.write_all(bytes.as_ref())?)
    }

    /// Opens a stream.
    pub fn open(&mut self) -> Result<()> {
        self.send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
             Transfer-Encoding: chunked\r\n\r\n",
        )
    }

    /// Sends a piece of the stream that is open.
    pub fn piece(&mut self, text: impl AsRef<[u8]>) -> Result<()> {
        let text = text.as_ref();
        self.send(format!("{:x}\r\n", text.len()))?;
        self.send(text)?;
        self.send("\r\n")
    }

    /// Sends the events with these numbers, a piece each.
    pub fn events(&mut self, numbers: RangeInclusive<u32>) -> Result<()> {
        for n in numbers {
            self.piece(format!("id: {n}\ndata: reading {}\n\n", reading(n)))?;
        }
        Ok(())
    }

    /// Waits until the client, too, has done with the connection.
    pub fn finish(mut self) -> Result<()> {
        self.stream.shutdown(Shutdown::Write)?;
        match self.stream.read_to_end(&mut Vec::new()) {
            Err(e) if e.kind() == ErrorKind::WouldBlock => Err(e.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Tells the client that no more will come.
    pub fn refuse(mut self) -> Result<()> {
        self.send("HTTP/1.1 204 No Content\r\n\r\n")
    }
}

/// What the firmware prints of these events if it has seen each once and in order.
pub fn printed(numbers: RangeInclusive<u32>) -> Vec<String> {
    numbers
        .map(|n| format!("event {n} reading {}", reading(n)))
        .collect()
}

/// What the event with this number reads, here and in the firmware that serves.
#[must_use]
pub fn reading(n: u32) -> u32 {
    n.wrapping_mul(2_654_435_761)
}
