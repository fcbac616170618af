//! A server and the way to it that do anything: hesitate, stall, refuse, cut, lead elsewhere.

use std::{
    future::{Future, poll_fn},
    io,
    pin::pin,
    task::{Context, Poll, ready},
};

use sse_core::Event;

use super::random::Random;

/// A connection to it; what it sends are the events after the one that the request names.
pub(crate) struct Anything {
    random: Random,
    received: Vec<u8>,
    unsent: Vec<u8>,
    answered: bool,
    /// Whether there is an end to what it sends.
    ends: bool,
}

impl Anything {
    /// A connection, or none.
    pub(crate) fn new(seed: u64) -> io::Result<Self> {
        let mut random = Random(seed);
        match random.below(8) {
            0 => Err(io::ErrorKind::ConnectionRefused.into()),
            _ => Ok(Self {
                random,
                received: Vec::new(),
                unsent: Vec::new(),
                answered: false,
                ends: true,
            }),
        }
    }

    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        out: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.hesitate(cx));
        if !self.answered {
            self.answer();
        }
        let most = self.unsent.len().min(out.len());
        if most == 0 {
            return match (self.ends, self.random.below(2)) {
                (false, _) => Poll::Pending,
                (true, 0) => Poll::Ready(Ok(0)),
                (true, _) => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            };
        }
        let n = 1 + self.random.below(most);
        out[..n].copy_from_slice(&self.unsent[..n]);
        self.unsent.drain(..n);
        Poll::Ready(Ok(n))
    }

    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.hesitate(cx));
        if self.random.below(50) == 0 {
            self.answered = true;
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let n = 1 + self.random.below(bytes.len());
        self.received.extend(&bytes[..n]);
        Poll::Ready(Ok(n))
    }

    /// Waits now and then.
    pub(crate) fn hesitate(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.random.below(3) {
            0 => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    }

    fn answer(&mut self) {
        let request = str::from_utf8(&self.received).unwrap();
        assert!(request.ends_with("\r\n\r\n"), "{request:?}");
        let id = request.split("Last-Event-ID: ").nth(1);
        let id = id.and_then(|rest| rest.split("\r\n").next()).unwrap_or("0");
        let had: u32 = id.parse().unwrap();
        for _ in 0..self.random.below(3) {
            let interim = [
                "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 103 -\r\na: b\n\n",
            ];
            self.unsent.extend(interim[self.random.below(2)].bytes());
        }
        let location = match self.random.below(6) {
            0 => Some("/elsewhere"),
            1 => Some("http://other.example/?a"),
            _ => None,
        };
        match location {
            Some(location) => {
                let status = [301, 302, 303, 307, 308][self.random.below(5)];
                let head = format!("HTTP/1.1 {status} -\r\nLocation: {location}\r\n\r\n");
                self.unsent.extend(head.bytes());
            }
            None => self.stream(had),
        }
        if self.random.below(8) == 0 {
            let cut = self.random.below(self.unsent.len());
            self.unsent.truncate(cut);
        }
        self.ends = self.random.below(8) > 0;
        self.answered = true;
    }

    fn stream(&mut self, had: u32) {
        let mut body = Vec::new();
        for n in had + 1..=had + self.random.below(8) as u32 {
            let end = ["\n", "\r", "\r\n"][self.random.below(3)];
            let id = format!("id: {n}{end}");
            let (before, behind) = match self.random.below(2) {
                0 => (id.as_str(), ""),
                _ => ("", id.as_str()),
            };
            let data = match self.random.below(3) {
                0 => format!("data: {n}{end}"),
                1 => format!("event: n{end}data:{n}{end}"),
                _ => format!(": x{end}data: {n}{end}"),
            };
            body.extend(format!("{before}{data}{behind}{end}").bytes());
            if self.random.below(4) == 0 {
                body.extend(format!(":{end}{end}retry: 1{end}").bytes());
            }
        }
        let cut = body.len() - self.random.below(body.len() + 1) * self.random.below(2);
        let whole = cut == body.len();
        self.unsent.extend(OK.bytes());
        match self.random.below(3) {
            0 => {
                self.unsent.extend(b"\r\n");
                self.unsent.extend(&body[..cut]);
            }
            1 => {
                let head = format!("Content-Length: {}\r\n\r\n", body.len());
                self.unsent.extend(head.bytes());
                self.unsent.extend(&body[..cut]);
                // Of another answer.
                if whole {
                    self.unsent.extend(b"data: x\n\n");
                }
            }
            _ => self.chunks(&body[..cut], whole),
        }
    }

    fn chunks(&mut self, mut rest: &[u8], whole: bool) {
        self.unsent.extend(b"Transfer-Encoding: chunked\r\n\r\n");
        while !rest.is_empty() {
            let piece = rest.split_off(..1 + self.random.below(rest.len())).unwrap();
            self.unsent.extend(format!("{:x}\r\n", piece.len()).bytes());
            self.unsent.extend(piece);
            self.unsent.extend(b"\r\n");
        }
        if whole {
            self.unsent.extend(b"0\r\nTrailer: x\r\n\r\ndata: x\n\n");
        }
    }
}

/// What comes of the future in some polls; then it is dropped.
pub(crate) async fn some_polls<F: Future>(random: &mut Random, future: F) -> Option<F::Output> {
    let mut polls = random.below(6);
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if polls == 0 => Poll::Ready(None),
        Poll::Pending => {
            polls -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Takes the event that comes next after `seen` others.
pub(crate) fn see(event: Event<'_>, seen: &mut u32) {
    *seen += 1;
    let texts = [event.data, event.last_event_id];
    assert_eq!(texts, [seen.to_string(), seen.to_string()]);
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
