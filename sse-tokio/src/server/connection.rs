//! One stream: frames go from a subscription to a socket, and its end is watched.

use std::{
    mem::{self, MaybeUninit},
    ops::RangeInclusive,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use sse_core::{Frame, Instant, Message, Portion, Subscription, adapter::spread, http::Framing};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    chunk::{Chunks, PIECE, Piece, Unsent, encode_piece, last_piece},
    deadlines::Slot,
    gate::Admission,
    reception::LINGER,
};

/// A stream that is to begin: its request is read, and answered with a subscription.
pub(super) struct Start<T> {
    pub(super) io: T,
    pub(super) frames: Subscription,
    /// The head of the answer.
    pub(super) head: Vec<u8>,
    pub(super) greeting: Option<Frame>,
    pub(super) framing: Framing,
    /// Whether the request has a body, which may still be on its way.
    pub(super) talking: bool,
    pub(super) admission: Admission,
}

/// What all streams of a shard go by.
pub(super) struct Rules {
    /// Zero: none.
    pub(super) keep_alive: Duration,
    pub(super) comment: Frame,
    pub(super) write_timeout: Duration,
}

/// How all streams are brought to their ends.
pub(super) struct Drain {
    pub(super) retry: RangeInclusive<Duration>,
    /// From then on who has not caught up is not waited for.
    pub(super) hurry: Instant,
    pub(super) end: Instant,
}

/// What a stream is served with that it does not keep.
pub(super) struct Turn<'a> {
    pub(super) now: Instant,
    pub(super) rules: &'a Rules,
    pub(super) drain: Option<&'a Drain>,
    pub(super) chunks: &'a mut Chunks,
    /// Whether another stream asks the hub for this one.
    pub(super) in_convoy: bool,
}

/// A stream under way. There may be very many, so it holds no more than it needs while idle.
pub(super) struct Connection<T> {
    io: T,
    frames: Option<Subscription>,
    /// What the socket has not taken yet.
    unsent: Unsent,
    /// When it last changed its state, or sent something.
    since: Instant,
    /// Where the shard's deadlines have it.
    pub(super) slot: Slot,
    state: State,
    framing: Framing,
    talking: bool,
    due: bool,
    admission: Admission,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Streaming,
    /// The last piece is on its way.
    Ending,
    /// All is sent; the connection is to be shut down.
    Closing,
    /// The client has the last word.
    Lingering,
}

/// What a stream got that asked for others, too.
pub(super) enum Asked {
    /// Nothing; they wait.
    Waits,
    Goes(Portion),
    /// It is not for the others.
    Alone,
}

