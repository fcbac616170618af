//! What is received: the head of a response, and the body that it says comes after it.

use super::{Client, Stage, Step};
use crate::{
    Buffer, Closed, Full, Instant, ItemPlace, Lost, TooLarge,
    http::{BadHead, Body, HeadEnd, Response},
    session::Verdict,
};

impl<D: Buffer, F: Buffer> Client<D, F> {
    /// Takes what has been received, up to the next thing to tell.
    pub(super) fn read(&mut self, now: Instant) -> Option<Step> {
        loop {
            match self.stage {
                Stage::Idle | Stage::Connecting | Stage::Sending(_) => return None,
                Stage::Head(_) => self.read_head(now)?,
                Stage::Refused { .. } => return self.read_refused(now),
                Stage::Opened if self.session.has_news() => return None,
                Stage::Opened => {
                    self.stage = Stage::Streaming;
                    self.session.parser.restart();
                    self.answered = false;
                }
                Stage::Streaming => return self.read_stream(now),
            }
        }
    }

    /// `None` when more is needed, and when the head is too large.
    fn read_head(&mut self, now: Instant) -> Option<()> {
        let Stage::Head(head_end) = &mut self.stage else {
            return None;
        };
        let found = head_end.find(self.rx.rest());
        let head = self.rx.take(found.unwrap_or(usize::MAX));
        let scratch = self.session.parser.scratch();
        let len = scratch.as_slice().len() + head.len();
        if len > self.session.rules.head_limit || scratch.push_slice(head).is_err() {
            self.fail(Closed::HeadTooLarge);
            return None;
        }
        found?;
        // Where it leads nowhere, nothing more is read.
        self.stage = Stage::Idle;
        if let Err(verdict) = self.judge_head() {
            self.session.apply(verdict, now);
        } else if matches!(self.stage, Stage::Opened) {
            self.session.apply(Verdict::Open, now);
        }
        Some(())
    }

    /// Moves on to what comes after the response head in the scratch.
    // Once a connection: what it needs of the stack and of registers, reading does without.
    #[inline(never)]
    fn judge_head(&mut self) -> Result<(), Verdict> {
        let head = self.session.parser.scratch_bytes();
        let response = match Response::parse(head) {
            Ok(response) => response,
            Err(BadHead::TooManyHeaders) => return Err(Verdict::Closed(Closed::HeadTooLarge)),
            Err(bad) => return Err(Verdict::lost(Lost::BadHead(bad))),
        };
        let rules = &self.session.rules;
        if response.is_informational() && response.status() != SWITCHING_PROTOCOLS {
            self.session.parser.scratch().clear();
            self.stage = Stage::Head(HeadEnd::new());
            return Ok(());
        }
        let scratch_url = self.rx.spare();
        let followed = self
            .route
            .follow(&response, self.method, rules.max_redirects, scratch_url);
        if let Ok(true) = followed {
            self.rx.clear();
            self.stage = Stage::Connecting;
            return Ok(());
        }
        self.answered = true;
        followed.map_err(Verdict::Closed)?;
        let refused = match self.session.judge(response.status(), response.headers()) {
            Verdict::Open => None,
            Verdict::Closed(closed) => Some(closed),
            lost @ Verdict::Lost(..) => return Err(lost),
        };
        let unread = |bad| Verdict::Closed(refused.unwrap_or(Closed::Framing(bad)));
        self.body = Body::of(&response).map_err(unread)?;
        self.stage = match refused {
            Some(closed) => Stage::Refused {
                room: rules.refused_body,
                closed,
            },
            None => Stage::Opened,
        };
        Ok(())
    }

    /// Collects the body of a refused response, as far as there is room and time for it.
    fn read_refused(&mut self, now: Instant) -> Option<Step> {
        let Stage::Refused { room, closed } = &mut self.stage else {
            return None;
        };
        let late = self.session.is_overdue(now);
        let scratch = self.session.parser.scratch();
        let mut rest = self.rx.take(usize::MAX);
        while let Ok(Some(piece)) = self.body.next_piece(&mut rest) {
            let free = scratch.limit() - scratch.as_slice().len();
            *room = free.min(*room);
            let kept = &piece[..piece.len().min(*room)];
            *room = match scratch.push_slice(kept) {
                Ok(()) => *room - kept.len(),
                Err(Full) => 0,
            };
        }
        let closed = *closed;
        if late || *room == 0 || self.body.is_finished() || !rest.is_empty() {
            self.session.fail(closed);
        }
        None
    }

    #[inline(never)]
    fn read_stream(&mut self, now: Instant) -> Option<Step> {
        while self.session.is_open() {
            let (input, at) = self.rx.parsing();
            let found = self.session.find_item(input, at);
            match found {
                Ok(Some(place)) => {
                    self.found = Some(place);
                    return Some(match place {
                        ItemPlace::Event(_) => Step::Event,
                        ItemPlace::Comment(_) => Step::Comment,
                    });
                }
                Ok(None) => {}
                Err(TooLarge) => return Some(Step::TooLarge),
            }
            let lost = match self.rx.next_piece(&mut self.body) {
                Ok(true) => continue,
                Ok(false) if self.body.is_finished() => self.session.end(),
                Ok(false) => return None,
                Err(bad) => Lost::BadChunk(bad),
            };
            self.session.disconnected(lost, now);
        }
        None
    }
}

const SWITCHING_PROTOCOLS: u16 = 101;
