//! A task that serves many streams.
//!
//! Each stream has a bell, which is the waker of its subscription and of its socket. Who rings it
//! puts the stream's number into the shard's mailbox, once, and wakes the task if it sleeps.

use std::{
    mem,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use sse_core::{Instant, adapter::Timer as _};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    Drained, Order,
    chunk::Chunks,
    connection::{Connection, Drain, Fate, Rules, Start, Turn},
    deadlines::{Deadlines, Slot},
    gate::Gate,
};
use crate::client::Timer;

/// How others reach a shard.
pub(super) struct Mailbox<T>(Mutex<Mail<T>>);

struct Mail<T> {
    starts: Vec<Start<T>>,
    ready: Vec<u32>,
    drain: Option<Order>,
    /// Set when there will be no more starts.
    closed: bool,
    /// The shard's task, while it sleeps.
    sleeper: Option<Waker>,
}

struct Bell<T> {
    mailbox: Arc<Mailbox<T>>,
    index: u32,
    rung: AtomicBool,
}

pub(super) struct Shard<T> {
    mailbox: Arc<Mailbox<T>>,
    seats: Vec<Seat<T>>,
    free: Vec<u32>,
    /// The streams to be served, the first `served` of which have been.
    ready: Vec<u32>,
    served: usize,
    deadlines: Deadlines,
    timer: Timer,
    rules: Rules,
    chunks: Chunks,
    gate: Arc<Gate>,
    drain: Option<Drain>,
    drained: Drained,
}

/// A place for a stream, with a bell that outlives it.
struct Seat<T> {
    bell: Arc<Bell<T>>,
    /// The same, ready for use.
    waker: Waker,
    connection: Option<Connection<T>>,
}

impl<T> Mailbox<T> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Mail {
            starts: Vec::new(),
            ready: Vec::new(),
            drain: None,
            closed: false,
            sleeper: None,
        })))
    }

    pub(super) fn start(&self, start: Start<T>) {
        self.post(|mail| mail.starts.push(start));
    }

    pub(super) fn drain(&self, order: Order) {
        self.post(|mail| mail.drain = Some(order));
    }

    /// Says that there will be no more starts.
    pub(super) fn close(&self) {
        self.post(|mail| mail.closed = true);
    }

    fn post(&self, put: impl FnOnce(&mut Mail<T>)) {
        let mut mail = self.lock();
        put(&mut mail);
        let sleeper = mail.sleeper.take();
        drop(mail);
        if let Some(sleeper) = sleeper {
            sleeper.wake();
        }
    }

    /// Nothing that could fail runs while it is held.
    fn lock(&self) -> MutexGuard<'_, Mail<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + 'static> Wake for Bell<T> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.mailbox.post(|mail| mail.ready.push(self.index));
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Shard<T> {
    pub(super) fn new(mailbox: Arc<Mailbox<T>>, rules: Rules, gate: Arc<Gate>) -> Self {
        let shortest = match rules.keep_alive {
            Duration::ZERO => rules.write_timeout,
            keep_alive => keep_alive.min(rules.write_timeout),
        };
        Self {
            mailbox,
            seats: Vec::new(),
            free: Vec::new(),
            ready: Vec::new(),
            served: 0,
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
        if self.served == self.ready.len() {
            self.ready.clear();
            self.served = 0;
            mem::swap(&mut self.ready, &mut mail.ready);
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
            for seat in &self.seats {
                seat.bell.wake_by_ref();
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
                let bell = Arc::new(Bell {
                    mailbox: Arc::clone(&self.mailbox),
                    index,
                    rung: AtomicBool::new(false),
                });
                self.seats.push(Seat {
                    waker: Arc::clone(&bell).into(),
                    bell,
                    connection: None,
                });
                index
            }
        };
        let seat = &mut self.seats[index as usize];
        seat.connection = connection;
        seat.bell.wake_by_ref();
    }

    fn serve(&mut self, index: u32, now: Instant) {
        let Some(seat) = self.seats.get_mut(index as usize) else {
            return;
        };
        seat.bell.rung.store(false, Ordering::Release);
        let Some(connection) = &mut seat.connection else {
            return;
        };
        let mut turn = Turn {
            now,
            rules: &self.rules,
            drain: self.drain.as_ref(),
            chunks: &mut self.chunks,
        };
        let fate = connection.go_on(&mut Context::from_waker(&seat.waker), &mut turn);
        match fate {
            Fate::Waits | Fate::Again => {
                // While it idles its deadline is only put off.
                if connection.slot == Slot::NEVER || !connection.is_idle() {
                    let slot = self.deadlines.slot(connection.deadline(&self.rules));
                    if slot < connection.slot {
                        connection.slot = slot;
                        self.deadlines.add(slot, index);
                    }
                }
                if fate == Fate::Again {
                    seat.bell.wake_by_ref();
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
                    None => self.seats[index as usize].bell.wake_by_ref(),
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
            let Some(&index) = this.ready.get(this.served) else {
                break;
            };
            this.served += 1;
            this.serve(index, now);
        }
        let due = this.deadlines.next().map(Instant::since_epoch);
        let until = [due, end].into_iter().flatten().min();
        let mut again = this.timer.poll(until, cx).is_ready() || this.served < this.ready.len();
        let mut mail = this.mailbox.lock();
        again |= !mail.ready.is_empty() || !mail.starts.is_empty() || mail.drain.is_some();
        again |= mail.closed && this.free.len() == this.seats.len();
        if again {
            drop(mail);
            cx.waker().wake_by_ref();
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

/// How many streams are served before other tasks have their turn: less than a millisecond.
const TURN: usize = 128;
