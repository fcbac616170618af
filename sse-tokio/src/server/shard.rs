//! A task that serves many streams.
//!
//! Each stream has a bell, which is the waker of its socket, and of its subscription as long as it
//! goes alone. Who rings it puts the stream's number into the shard's mailbox, once, and wakes the
//! task if it sleeps. Streams in a convoy have a bell in common for their subscriptions.

use std::{
    mem,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use sse_core::{Instant, adapter::Timer as _};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::yield_now,
};

use super::{
    Drained,
    chunk::Chunks,
    connection::{Connection, Drain, Fate, Rules, Start, Turn},
    convoy::Convoys,
    deadlines::{Deadlines, Slot},
    gate::Gate,
    mailbox::{Bell, Mailbox, Ring},
};
use crate::client::Timer;

pub(super) struct Shard<T> {
    mailbox: Arc<Mailbox<T>>,
    pub(super) seats: Vec<Seat<T>>,
    free: Vec<u32>,
    /// What is to be looked after, the first `served` of which have been.
    rings: Vec<Ring>,
    served: usize,
    pub(super) convoys: Convoys<T>,
    /// Memory for the streams that get something together.
    pub(super) together: Vec<u32>,
    deadlines: Deadlines,
    timer: Timer,
    rules: Rules,
    chunks: Chunks,
    gate: Arc<Gate>,
    pub(super) drain: Option<Drain>,
    drained: Drained,
}

