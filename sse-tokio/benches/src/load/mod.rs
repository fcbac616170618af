//! The load: subscribers by the ten thousand in one thread, each of them checked.

mod conn;
mod pacer;
mod tally;

use std::{
    io,
    net::SocketAddrV4,
    os::fd::OwnedFd,
    time::{Duration, Instant},
};

use rustix::{
    buffer::spare_capacity,
    event::{
        Timespec,
        epoll::{self, EventData, EventFlags},
    },
    io::Errno,
    net::{RecvFlags, recv},
};

use self::conn::{Conn, Sink};
pub use self::{conn::Pace, pacer::Pacer, tally::Tally};
use crate::event;

/// Subscribers of one server.
pub struct Load {
    to: SocketAddrV4,
    epoll: OwnedFd,
    ready: Vec<epoll::Event>,
    conns: Vec<Option<Conn>>,
    free: Vec<usize>,
    /// Those that epoll does not watch: they read by the clock.
    slow: Vec<usize>,
    last_sip: Instant,
    buffer: Box<[u8]>,
    connecting: usize,
    arrived: usize,
    pub tally: Tally,
    pub pacer: Pacer,
}

impl Load {
    pub fn new(to: SocketAddrV4) -> io::Result<Self> {
        Ok(Self {
            to,
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            ready: Vec::with_capacity(1024),
            conns: Vec::new(),
            free: Vec::new(),
            slow: Vec::new(),
            last_sip: Instant::now(),
            buffer: vec![0; 256 * 1024].into(),
            connecting: 0,
            arrived: 0,
            tally: Tally::default(),
            pacer: Pacer::default(),
        })
    }

