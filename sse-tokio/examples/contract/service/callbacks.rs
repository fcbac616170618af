//! What the source sees, posted to the harness one after another.

use std::{
    error::Error,
    io::{self, Read, Write},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::Duration,
};

use serde::Serialize;
use sse_core::{
    Event,
    http::{HeadEnd, Header, Hop, Request, Url, normalize},
};

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Message<'a> {
    Event { event: EventFields<'a> },
    Comment { comment: &'a str },
    Error { error: &'a str },
}

#[derive(Serialize)]
pub(crate) struct EventFields<'a> {
    #[serde(rename = "type")]
    event_type: &'a str,
    data: &'a str,
    id: &'a str,
}

impl<'a> From<Event<'a>> for Message<'a> {
    fn from(event: Event<'a>) -> Self {
        Self::Event {
            event: EventFields {
                event_type: event.event_type,
                data: event.data,
                id: event.last_event_id,
            },
        }
    }
}

/// The way to the harness. A thread of its own takes it, so that nobody waits for a reply; what is
/// not yet on its way when this is dropped stays behind.
pub(crate) struct Callbacks {
    queue: Sender<Vec<u8>>,
    dropped: Arc<AtomicBool>,
}

impl Callbacks {
    pub(crate) fn new(url: &str) -> Result<Self, Box<dyn Error>> {
        let base = url.to_owned();
        if numbered(&base, 1)?.url().is_secure() {
            return Err("callback URL of another scheme than http".into());
        }
        let (queue, queued) = mpsc::channel();
        let dropped = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&dropped);
        thread::Builder::new().spawn(move || post_all(&base, &queued, &seen))?;
        Ok(Self { queue, dropped })
    }

    pub(crate) fn post(&self, message: &Message<'_>) {
        let json = serde_json::to_vec(message).expect("text is always JSON");
        // The thread stays as long as the sender does.
        let _ = self.queue.send(json);
    }
}

impl Drop for Callbacks {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::Release);
    }
}

/// Numbers the messages from 1, without a gap: the harness takes them in the order of numbers.
fn post_all(base: &str, queued: &Receiver<Vec<u8>>, dropped: &AtomicBool) {
    for (message, number) in queued.iter().zip(1..) {
        if dropped.load(Ordering::Acquire) {
            return;
        }
        if let Err(error) = post(base, number, &message)
            && !dropped.load(Ordering::Acquire)
        {
            eprintln!("contract: callback {number}: {error}");
        }
    }
}

fn post(base: &str, number: u64, message: &[u8]) -> Result<(), Box<dyn Error>> {
    let address = numbered(base, number)?;
    let url = address.url();
    let header = |name, value: &'static str| Header {
        name,
        value: value.as_bytes(),
    };
    let request = Request {
        method: "POST",
        headers: &[
            header("Accept", "*/*"),
            header("Content-Type", "application/json"),
            header("Connection", "close"),
        ],
        body: message,
    };
    let mut bytes = Vec::new();
    request.encode(url, Hop::default(), None, &mut bytes)?;

    let mut socket = TcpStream::connect((url.host(), url.port()))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.write_all(&bytes)?;
    Ok(read_head(&socket)?)
}

/// Whatever the answer is, there is nothing to do about it.
fn read_head(mut socket: &TcpStream) -> io::Result<()> {
    let mut head_end = HeadEnd::new();
    let mut piece = [0; 1024];
    loop {
        let n = socket.read(&mut piece)?;
        if n == 0 || head_end.find(&piece[..n]).is_some() {
            return Ok(());
        }
    }
}

/// An address that has been understood.
struct Address(String);

impl Address {
    fn url(&self) -> Url<'_> {
        Url::parse(&self.0).expect("what `normalize` writes is a URL")
    }
}

fn numbered(base: &str, number: u64) -> Result<Address, Box<dyn Error>> {
    let mut bytes = Vec::new();
    normalize(&format!("{base}/{number}"), &mut bytes)?;
    Ok(Address(String::from_utf8(bytes)?))
}

/// How long a harness may take to reply.
const PATIENCE: Duration = Duration::from_secs(30);