/// A place for a stream, with a bell that outlives it.
pub(super) struct Seat<T> {
    pub(super) bell: Bell<T>,
    pub(super) connection: Option<Connection<T>>,
}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Shard<T> {
    pub(super) fn new(mailbox: Arc<Mailbox<T>>, rules: Rules, gate: Arc<Gate>) -> Self {
        let shortest = match rules.keep_alive {
            Duration::ZERO => rules.write_timeout,
            keep_alive => keep_alive.min(rules.write_timeout),
        };
        Self {
            convoys: Convoys::new(Arc::clone(&mailbox)),
            mailbox,
            seats: Vec::new(),
            free: Vec::new(),
            rings: Vec::new(),
            served: 0,
            together: Vec::new(),
            deadlines: Deadlines::new(shortest),
            timer: Timer::new(),
            rules,
            chunks: Chunks::default(),
            gate,
            drain: None,
            drained: Drained::default(),
        }
    }

    /// Takes what has come, if all that came before has been served; says whether all is over.
    fn read_mail(&mut self, now: Instant) -> bool {
        let mut mail = self.mailbox.lock();
        if self.served == self.rings.len() {
            self.rings.clear();
            self.served = 0;
            mem::swap(&mut self.rings, &mut mail.rings);
        }
        let starts = mem::take(&mut mail.starts);
        let order = mail.drain.take();
        let closed = mail.closed;
        drop(mail);
        for start in starts {
            self.seat(start, now);
        }
        if let Some(order) = order {
            self.drained = Drained::default();
            self.drain = Some(Drain {
                retry: order.retry,
                hurry: now + order.within / 2,
                end: now + order.within,
            });
            self.convoys.disband_all();
            for seat in &self.seats {
                seat.bell.ring();
            }
        }
        closed && self.free.len() == self.seats.len()
    }

    fn seat(&mut self, start: Start<T>, now: Instant) {
        let connection = Some(Connection::new(start, now));
        let index = match self.free.pop() {
            Some(index) => index,
            None => {
                // Descriptors are numbered in 31 bits.
                let index = self.seats.len() as u32;
                self.seats.push(Seat {
                    bell: Bell::new(&self.mailbox, Ring::Stream(index)),
                    connection: None,
                });
                index
            }
        };
        let seat = &mut self.seats[index as usize];
        seat.connection = connection;
        seat.bell.ring();
    }

    fn serve(&mut self, index: u32, now: Instant) {
        let Some(seat) = self.seats.get(index as usize) else {
            return;
        };
        seat.bell.answer();
        self.join(index);
        let Some((connection, bell, mut turn)) = self.turn(index, now) else {
            return;
        };
        let idled = connection.is_idle();
        let fate = connection.go_on(&mut Context::from_waker(bell.waker()), &mut turn);
        if fate == Fate::Again {
            bell.ring();
        }
        let waits = fate == Fate::Waits && connection.is_idle();
        self.settle(index, fate, idled);
        if waits {
            self.found(index);
        }
    }

    /// A stream, and what it is served with.
    pub(super) fn turn(
        &mut self,
        index: u32,
        now: Instant,
    ) -> Option<(&mut Connection<T>, &Bell<T>, Turn<'_>)> {
        let seat = self.seats.get_mut(index as usize)?;
        let turn = Turn {
            now,
            rules: &self.rules,
            drain: self.drain.as_ref(),
            chunks: &mut self.chunks,
            in_convoy: self.convoys.has(index),
        };
        Some((seat.connection.as_mut()?, &seat.bell, turn))
    }

    /// Does what follows from what became of a stream that did or did not idle.
    pub(super) fn settle(&mut self, index: u32, fate: Fate, idled: bool) {
        let Some(connection) = &mut self.seats[index as usize].connection else {
            return;
        };
        match fate {
            Fate::Waits | Fate::Again => {
                let idles = connection.is_idle();
                // While it idles its deadline is only put off.
                if connection.slot == Slot::NEVER || !(idled && idles) {
                    let slot = self.deadlines.slot(connection.deadline(&self.rules));
                    if slot < connection.slot {
                        connection.slot = slot;
                        self.deadlines.add(slot, index);
                    }
                }
                if !idles {
                    self.convoys.leave(index);
                }
            }
            Fate::Ended | Fate::Gone | Fate::TimedOut => self.leave(index, fate),
        }
    }

    fn leave(&mut self, index: u32, fate: Fate) {
        match fate {
            Fate::Ended => self.drained.ended += 1,
            Fate::TimedOut => {
                self.drained.cut += 1;
                self.gate.count(|stats| stats.timed_out += 1);
            }
            Fate::Gone | Fate::Waits | Fate::Again => {}
        }
        self.convoys.leave(index);
        self.seats[index as usize].connection = None;
        self.free.push(index);
    }

    /// Looks after the streams with which something may be due.
    fn expire(&mut self, now: Instant) {
        while let Some((slot, indices)) = self.deadlines.pop(now) {
            for index in indices {
                let seat = self.seats.get_mut(index as usize);
                let Some(connection) = seat.and_then(|seat| seat.connection.as_mut()) else {
                    continue;
                };
                if connection.slot != slot {
                    continue;
                }
                let due = self.deadlines.slot(connection.deadline(&self.rules));
                connection.slot = due;
                if due > slot {
                    self.deadlines.add(due, index);
                    continue;
                }
                connection.slot = Slot::NEVER;
                match connection.expire() {
                    Some(fate) => self.leave(index, fate),
                    None => self.seats[index as usize].bell.ring(),
                }
            }
        }
    }

    /// Breaks off what has not come to its end in time.
    fn cut(&mut self) {
        for index in 0..self.seats.len() as u32 {
            if let Some(connection) = &self.seats[index as usize].connection {
                let fate = match connection.has_ended() {
                    true => Fate::Ended,
                    false => Fate::Gone,
                };
                self.drained.cut += usize::from(fate == Fate::Gone);
                self.leave(index, fate);
            }
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Future for Shard<T> {
    type Output = Drained;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Drained> {
        let this = self.get_mut();
        let now = this.timer.now();
        let over = this.read_mail(now);
        this.expire(now);
        let end = this.drain.as_ref().map(|drain| drain.end);
        if end.is_some_and(|end| end <= now) {
            this.cut();
        }
        if over || end.is_some_and(|end| end <= now) {
            return Poll::Ready(this.drained);
        }
        for _ in 0..TURN {
            let Some(&ring) = this.rings.get(this.served) else {
                break;
            };
            this.served += 1;
            match ring {
                Ring::Stream(index) => this.serve(index, now),
                Ring::Convoy(number) => this.convoys.answer(number),
            }
        }
        this.go_together(now, TOGETHER);
        let due = this.deadlines.next().map(Instant::since_epoch);
        let until = [due, end].into_iter().flatten().min();
        let mut again = this.timer.poll(until, cx).is_ready() || this.served < this.rings.len();
        again |= this.convoys.are_moving();
        let mut mail = this.mailbox.lock();
        again |= !mail.rings.is_empty() || !mail.starts.is_empty() || mail.drain.is_some();
        again |= mail.closed && this.free.len() == this.seats.len();
        if again {
            drop(mail);
            // Before it comes back, the runtime looks at its sockets: a waker rung now would keep
            // it from that.
            let _ = pin!(yield_now()).poll(cx);
        } else {
            mail.sleeper = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl<T> Drop for Shard<T> {
    /// The bells hold the mailbox; what is in it must not hold it for ever.
    fn drop(&mut self) {
        let starts = mem::take(&mut self.mailbox.lock().starts);
        drop(starts);
    }
}

/// How many streams that go alone are served before other tasks have their turn.
const TURN: usize = 64;

/// How many of those that go together are: less than a millisecond's work.
const TOGETHER: usize = 192;