    /// Subscribes so many more, and returns when all have the head of their answer.
    pub fn subscribe(&mut self, count: usize, pace: Pace, last: Option<u64>) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        let mut left = count;
        while left > 0 || self.connecting > 0 {
            while left > 0 && self.connecting < AT_A_TIME {
                self.begin(pace, last)?;
                left -= 1;
            }
            self.turn(MOMENT)?;
            if Instant::now() > deadline {
                return Err(io::Error::other("no answer to a subscription"));
            }
        }
        Ok(())
    }

    /// Begins one subscription.
    pub fn begin(&mut self, pace: Pace, last: Option<u64>) -> io::Result<()> {
        let index = self.free.pop().unwrap_or_else(|| {
            self.conns.push(None);
            self.conns.len() - 1
        });
        let conn = Conn::new(self.to, index, pace, last)?;
        epoll::add(
            &self.epoll,
            &conn.socket,
            EventData::new_u64(index as u64),
            EventFlags::OUT,
        )?;
        self.conns[index] = Some(conn);
        self.connecting += 1;
        Ok(())
    }

    /// Drops the open subscriptions of such a pace.
    pub fn drop_open(&mut self, is_such: impl Fn(Pace) -> bool) {
        for index in 0..self.conns.len() {
            let conn = self.conns[index].as_ref();
            if conn.is_some_and(|conn| conn.is_open() && is_such(conn.pace)) {
                self.remove(index);
            }
        }
    }

    /// How many subscribers of [`Pace::UpTo`] have had all that they came for.
    pub fn arrived(&self) -> usize {
        self.arrived
    }

    /// Those whose answer has not begun.
    pub fn connecting(&self) -> usize {
        self.connecting
    }

    /// Receives what is there, after waiting at most so long for something.
    pub fn turn(&mut self, wait: Duration) -> io::Result<()> {
        let wait = Timespec {
            tv_sec: wait.as_secs() as i64,
            tv_nsec: wait.subsec_nanos().into(),
        };
        let mut ready = std::mem::take(&mut self.ready);
        ready.clear();
        match epoll::wait(&self.epoll, spare_capacity(&mut ready), Some(&wait)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &ready {
            self.attend(event.data.u64() as usize, event.flags)?;
        }
        self.ready = ready;
        self.sip()
    }

    fn attend(&mut self, index: usize, flags: EventFlags) -> io::Result<()> {
        let Some(conn) = self.conns.get_mut(index).and_then(Option::as_mut) else {
            return Ok(());
        };
        if flags.contains(EventFlags::OUT) {
            conn.send()?;
            let data = EventData::new_u64(index as u64);
            return Ok(epoll::modify(
                &self.epoll,
                &conn.socket,
                data,
                EventFlags::IN,
            )?);
        }
        let was_open = conn.is_open();
        let most = match conn.pace {
            Pace::Eager | Pace::UpTo(_) => self.buffer.len(),
            Pace::Slow(most) => most,
            Pace::Stalled => 1024,
        };
        self.receive(index, most)?;
        let Some(conn) = self.conns.get_mut(index).and_then(Option::as_mut) else {
            return Ok(());
        };
        if conn.is_open() && !was_open {
            self.connecting -= 1;
            match conn.pace {
                Pace::Eager => self.pacer.joined(),
                Pace::UpTo(_) => {}
                Pace::Slow(_) => {
                    epoll::delete(&self.epoll, &conn.socket)?;
                    self.slow.push(index);
                }
                Pace::Stalled => epoll::delete(&self.epoll, &conn.socket)?,
            }
        }
        Ok(())
    }

    /// One read of at most so many bytes.
    fn receive(&mut self, index: usize, most: usize) -> io::Result<()> {
        let Some(conn) = self.conns.get_mut(index).and_then(Option::as_mut) else {
            return Ok(());
        };
        match recv(&conn.socket, &mut self.buffer[..most], RecvFlags::empty()) {
            Ok((n, _)) if n > 0 => {
                self.tally.bytes += n as u64;
                let mut sink = Checked {
                    tally: &mut self.tally,
                    pacer: (conn.pace == Pace::Eager).then_some(&mut self.pacer),
                    now: event::now(),
                };
                conn.take(&self.buffer[..n], &mut sink)?;
                if conn.has_arrived() {
                    self.arrived += 1;
                    self.remove(index);
                } else if conn.is_finished() {
                    self.tally.ended += 1;
                    self.remove(index);
                }
                Ok(())
            }
            Err(Errno::AGAIN | Errno::INTR) => Ok(()),
            Ok(_) | Err(Errno::CONNRESET) => {
                self.tally.ended += 1;
                self.remove(index);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Lets the slow ones read, each tenth of a second.
    fn sip(&mut self) -> io::Result<()> {
        if self.slow.is_empty() || self.last_sip.elapsed() < SIP {
            return Ok(());
        }
        self.last_sip = Instant::now();
        for index in self.slow.clone() {
            let conn = self.conns.get(index).and_then(Option::as_ref);
            if let Some(Pace::Slow(most)) = conn.map(|conn| conn.pace) {
                self.receive(index, most)?;
            }
        }
        Ok(())
    }

    fn remove(&mut self, index: usize) {
        let Some(conn) = self.conns[index].take() else {
            return;
        };
        self.free.push(index);
        self.slow.retain(|slow| *slow != index);
        if !conn.is_open() {
            self.connecting -= 1;
        } else if conn.pace == Pace::Eager {
            self.pacer.left();
        }
    }
}

/// Counts what a subscriber receives.
struct Checked<'a> {
    tally: &'a mut Tally,
    pacer: Option<&'a mut Pacer>,
    now: Duration,
}

impl Sink for Checked<'_> {
    fn opened(&mut self) {
        self.tally.opened += 1;
    }

    fn event(&mut self, number: u64, at: Duration) {
        self.tally.delivered += 1;
        if let Some(pacer) = &mut self.pacer {
            self.tally.late(self.now.saturating_sub(at));
            pacer.received(number);
        }
    }

    fn skipped(&mut self, count: u64, told: bool) {
        if told {
            self.tally.told += count;
        } else {
            self.tally.lost += count;
        }
    }

    fn repeated(&mut self) {
        self.tally.repeated += 1;
    }

    fn comment(&mut self) {
        self.tally.comments += 1;
    }
}

/// As many connections are begun before the first of them is answered.
const AT_A_TIME: usize = 256;
const MOMENT: Duration = Duration::from_millis(50);
const SIP: Duration = Duration::from_millis(100);
/// The longest that subscribing may take.
const PATIENCE: Duration = Duration::from_secs(60);