/// What is next with a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It waits.
    Waits,
    /// It has more to do, but it is another one's turn.
    Again,
    /// It has come to its end, and the client has been told.
    Ended,
    /// The client has gone.
    Gone,
    /// The client took nothing for too long.
    TimedOut,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Connection<T> {
    pub(super) fn new(start: Start<T>, now: Instant) -> Self {
        let mut head = start.head;
        if let Some(greeting) = start.greeting {
            encode_piece(start.framing, greeting.as_ref(), &mut head);
        }
        Self {
            io: start.io,
            frames: Some(start.frames),
            unsent: Unsent::new(head.into()),
            since: now,
            slot: Slot::NEVER,
            state: State::Streaming,
            framing: start.framing,
            talking: start.talking,
            due: false,
            admission: start.admission,
        }
    }

    /// Goes on as far as it can without waiting, within bounds.
    pub(super) fn go_on(&mut self, cx: &mut Context<'_>, turn: &mut Turn<'_>) -> Fate {
        let heard = self.listen(cx);
        if heard == Fate::Gone {
            return match self.state {
                State::Closing | State::Lingering => Fate::Ended,
                State::Streaming | State::Ending => Fate::Gone,
            };
        }
        match self.send(cx, turn) {
            Fate::Waits => heard,
            fate => fate,
        }
    }

    fn send(&mut self, cx: &mut Context<'_>, turn: &mut Turn<'_>) -> Fate {
        for _ in 0..PIECES {
            let mut progress = false;
            let sent = self
                .unsent
                .poll_send(Pin::new(&mut self.io), cx, &mut progress);
            if progress {
                self.since = turn.now;
            }
            match sent {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => return Fate::Gone,
                Poll::Pending => return Fate::Waits,
            }
            match self.state {
                State::Streaming => {
                    if !self.fill(cx, turn) {
                        return Fate::Waits;
                    }
                }
                State::Lingering => return Fate::Waits,
                State::Ending => {
                    self.state = State::Closing;
                    self.since = turn.now;
                }
                State::Closing => match Pin::new(&mut self.io).poll_shutdown(cx) {
                    Poll::Pending => return Fate::Waits,
                    // A socket that is closed with something unread in it takes back what was
                    // sent last: who may still be talking is heard out.
                    Poll::Ready(Ok(())) if self.talking => self.state = State::Lingering,
                    Poll::Ready(_) => return Fate::Ended,
                },
            }
        }
        Fate::Again
    }

    /// Takes what there is to be sent next; `false` if that is nothing.
    fn fill(&mut self, cx: &mut Context<'_>, turn: &mut Turn<'_>) -> bool {
        let Some(frames) = &mut self.frames else {
            return false;
        };
        let hurried = turn.drain.is_some_and(|drain| drain.hurry <= turn.now);
        let polled = match hurried || turn.in_convoy {
            true => Poll::Pending,
            false => frames.poll_joined(cx, PIECE),
        };
        self.take_up(polled, turn)
    }

    /// Has this sent next: a frame, the end of the stream, or if there is neither what else is due.
    fn take_up(&mut self, polled: Poll<Option<Frame>>, turn: &mut Turn<'_>) -> bool {
        let due = mem::take(&mut self.due);
        let last = match (polled, turn.drain) {
            (Poll::Ready(Some(frame)), _) => {
                self.unsent = Unsent::new(turn.chunks.piece(self.framing, frame));
                return true;
            }
            (Poll::Ready(None), _) => None,
            (Poll::Pending, Some(drain)) => {
                let retry = spread(&drain.retry, self.admission.ordinal());
                Some(Message::empty().retry(retry).into())
            }
            (Poll::Pending, None) => {
                if due {
                    let comment = turn.rules.comment.clone();
                    self.unsent = Unsent::new(turn.chunks.piece(self.framing, comment));
                }
                return due;
            }
        };
        self.unsent = Unsent::new(last_piece(self.framing, last));
        self.state = State::Ending;
        self.frames = None;
        true
    }

    /// Asks the hub, for all who stand where this stands. What is for this stream alone is held, to
    /// be sent when it goes on.
    pub(super) fn ask(&mut self, cx: &mut Context<'_>, turn: &mut Turn<'_>) -> Asked {
        let Some(frames) = &mut self.frames else {
            return Asked::Alone;
        };
        match frames.poll_portion(cx, PIECE) {
            Poll::Pending => Asked::Waits,
            Poll::Ready(Some(portion)) if portion.is_for_all() => Asked::Goes(portion),
            Poll::Ready(alone) => {
                let frame = alone.map(|portion| portion.frame().clone());
                self.take_up(Poll::Ready(frame), turn);
                Asked::Alone
            }
        }
    }

    /// Sends a piece that it has been given with others, while it is idle.
    pub(super) fn pass(&mut self, cx: &mut Context<'_>, piece: &mut Piece, now: Instant) -> Fate {
        let mut progress = false;
        let piece = piece.of(self.framing);
        let sent = self
            .unsent
            .poll_pass(piece, Pin::new(&mut self.io), cx, &mut progress);
        if progress {
            self.since = now;
        }
        match sent {
            Poll::Ready(Err(_)) => Fate::Gone,
            Poll::Ready(Ok(())) | Poll::Pending => Fate::Waits,
        }
    }

    /// Notices that the client has ended its side. What it says until then is passed over.
    fn listen(&mut self, cx: &mut Context<'_>) -> Fate {
        for _ in 0..READS {
            let mut memory = [MaybeUninit::uninit(); 1024];
            let mut heard = ReadBuf::uninit(&mut memory);
            match Pin::new(&mut self.io).poll_read(cx, &mut heard) {
                Poll::Pending => return Fate::Waits,
                Poll::Ready(Ok(())) if !heard.filled().is_empty() => {}
                Poll::Ready(_) => return Fate::Gone,
            }
        }
        Fate::Again
    }

    /// When something is due unless something happens.
    pub(super) fn deadline(&self, rules: &Rules) -> Option<Instant> {
        Some(match self.state {
            _ if !self.unsent.is_empty() => self.since + rules.write_timeout,
            State::Streaming if rules.keep_alive.is_zero() => return None,
            State::Streaming => {
                // What all got at once does not make them due at once.
                let range = rules.keep_alive / 4 * 3..=rules.keep_alive;
                self.since + spread(&range, self.admission.ordinal())
            }
            State::Ending | State::Closing | State::Lingering => self.since + LINGER,
        })
    }

    /// Its place in the hub, while it has one.
    pub(super) const fn frames(&self) -> Option<&Subscription> {
        self.frames.as_ref()
    }

    pub(super) const fn frames_mut(&mut self) -> Option<&mut Subscription> {
        self.frames.as_mut()
    }

    /// Whether it has sent all there was and waits for more.
    pub(super) fn is_idle(&self) -> bool {
        self.unsent.is_empty() && self.state == State::Streaming
    }

    /// Whether all has been sent, with the end of the stream.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, State::Closing | State::Lingering)
    }

    /// Does what is due at the deadline.
    pub(super) fn expire(&mut self) -> Option<Fate> {
        match self.state {
            _ if !self.unsent.is_empty() => Some(Fate::TimedOut),
            State::Streaming => {
                self.due = true;
                None
            }
            State::Ending | State::Closing | State::Lingering => Some(Fate::Ended),
        }
    }
}

/// How many pieces a stream that always has more may send before it is another one's turn.
const PIECES: usize = 4;

/// How often a client that keeps talking is listened to before it is another one's turn.
const READS: usize = 4;
