//! The floor: one thread, one epoll instance, one log of bytes, one write per subscriber and turn.
//! On more threads, each has all this for its part of the subscribers.
//!
//! It knows nothing of HTTP but where a request ends, and drops who falls off the log.

use std::{
    io::{self, PipeWriter, Write as _},
    os::fd::{AsFd, OwnedFd},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use rustix::{
    buffer::spare_capacity,
    event::epoll::{self, EventData, EventFlags},
    io::Errno,
    net::RecvFlags,
    net::{
        AddressFamily, Ipv4Addr, SendFlags, SocketAddrV4, SocketFlags, SocketType, accept_with,
        bind, getsockname, listen, recv, send, socket_with, sockopt,
    },
};

use super::{
    Options,
    control::{Control, Lines, Publisher, announce},
};
use crate::event;

pub fn serve(options: &Options, threads: usize) -> io::Result<()> {
    let listener = socket_with(
        AddressFamily::INET,
        SocketType::STREAM,
        SocketFlags::NONBLOCK | SocketFlags::CLOEXEC,
        None,
    )?;
    bind(&listener, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    listen(&listener, 4096)?;
    let address = getsockname(&listener)?;
    announce(address.try_into()?)?;

    let mut helpers = Vec::new();
    for _ in 1..threads {
        let (input, orders) = io::pipe()?;
        let (sockets, accepted) = channel();
        let raw = Raw::new(options)?;
        thread::spawn(move || run(raw, &input, Role::Helper { accepted }));
        helpers.push(Helper { orders, sockets });
    }
    let raw = Raw::new(options)?;
    epoll::add(
        &raw.epoll,
        &listener,
        EventData::new_u64(LISTENER),
        EventFlags::IN,
    )?;
    let role = Role::First {
        listener,
        helpers,
        accepted: 0,
    };
    run(raw, &io::stdin(), role)
}

fn run(raw: Raw, input: &impl AsFd, mut role: Role) -> io::Result<()> {
    epoll::add(
        &raw.epoll,
        input.as_fd(),
        EventData::new_u64(INPUT),
        EventFlags::IN,
    )?;
    let mut lines = Lines::default();
    let mut control = Control::new(raw);
    let mut events = Vec::with_capacity(1024);
    loop {
        events.clear();
        epoll::wait(&control.publisher.epoll, spare_capacity(&mut events), None)?;
        for event in &events {
            match event.data.u64() {
                INPUT => {
                    let mut chunk = [0; 4096];
                    match rustix::io::read(input.as_fd(), &mut chunk)? {
                        0 => return Ok(()),
                        n => lines.take(&chunk[..n], |line| role.obey(&mut control, line))?,
                    }
                }
                LISTENER => role.accept(&mut control.publisher)?,
                reader => control.publisher.turn(reader as usize, event.flags),
            }
        }
    }
}

/// What a thread does beside its part of the subscribers.
enum Role {
    First {
        listener: OwnedFd,
        helpers: Vec<Helper>,
        accepted: usize,
    },
    Helper {
        accepted: Receiver<OwnedFd>,
    },
}

/// Another thread: what it is told, and its part of the connections.
struct Helper {
    orders: PipeWriter,
    sockets: Sender<OwnedFd>,
}

impl Role {
    fn obey(&mut self, control: &mut Control<Raw>, line: &str) -> io::Result<()> {
        match self {
            Self::First { helpers, .. } if line.starts_with("publish") => {
                for helper in helpers {
                    writeln!(helper.orders, "{line}")?;
                }
            }
            Self::Helper { accepted } if line == ADOPT => {
                let socket = accepted.recv().map_err(io::Error::other)?;
                return control.publisher.adopt(socket);
            }
            Self::First { .. } | Self::Helper { .. } => {}
        }
        control.obey(line)
    }

    /// Accepts who is there, for each thread in turn.
    fn accept(&mut self, raw: &mut Raw) -> io::Result<()> {
        let Self::First {
            listener,
            helpers,
            accepted,
        } = self
        else {
            return Ok(());
        };
        loop {
            let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
            let socket = match accept_with(&*listener, flags) {
                Ok(socket) => socket,
                Err(Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            sockopt::set_tcp_nodelay(&socket, true)?;
            *accepted += 1;
            let thread = *accepted % (helpers.len() + 1);
            match helpers.get_mut(thread) {
                Some(helper) => {
                    helper.sockets.send(socket).map_err(io::Error::other)?;
                    writeln!(helper.orders, "{ADOPT}")?;
                }
                None => raw.adopt(socket)?,
            }
        }
    }
}

struct Raw {
    epoll: OwnedFd,
    /// The newest events, one after the other.
    log: Vec<u8>,
    /// How many bytes went before them.
    start: usize,
    ring: usize,
    readers: Vec<Option<Reader>>,
    free: Vec<usize>,
}

struct Reader {
    socket: OwnedFd,
    /// How far it has been sent the log; nothing before its request is read.
    at: Option<usize>,
    is_blocked: bool,
}

impl Raw {
    fn new(options: &Options) -> io::Result<Self> {
        Ok(Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            log: Vec::new(),
            start: 0,
            ring: options.ring * event::LEN,
            readers: Vec::new(),
            free: Vec::new(),
        })
    }

    fn adopt(&mut self, socket: OwnedFd) -> io::Result<()> {
        let index = self.free.pop().unwrap_or_else(|| {
            self.readers.push(None);
            self.readers.len() - 1
        });
        let data = EventData::new_u64(index as u64);
        epoll::add(&self.epoll, &socket, data, EventFlags::IN)?;
        self.readers[index] = Some(Reader {
            socket,
            at: None,
            is_blocked: false,
        });
        Ok(())
    }

    /// Does what a socket is ready for.
    fn turn(&mut self, index: usize, flags: EventFlags) {
        let Some(reader) = self.readers.get_mut(index).and_then(Option::as_mut) else {
            return;
        };
        if flags.contains(EventFlags::OUT) {
            reader.is_blocked = false;
            let data = EventData::new_u64(index as u64);
            let _ = epoll::modify(&self.epoll, &reader.socket, data, EventFlags::IN);
            self.write(index);
            return;
        }
        let mut chunk = [0; 4096];
        // The load's requests are short and come in one piece.
        match recv(&reader.socket, &mut chunk, RecvFlags::empty()) {
            Ok((n, _)) if n > 0 && reader.at.is_none() => {
                let last = last_event_id(&chunk[..n]).map(|last| last * event::LEN);
                let end = self.start + self.log.len();
                reader.at = Some(last.filter(|last| *last <= end).unwrap_or(end));
                match send(&reader.socket, HEAD, SendFlags::NOSIGNAL) {
                    Ok(_) => self.write(index),
                    Err(_) => self.remove(index),
                }
            }
            Ok((n, _)) if n > 0 => {}
            Err(Errno::AGAIN) => {}
            Ok(_) | Err(_) => self.remove(index),
        }
    }

    fn write(&mut self, index: usize) {
        let Some(reader) = self.readers.get_mut(index).and_then(Option::as_mut) else {
            return;
        };
        let Some(at) = reader.at else {
            return;
        };
        let Some(pending) = at.checked_sub(self.start).and_then(|at| self.log.get(at..)) else {
            return self.remove(index);
        };
        if pending.is_empty() {
            return;
        }
        match send(&reader.socket, pending, SendFlags::NOSIGNAL) {
            Ok(n) if n == pending.len() => reader.at = Some(at + n),
            result @ (Ok(_) | Err(Errno::AGAIN)) => {
                reader.at = Some(at + result.unwrap_or(0));
                reader.is_blocked = true;
                let data = EventData::new_u64(index as u64);
                let flags = EventFlags::IN | EventFlags::OUT;
                let _ = epoll::modify(&self.epoll, &reader.socket, data, flags);
            }
            Err(_) => self.remove(index),
        }
    }

    fn remove(&mut self, index: usize) {
        self.readers[index] = None;
        self.free.push(index);
    }
}

impl Publisher for Raw {
    fn publish(&mut self, from: u64, to: u64) {
        for number in from..to {
            self.log
                .extend_from_slice(event::encoded(number).as_bytes());
        }
        if self.log.len() > 2 * self.ring {
            let old = self.log.len() - self.ring;
            self.log.drain(..old);
            self.start += old;
        }
        for index in 0..self.readers.len() {
            if self.readers[index]
                .as_ref()
                .is_some_and(|reader| !reader.is_blocked)
            {
                self.write(index);
            }
        }
    }

    fn stats(&self) -> (usize, usize) {
        (self.readers.len() - self.free.len(), self.log.len())
    }
}

fn last_event_id(request: &[u8]) -> Option<usize> {
    let request = str::from_utf8(request).ok()?;
    let (_, rest) = request.split_once("\r\nLast-Event-ID: ")?;
    rest.split_once("\r\n")?.0.parse().ok()
}

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
    cache-control: no-cache\r\n\r\n";
/// Tells a helper that there is a connection for it.
const ADOPT: &str = "adopt";
const INPUT: u64 = u64::MAX;
const LISTENER: u64 = u64::MAX - 1;
