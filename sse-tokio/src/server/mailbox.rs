//! How others reach a shard.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Wake, Waker},
};

use super::{Order, connection::Start};

/// What is for a shard, and whom to wake for it.
pub(super) struct Mailbox<T>(Mutex<Mail<T>>);

pub(super) struct Mail<T> {
    pub(super) starts: Vec<Start<T>>,
    pub(super) rings: Vec<Ring>,
    pub(super) drain: Option<Order>,
    /// Set when there will be no more starts.
    pub(super) closed: bool,
    /// The shard's task, while it sleeps.
    pub(super) sleeper: Option<Waker>,
}

/// Whose bell it was that rang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ring {
    Stream(u32),
    Convoy(u32),
}

/// A waker: who rings it has the shard look after something, once.
pub(super) struct Bell<T> {
    button: Arc<Button<T>>,
    /// The same, ready for use.
    waker: Waker,
}

struct Button<T> {
    mailbox: Arc<Mailbox<T>>,
    ring: Ring,
    rung: AtomicBool,
}

impl<T> Mailbox<T> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Mail {
            starts: Vec::new(),
            rings: Vec::new(),
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
    pub(super) fn lock(&self) -> MutexGuard<'_, Mail<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + 'static> Bell<T> {
    pub(super) fn new(mailbox: &Arc<Mailbox<T>>, ring: Ring) -> Self {
        let button = Arc::new(Button {
            mailbox: Arc::clone(mailbox),
            ring,
            rung: AtomicBool::new(false),
        });
        Self {
            waker: Arc::clone(&button).into(),
            button,
        }
    }

    pub(super) fn ring(&self) {
        self.button.wake_by_ref();
    }

    /// Has it ring again.
    pub(super) fn answer(&self) {
        self.button.rung.store(false, Ordering::Release);
    }

    pub(super) const fn waker(&self) -> &Waker {
        &self.waker
    }
}

impl<T: Send + 'static> Wake for Button<T> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.mailbox.post(|mail| mail.rings.push(self.ring));
        }
    }
}
