//! An HTTP service through which an outside harness drives a source and hears what it sees.
//!
//! It belongs to no runtime: each request has a thread, and each source has one that blocks on a
//! runtime of its own. What an adapter brings is a [`Source`] and how to [`Follow`] it.

mod callbacks;
mod http;
mod spec;
mod stream;

pub(crate) use spec::Spec;
pub(crate) use stream::Follower;

use std::{
    collections::HashMap,
    env,
    error::Error,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::ExitCode,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use http::{Reply, Request};
use serde_json::json;
use spec::Command;
use sse_core::{Closed, Update};
use stream::Stream;

/// The source of an adapter.
pub(crate) trait Source {
    /// What it has to say next. May be dropped halfway before [`reopen`](Self::reopen), or with
    /// the source.
    async fn next_update(&mut self) -> Result<Update<'_>, Closed>;

    /// Drops the connection and connects again.
    fn reopen(&mut self);
}

/// Makes a source of what the spec asks for, and blocks on the follower until it has followed it.
/// An error before that says what is wrong with the spec.
pub(crate) type Follow = fn(&Spec, Follower) -> Result<(), Box<dyn Error>>;

/// Serves on the port that the arguments name, until it is told to end.
pub(crate) fn main(follow: Follow) -> ExitCode {
    let port = env::args().nth(1).and_then(|port| port.parse().ok());
    let Some(port) = port else {
        eprintln!("usage: contract PORT (0 for any)");
        return ExitCode::from(2);
    };
    match announce(port).and_then(|listener| serve(&listener, follow)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("contract: {error}");
            ExitCode::FAILURE
        }
    }
}

fn announce(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    println!("http://{}", listener.local_addr()?);
    Ok(listener)
}

/// Serves until it is told to end.
pub(crate) fn serve(listener: &TcpListener, follow: Follow) -> io::Result<()> {
    let service = Arc::new(Service {
        follow,
        address: listener.local_addr()?,
        streams: Mutex::default(),
        created: AtomicU64::new(0),
        ends: AtomicBool::new(false),
    });
    for socket in listener.incoming() {
        if service.ends.load(Ordering::Acquire) {
            break;
        }
        // One that is gone before it is accepted is the peer's affair.
        let Ok(socket) = socket else { continue };
        let service = Arc::clone(&service);
        thread::spawn(move || {
            if let Err(error) = service.answer(&socket) {
                eprintln!("contract: {error}");
            }
        });
    }
    let streams = std::mem::take(&mut *service.streams());
    streams.into_values().for_each(Stream::stop);
    Ok(())
}

struct Service {
    follow: Follow,
    address: SocketAddr,
    streams: Mutex<HashMap<u64, Stream>>,
    created: AtomicU64,
    ends: AtomicBool,
}

impl Service {
    /// One request of a connection that then ends.
    fn answer(&self, socket: &TcpStream) -> io::Result<()> {
        let reply = match Request::read(socket) {
            Ok(request) => self.reply(&request),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Reply::refusal(400, error.to_string())
            }
            Err(error) => return Err(error),
        };
        let written = reply.write(socket);
        if self.ends.load(Ordering::Acquire) {
            // The thread that accepts looks up only when someone comes.
            TcpStream::connect(self.address)?;
        }
        written
    }

    fn reply(&self, request: &Request) -> Reply {
        match (request.method(), request.path()) {
            ("GET", "/") => Reply::json(&json!({
                "name": env!("CARGO_PKG_NAME"),
                "capabilities": CAPABILITIES,
            })),
            ("POST", "/") => self.create(request.body()),
            ("DELETE", "/") => {
                self.ends.store(true, Ordering::Release);
                Reply::empty(204)
            }
            (_, "/") => Reply::empty(405),
            (method, path) => {
                let id = path.strip_prefix(STREAMS).and_then(|id| id.parse().ok());
                match (method, id) {
                    (_, None) => Reply::empty(404),
                    ("POST", Some(id)) => self.command(id, request.body()),
                    ("DELETE", Some(id)) => self.delete(id),
                    (_, Some(_)) => Reply::empty(405),
                }
            }
        }
    }

    fn create(&self, body: &[u8]) -> Reply {
        let stream = match Spec::parse(body).and_then(|spec| Stream::start(spec, self.follow)) {
            Ok(stream) => stream,
            Err(error) => return Reply::refusal(400, error.to_string()),
        };
        let id = self.created.fetch_add(1, Ordering::Relaxed) + 1;
        self.streams().insert(id, stream);
        Reply::created(format!("{STREAMS}{id}"))
    }

    fn command(&self, id: u64, body: &[u8]) -> Reply {
        let command = match Command::parse(body) {
            Ok(command) => command,
            Err(error) => return Reply::refusal(400, error.to_string()),
        };
        let streams = self.streams();
        let Some(stream) = streams.get(&id) else {
            return Reply::empty(404);
        };
        match command {
            // Every type is heard from the start.
            Command::Listen => {}
            Command::Restart => stream.restart(),
        }
        Reply::empty(204)
    }

    fn delete(&self, id: u64) -> Reply {
        let stream = self.streams().remove(&id);
        match stream {
            Some(stream) => {
                stream.stop();
                Reply::empty(204)
            }
            None => Reply::empty(404),
        }
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<u64, Stream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const STREAMS: &str = "/streams/";

const CAPABILITIES: [&str; 10] = [
    "bom",
    "comments",
    "event-type-listeners",
    "headers",
    "last-event-id",
    "post",
    "read-timeout",
    "report",
    "restart",
    "server-directed-shutdown-request",
];
