//! One source at work: its thread, what it is told, and what it tells.

use std::{
    error::Error,
    future,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use async_channel::Receiver;
use futures_lite::future::or;
use sse_core::{Closed, Comment, Lost, Update};

use super::{
    Follow, Source, Spec,
    callbacks::{Callbacks, Message},
};

/// A source that has been started. Dropping it stops the source.
pub(crate) struct Stream {
    orders: async_channel::Sender<Restart>,
    /// Disconnected when the source is gone.
    ended: mpsc::Receiver<()>,
}

/// The one thing a source is told, except to stop, which is the end of the orders.
struct Restart;

impl Stream {
    /// Makes the source and lets it connect.
    pub(crate) fn start(spec: Spec, follow: Follow) -> Result<Self, Box<dyn Error>> {
        let callbacks = Callbacks::new(spec.callback_url())?;
        let (orders, ordered) = async_channel::unbounded();
        let (starting, started) = mpsc::channel();
        let (ending, ended) = mpsc::channel();
        thread::Builder::new().spawn(move || {
            let _ending: Sender<()> = ending;
            let follower = Follower {
                started: starting.clone(),
                orders: ordered,
                callbacks,
                comment: Vec::new(),
            };
            if let Err(error) = follow(&spec, follower) {
                let _ = starting.send(Err(error.to_string()));
            }
        })?;
        started.recv()??;
        Ok(Self { orders, ended })
    }

    /// Drops the connection and connects again.
    pub(crate) fn restart(&self) {
        // A source that panicked takes no more orders.
        let _ = self.orders.try_send(Restart);
    }

    /// Ends the source, and returns when its connection is closed.
    pub(crate) fn stop(self) {
        drop(self.orders);
        if self.ended.recv_timeout(STOP) == Err(RecvTimeoutError::Timeout) {
            eprintln!("contract: a source did not stop within {STOP:?}");
        }
    }
}

enum Turn<'a> {
    Ordered(Option<Restart>),
    Said(Result<Update<'a>, Closed>),
}

/// Follows a source: tells it what it is ordered, and the harness what it says.
pub(crate) struct Follower {
    started: Sender<Result<(), String>>,
    orders: Receiver<Restart>,
    callbacks: Callbacks,
    /// The parts of a comment whose end is still to come.
    comment: Vec<u8>,
}

impl Follower {
    /// Returns when the source is to stop: drop it then.
    pub(crate) async fn follow(mut self, source: &mut impl Source) {
        let _ = self.started.send(Ok(()));
        let orders = self.orders.clone();
        let mut closed = false;
        loop {
            let ordered = async { Turn::Ordered(orders.recv().await.ok()) };
            let said = async {
                match closed {
                    false => Turn::Said(source.next_update().await),
                    true => future::pending().await,
                }
            };
            match or(ordered, said).await {
                Turn::Ordered(None) => return,
                Turn::Ordered(Some(Restart)) => {
                    source.reopen();
                    closed = false;
                }
                Turn::Said(Ok(update)) => self.tell(update),
                Turn::Said(Err(reason)) => {
                    self.tell_end(reason);
                    closed = true;
                }
            }
        }
    }

    fn tell(&mut self, update: Update<'_>) {
        match update {
            // What an earlier connection left behind is not part of this one.
            Update::Opened => self.comment.clear(),
            Update::Event(event) => self.callbacks.post(&Message::from(event)),
            Update::Comment(comment) => self.tell_comment(comment),
            Update::TooLarge => self.tell_error("an event was too large"),
            // How streams end in the course of things, some of them within an event.
            Update::Reconnecting {
                lost: Lost::Ended | Lost::Cut,
                ..
            } => {}
            Update::Reconnecting { lost, .. } => self.tell_error(&lost.to_string()),
        }
    }

    fn tell_comment(&mut self, comment: Comment<'_>) {
        self.comment.extend_from_slice(comment.text);
        if comment.ended {
            let comment = &String::from_utf8_lossy(&self.comment);
            self.callbacks.post(&Message::Comment { comment });
            self.comment.clear();
        }
    }

    fn tell_end(&mut self, reason: Closed) {
        match reason {
            Closed::NoContent | Closed::ByUser => {}
            _ => self.tell_error(&reason.to_string()),
        }
    }

    fn tell_error(&mut self, error: &str) {
        self.callbacks.post(&Message::Error { error });
    }
}

/// How long a source may take to stop before who asked for it is left waiting no longer.
const STOP: Duration = Duration::from_secs(2);
