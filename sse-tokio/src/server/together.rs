//! How a shard's streams go on together.

use std::{mem, task::Context};

use sse_core::{Instant, Subscription};
use tokio::io::{AsyncRead, AsyncWrite};

use super::{
    chunk::Piece,
    connection::{Asked, Connection},
    shard::Shard,
};

impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Shard<T> {
    /// Begins a convoy with a stream that waits, unless its feed has one.
    pub(super) fn found(&mut self, index: u32) {
        if self.drain.is_some() || self.convoys.has(index) {
            return;
        }
        match self.frames(index).and_then(Subscription::feed) {
            Some(feed) if self.convoys.of(feed).is_none() => self.convoys.found(feed, index),
            Some(_) => self.join(index),
            None => {}
        }
    }

    /// Has an idle stream go with those that stand where it stands, if there are any.
    pub(super) fn join(&mut self, index: u32) {
        let connection = self.seats[index as usize].connection.as_ref();
        let idles = connection.is_some_and(Connection::is_idle);
        if !idles || self.drain.is_some() || self.convoys.has(index) {
            return;
        }
        let Some(own) = self.frames(index) else {
            return;
        };
        let Some((number, convoy)) = own.feed().and_then(|feed| self.convoys.of(feed)) else {
            return;
        };
        let leader = convoy.leader().and_then(|leader| self.frames(leader));
        let has_all = leader.is_some_and(|leader| own.is_beside(leader));
        let passing = convoy.passing.as_ref();
        if has_all || passing.is_some_and(|passing| passing.portion.is_next_of(own)) {
            self.convoys.join(number, index, has_all);
        }
    }

    fn frames(&self, index: u32) -> Option<&Subscription> {
        self.seats[index as usize].connection.as_ref()?.frames()
    }

    /// Has convoys go on, by so many streams in all.
    pub(super) fn go_together(&mut self, now: Instant, mut streams: usize) {
        while streams > 0
            && let Some(number) = self.convoys.next_moving()
        {
            let passed = self.pass(number, streams, now).unwrap_or_else(|| {
                self.ask(number, now);
                1
            });
            streams -= passed;
        }
    }

    /// Asks the hub, and has the stream that asks begin with what there is.
    fn ask(&mut self, number: u32, now: Instant) {
        let Some(convoy) = self.convoys.get_mut(number) else {
            return;
        };
        let waker = convoy.bell.waker().clone();
        let Some(leader) = convoy.leader() else {
            return;
        };
        let Some((connection, _, mut turn)) = self.turn(leader, now) else {
            return;
        };
        match connection.ask(&mut Context::from_waker(&waker), &mut turn) {
            Asked::Waits => {}
            Asked::Goes(portion) => {
                let mut passing = self.convoys.begin(number, portion);
                self.hand(leader, &mut passing.piece, now);
                self.convoys.go_on(number, passing);
            }
            Asked::Alone => {
                for index in self.convoys.disband(number) {
                    self.seats[index as usize].bell.ring();
                }
            }
        }
    }

    /// Passes on what the convoy's first has taken, if it is doing so, and says to how many.
    fn pass(&mut self, number: u32, most: usize, now: Instant) -> Option<usize> {
        let convoy = self.convoys.get_mut(number)?;
        let mut passing = convoy.passing.take()?;
        let mut together = mem::take(&mut self.together);
        together.extend_from_slice(convoy.next(most));
        let passed = together.len();
        let mut sharing = passing.portion.share();
        together.retain(|&index| {
            let seat = &mut self.seats[index as usize];
            let frames = seat.connection.as_mut().and_then(Connection::frames_mut);
            let takes = frames.is_some_and(|frames| sharing.with(frames));
            if !takes {
                // It goes on alone from wherever it is.
                self.convoys.leave(index);
                seat.bell.ring();
            }
            takes
        });
        drop(sharing);
        for index in together.drain(..) {
            self.hand(index, &mut passing.piece, now);
        }
        self.together = together;
        self.convoys.go_on(number, passing);
        Some(passed)
    }

    fn hand(&mut self, index: u32, piece: &mut Piece, now: Instant) {
        let seat = &mut self.seats[index as usize];
        if let Some(connection) = &mut seat.connection {
            let fate = connection.pass(&mut Context::from_waker(seat.bell.waker()), piece, now);
            self.settle(index, fate, true);
        }
    }
}
