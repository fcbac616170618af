//! A source whose futures are dropped at any await, over a connection that does anything: each
//! event is seen once and in order.

mod common;
#[allow(dead_code, reason = "text is for the encoder's tests")]
#[path = "../../sse-core/tests/common/random.rs"]
mod random;

use core::{future::poll_fn, pin::pin, task::Poll};

use common::{config, run};
use embassy_futures::yield_now;
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use random::Random;
use sse_embedded::{Connect, Event, EventSource, Memory, sse_core::http::Url};

/// A server and the way to it.
struct Anything {
    random: Random,
    received: Vec<u8>,
    unsent: Vec<u8>,
    answered: bool,
}

impl Anything {
    /// Waits now and then.
    async fn hesitate(&mut self) {
        while self.random.below(3) == 0 {
            yield_now().await;
        }
    }

    /// Some events after the one that the request names, in chunks of any size.
    fn answer(&mut self) {
        let request = str::from_utf8(&self.received).unwrap();
        let id = request.split("Last-Event-ID: ").nth(1);
        let id = id.and_then(|rest| rest.split("\r\n").next()).unwrap_or("0");
        let had: u32 = id.parse().unwrap();
        let mut body = Vec::new();
        for n in had + 1..=had + self.random.below(8) as u32 {
            let end = ["\n", "\r", "\r\n"][self.random.below(3)];
            let id = format!("id: {n}{end}");
            let (before, behind) = match self.random.below(2) {
                0 => (id.as_str(), ""),
                _ => ("", id.as_str()),
            };
            body.extend(format!("{before}: x{end}data: {n}{end}{behind}{end}").bytes());
        }
        let cut = body.len() - self.random.below(body.len() + 1) * self.random.below(2);
        self.unsent = CHUNKED.as_bytes().to_vec();
        let mut rest = &body[..cut];
        while !rest.is_empty() {
            let piece = rest.split_off(..1 + self.random.below(rest.len())).unwrap();
            self.unsent.extend(format!("{:x}\r\n", piece.len()).bytes());
            self.unsent.extend(piece);
            self.unsent.extend(b"\r\n");
        }
        if cut == body.len() {
            self.unsent.extend(b"0\r\n\r\n");
        }
        self.answered = true;
    }
}

impl ErrorType for Anything {
    type Error = ErrorKind;
}

impl Read for Anything {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        self.hesitate().await;
        if !self.answered {
            self.answer();
        }
        let most = self.unsent.len().min(out.len());
        if most == 0 {
            return [Ok(0), Err(ErrorKind::ConnectionReset)][self.random.below(2)];
        }
        let n = 1 + self.random.below(most);
        for (to, from) in out.iter_mut().zip(self.unsent.drain(..n)) {
            *to = from;
        }
        Ok(n)
    }
}

impl Write for Anything {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.hesitate().await;
        let n = 1 + self.random.below(bytes.len());
        self.received.extend(&bytes[..n]);
        Ok(n)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        self.hesitate().await;
        Ok(())
    }
}

impl Connect for Anything {
    type Io = Self;

    async fn connect(&mut self, _: Url<'_>) -> Result<(), ErrorKind> {
        self.hesitate().await;
        match self.random.below(8) {
            0 => Err(ErrorKind::ConnectionRefused),
            _ => Ok(()),
        }
    }

    fn io(&mut self) -> Option<&mut Self> {
        Some(self)
    }

    fn disconnect(&mut self) {
        self.received.clear();
        self.unsent.clear();
        self.answered = false;
    }
}

impl Anything {
    fn new(seed: u64) -> Self {
        Self {
            random: Random(seed),
            received: Vec::new(),
            unsent: Vec::new(),
            answered: false,
        }
    }
}

/// What comes of the future in some polls; then it is dropped.
async fn some_polls<F: Future>(random: &mut Random, future: F) -> Option<F::Output> {
    let mut polls = random.below(6);
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if polls == 0 => Poll::Ready(None),
        Poll::Pending => {
            polls -= 1;
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

/// Takes the event that comes next after `seen` others.
fn see(event: Event<'_>, seen: &mut u32) {
    *seen += 1;
    let texts = [event.data, event.last_event_id];
    assert_eq!(texts, [seen.to_string(), seen.to_string()]);
}

#[test]
fn each_event_is_seen_once_wherever_futures_are_dropped() {
    for seed in 0..20 {
        let mut random = Random(!seed);
        let mut memory = Memory::<16, 160, 16, 48>::new();
        let connector = Anything::new(seed);
        let source = EventSource::new("http://feed.example/", &mut memory, connector, config());
        let mut source = source.unwrap();
        run(async {
            let mut seen = 0;
            while seen < 100 {
                if let Some(event) = some_polls(&mut random, source.next()).await {
                    see(event.unwrap(), &mut seen);
                }
            }
        });
    }
}

#[test]
fn each_event_is_seen_once_wherever_futures_and_streams_of_the_caller_are_dropped() {
    for seed in 0..20 {
        let mut random = Random(!seed);
        let mut memory = Memory::<16, 160, 16, 48>::new();
        let source = EventSource::new("http://feed.example/", &mut memory, (), config());
        let mut source = source.unwrap();
        run(async {
            let (mut seen, mut connections) = (0, 0);
            while seen < 100 {
                match some_polls(&mut random, source.due()).await {
                    Some(url) => assert_eq!(url.unwrap().host(), "feed.example"),
                    None => continue,
                }
                connections += 1;
                let io = Anything::new(seed << 32 | connections);
                let Some(mut stream) = source.over(Ok(io)) else {
                    continue;
                };
                while random.below(50) > 0 {
                    match some_polls(&mut random, stream.next()).await {
                        Some(Some(event)) => see(event, &mut seen),
                        Some(None) => break,
                        None => {}
                    }
                }
            }
        });
    }
}

const CHUNKED: &str = concat!(
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n",
    "Transfer-Encoding: chunked\r\n\r\n",
);
