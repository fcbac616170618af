//! One subscriber: its request, and the check of what it receives.

use std::{io, mem, net::SocketAddrV4, os::fd::OwnedFd, time::Duration};

use rustix::{
    io::Errno,
    net::{
        AddressFamily, Ipv4Addr, SendFlags, SocketFlags, SocketType, bind, connect, send,
        socket_with, sockopt,
    },
};
use sse_core::{
    Item, Parser,
    http::{Body, HeadEnd, Response},
};

use crate::event;

/// A subscriber's connection.
pub struct Conn {
    pub socket: OwnedFd,
    pub pace: Pace,
    state: State,
    /// The number of the last event it had.
    last: Option<u64>,
    /// Whether a `gap` event has told it that the next number is not the next.
    told: bool,
}

/// How a subscriber reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At once; the publisher waits for it, as far as it waits.
    Eager,
    /// At once, up to this event, and leaves then; the publisher does not wait for it.
    UpTo(u64),
    /// So many bytes each tenth of a second.
    Slow(usize),
    /// Never, once it is subscribed.
    Stalled,
}

enum State {
    Connecting(Box<str>),
    Head(Vec<u8>),
    Open(Body, Box<Parser>),
}

/// What a piece of stream told.
pub trait Sink {
    /// The answer's head is there, and it is a stream.
    fn opened(&mut self);
    /// The event follows the one before.
    fn event(&mut self, number: u64, at: Duration);
    /// Events are missing before the next: so many, and whether a `gap` event said so.
    fn skipped(&mut self, count: u64, told: bool);
    /// An event that was there before.
    fn repeated(&mut self);
    fn comment(&mut self);
}

impl Conn {
    /// Begins to connect, from an address that depends on `ordinal`: each has ports of its own.
    pub fn new(
        to: SocketAddrV4,
        ordinal: usize,
        pace: Pace,
        last_event_id: Option<u64>,
    ) -> io::Result<Self> {
        let socket = socket_with(
            AddressFamily::INET,
            SocketType::STREAM,
            SocketFlags::NONBLOCK | SocketFlags::CLOEXEC,
            None,
        )?;
        if let Pace::Slow(_) | Pace::Stalled = pace {
            sockopt::set_socket_recv_buffer_size(&socket, 4096)?;
        }
        let host = (ordinal / PORTS_PER_ADDRESS) as u8;
        if host > 0 {
            bind(
                &socket,
                &SocketAddrV4::new(Ipv4Addr::new(127, 0, 1, host), 0),
            )?;
        }
        match connect(&socket, &to) {
            Ok(()) | Err(Errno::INPROGRESS) => {}
            Err(error) => return Err(error.into()),
        }
        let mut request = format!("GET / HTTP/1.1\r\nHost: {to}\r\nAccept: text/event-stream\r\n");
        if let Some(last) = last_event_id {
            request += &format!("Last-Event-ID: {last}\r\n");
        }
        request += "\r\n";
        Ok(Self {
            socket,
            pace,
            state: State::Connecting(request.into()),
            last: last_event_id,
            told: false,
        })
    }

    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open(..))
    }

    /// Whether it has all that it came for.
    pub fn has_arrived(&self) -> bool {
        matches!(self.pace, Pace::UpTo(last) if self.last >= Some(last))
    }

    /// Whether the server has ended the stream and keeps the connection.
    pub fn is_finished(&self) -> bool {
        matches!(&self.state, State::Open(body, _) if body.is_finished())
    }

    /// Sends the request; the connection is there.
    pub fn send(&mut self) -> io::Result<()> {
        if let State::Connecting(request) = &self.state {
            sockopt::socket_error(&self.socket)??;
            send(&self.socket, request.as_bytes(), SendFlags::NOSIGNAL)?;
            self.state = State::Head(Vec::new());
        }
        Ok(())
    }

    /// Reads what was received.
    pub fn take(&mut self, received: &[u8], sink: &mut impl Sink) -> io::Result<()> {
        let head;
        let mut input = received;
        if let State::Head(so_far) = &mut self.state {
            so_far.extend_from_slice(received);
            let Some(end) = HeadEnd::new().find(so_far) else {
                return Ok(());
            };
            head = mem::take(so_far);
            let response = Response::parse(&head).map_err(io::Error::other)?;
            if response.status() != 200 {
                return Err(io::Error::other(format!("status {}", response.status())));
            }
            let body = Body::of(&response).map_err(io::Error::other)?;
            self.state = State::Open(body, Box::default());
            sink.opened();
            input = &head[end..];
        }
        let State::Open(body, parser) = &mut self.state else {
            return Err(io::Error::other("an answer before the request"));
        };
        while let Some(mut piece) = body.next_piece(&mut input).map_err(io::Error::other)? {
            while let Some(item) = parser.next_item(&mut piece).map_err(io::Error::other)? {
                match item {
                    Item::Comment(_) => sink.comment(),
                    Item::Event(event) if event.event_type == "gap" => self.told = true,
                    Item::Event(event) => {
                        let (number, at) = event::read(event.data)
                            .ok_or_else(|| io::Error::other("data that nobody published"))?;
                        let next = self.last.map_or(number, |last| last + 1);
                        if number < next {
                            sink.repeated();
                            continue;
                        }
                        if number > next {
                            sink.skipped(number - next, self.told);
                        }
                        self.last = Some(number);
                        self.told = false;
                        sink.event(number, at);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Fewer than the ports that Linux hands out by itself.
const PORTS_PER_ADDRESS: usize = 20_000;
