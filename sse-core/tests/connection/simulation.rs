//! A client, a scripted network, and a clock that moves only when nothing else can happen.

use std::collections::VecDeque;
use std::time::Duration;

use sse_core::http::{Header, RequestBuf, RequestHead};
use sse_core::{Buffer, Client, Config, Growing, Instant, Step};

use crate::random::Random;

/// Drives a client as an adapter does: it polls when something happened and at the deadline, and
/// never otherwise. A client that would make it spin fails the test.
pub(crate) struct Simulation<D = Growing, F = D> {
    pub(crate) client: Client<D, F>,
    pub(crate) now: Instant,
    pub(crate) request: RequestBuf,
    pub(crate) cuts: Cuts,
    /// The requests that have been made so far.
    pub(crate) asked: Vec<Asked>,
    server: Server,
    link: Link,
    ended: Option<Instant>,
}

/// Says what comes of connecting to a URL; nobody listens there if it says `None`.
type Server = Box<dyn FnMut(&str) -> Option<Answer>>;

/// A request, and when it was made.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) url: String,
    pub(crate) at: Instant,
    /// The time since the end of the answer before, if the client has let go of that.
    pub(crate) wait: Option<Duration>,
    pub(crate) text: String,
}

/// What a server sends, piece by piece, each after a delay.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    connect: Duration,
    parts: VecDeque<(Duration, Vec<u8>)>,
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Eof,
    Reset,
    Hang,
}

/// How much of what could be sent or received at once is.
pub(crate) enum Cuts {
    Whole,
    Bytes,
    Random(Random),
}

enum Link {
    None,
    Dialing {
        until: Instant,
        answer: Option<Answer>,
    },
    Open {
        due: Instant,
        answer: Answer,
    },
}

enum Outcome {
    Done,
    /// Nothing happens before this instant, if ever.
    Pending(Option<Instant>),
}

impl Simulation {
    pub(crate) fn new(
        config: Config,
        server: impl FnMut(&str) -> Option<Answer> + 'static,
    ) -> Self {
        Self::with_client(Client::new(HOME, config).unwrap(), server)
    }

    /// Whose server gives these answers, one after another, and the last one again and again.
    pub(crate) fn of<const N: usize>(config: Config, answers: [Answer; N]) -> Self {
        Self::new(config, in_turn(answers))
    }
}

impl<D: Buffer, F: Buffer> Simulation<D, F> {
    pub(crate) fn with_client(
        client: Client<D, F>,
        server: impl FnMut(&str) -> Option<Answer> + 'static,
    ) -> Self {
        Self {
            client,
            now: Instant::ZERO,
            request: RequestBuf::new("GET").unwrap(),
            cuts: Cuts::Whole,
            asked: Vec::new(),
            server: Box::new(server),
            link: Link::None,
            ended: None,
        }
    }

    /// Goes on to the next step that tells something. `None`: there is none by `until`.
    pub(crate) fn run(&mut self, until: Instant) -> Option<Step> {
        let mut idle_polls = 0;
        loop {
            let step = self.client.poll(self.now);
            let outcome = match step {
                Step::Connect => self.connect(),
                Step::Send => self.send(),
                Step::Receive => self.receive(),
                Step::Wait => Outcome::Pending(None),
                Step::Lost(_) | Step::Closed(_) => {
                    self.hang_up();
                    return Some(step);
                }
                Step::Opened | Step::Event | Step::Comment | Step::TooLarge => return Some(step),
            };
            let Outcome::Pending(due) = outcome else {
                idle_polls = 0;
                continue;
            };
            let next = due.into_iter().chain(self.client.deadline()).min()?;
            if next > until {
                self.now = self.now.max(until);
                return None;
            }
            idle_polls = if next > self.now { 0 } else { idle_polls + 1 };
            assert!(idle_polls < 2, "{step:?} spins at {:?}", self.now);
            self.now = self.now.max(next);
        }
    }

    /// All that is told up to the end, or for so many seconds more: events as `type|data|id`,
    /// comments with their colon, the rest as it is.
    pub(crate) fn log(&mut self, seconds: u64) -> Vec<String> {
        let until = self.now + Duration::from_secs(seconds);
        let mut log = Vec::new();
        while let Some(step) = self.run(until) {
            log.push(match step {
                Step::Event => event_line(&self.client),
                Step::Comment => {
                    format!(":{}", String::from_utf8_lossy(self.client.comment().text))
                }
                other => format!("{other:?}"),
            });
            if matches!(step, Step::Closed(_)) {
                break;
            }
        }
        log
    }

    /// Lets time go by in which nobody polls.
    pub(crate) fn pause(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    /// The waits before each attempt but the first, in ms.
    pub(crate) fn waits(&self) -> Vec<u64> {
        let waits = self.asked.iter().filter_map(|asked| asked.wait);
        waits.map(millis).collect()
    }

    fn connect(&mut self) -> Outcome {
        match core::mem::replace(&mut self.link, Link::None) {
            Link::Dialing { until, answer } if until > self.now => {
                self.link = Link::Dialing { until, answer };
                return Outcome::Pending(Some(until));
            }
            Link::Dialing { answer: None, .. } => {
                self.client.disconnected(self.now);
                self.hang_up();
            }
            Link::Dialing {
                answer: Some(answer),
                ..
            } => {
                let (client, now) = (&mut self.client, self.now);
                self.request.lend(|request| client.connected(request, now));
                let due = self.now;
                self.link = Link::Open { due, answer };
            }
            Link::None | Link::Open { .. } => {
                let url = self.client.url().as_str().to_owned();
                let answer = (self.server)(&url);
                let connect = answer.as_ref().map_or(Duration::ZERO, |a| a.connect);
                self.asked.push(Asked {
                    url,
                    at: self.now,
                    wait: self.ended.take().map(|ended| self.now.since(ended)),
                    text: String::new(),
                });
                let until = self.now + connect;
                self.link = Link::Dialing { until, answer };
            }
        }
        Outcome::Done
    }

    fn send(&mut self) -> Outcome {
        let unsent = self.client.unsent();
        assert!(!unsent.is_empty());
        let n = self.cuts.take(unsent.len());
        let asked = self.asked.last_mut().expect("there is a connection");
        // One byte is one char, so that a cut character does no harm.
        asked
            .text
            .extend(unsent[..n].iter().map(|&b| char::from(b)));
        self.client.sent(n);
        if let Link::Open { due, answer } = &mut self.link {
            *due = self.now + answer.delay();
        }
        Outcome::Done
    }

    fn receive(&mut self) -> Outcome {
        let Link::Open { due, answer } = &mut self.link else {
            panic!("receives without a connection");
        };
        if *due > self.now {
            return Outcome::Pending(Some(*due));
        }
        let spare = self.client.spare();
        assert!(!spare.is_empty());
        match answer.parts.front_mut() {
            Some((_, bytes)) => {
                let n = self.cuts.take(bytes.len().min(spare.len()));
                spare[..n].copy_from_slice(&bytes[..n]);
                bytes.drain(..n);
                if bytes.is_empty() {
                    answer.parts.pop_front();
                    *due = *due + answer.delay();
                }
                if n > 0 {
                    self.client.received(n, self.now);
                }
            }
            None => match answer.end {
                End::Hang => return Outcome::Pending(None),
                End::Eof => self.client.received(0, self.now),
                End::Reset => self.client.disconnected(self.now),
            },
        }
        Outcome::Done
    }

    fn hang_up(&mut self) {
        self.link = Link::None;
        self.ended = Some(self.now);
    }
}

impl Asked {
    /// The value of a header, as text.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let bytes: Vec<u8> = self.text.chars().map(|c| c as u8).collect();
        let (head, _) = RequestHead::parse(&bytes).unwrap().expect("a whole head");
        let value = head.header(name)?;
        Some(String::from_utf8(value.to_vec()).unwrap())
    }
}

impl Answer {
    /// These bytes, then the end of the connection.
    pub(crate) fn new(bytes: impl AsRef<[u8]>) -> Self {
        Self {
            connect: Duration::ZERO,
            parts: [(Duration::ZERO, bytes.as_ref().to_vec())].into(),
            end: End::Eof,
        }
    }

    /// An event stream without framing.
    pub(crate) fn stream(body: &str) -> Self {
        Self::new(format!("{OK}\r\n{body}"))
    }

    /// A status and nothing else.
    pub(crate) fn status(status: u16) -> Self {
        Self::new(format!("HTTP/1.1 {status} -\r\nContent-Length: 0\r\n\r\n"))
    }

    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        Self::new(format!(
            "HTTP/1.1 {status} -\r\nLocation: {location}\r\n\r\n"
        ))
    }

    /// More bytes, so much later.
    pub(crate) fn then(mut self, ms: u64, bytes: impl AsRef<[u8]>) -> Self {
        let delay = Duration::from_millis(ms);
        self.parts.push_back((delay, bytes.as_ref().to_vec()));
        self
    }

    /// The connection is there only after so many seconds.
    pub(crate) fn slow_to_connect(mut self, seconds: u64) -> Self {
        self.connect = Duration::from_secs(seconds);
        self
    }

    pub(crate) fn hang(self) -> Self {
        Self {
            end: End::Hang,
            ..self
        }
    }

    pub(crate) fn reset(self) -> Self {
        Self {
            end: End::Reset,
            ..self
        }
    }

    /// The delay before the next part.
    fn delay(&self) -> Duration {
        self.parts.front().map_or(Duration::ZERO, |part| part.0)
    }
}

impl Cuts {
    fn take(&mut self, n: usize) -> usize {
        match self {
            Self::Whole => n,
            Self::Bytes => n.min(1),
            Self::Random(random) => n.min(1 + random.below(n.clamp(1, 64))),
        }
    }
}

/// A server that gives these answers, one after another, and the last one again and again.
pub(crate) fn in_turn<const N: usize>(
    answers: [Answer; N],
) -> impl FnMut(&str) -> Option<Answer> + 'static {
    let mut answers = VecDeque::from(answers);
    move |_url| match answers.len() {
        1 => answers.front().cloned(),
        _ => answers.pop_front(),
    }
}

/// The default configuration, changed.
pub(crate) fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::default();
    change(&mut config);
    config
}

pub(crate) fn event_line<D: Buffer, F: Buffer>(client: &Client<D, F>) -> String {
    let event = client.event();
    format!(
        "{}|{}|{}",
        event.event_type, event.data, event.last_event_id
    )
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap()
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// An instant this many seconds after the epoch.
pub(crate) fn at(seconds: u64) -> Instant {
    Instant::since_epoch(Duration::from_secs(seconds))
}

pub(crate) fn header<'a>(name: &'a str, value: &'a str) -> Header<'a> {
    let value = value.as_bytes();
    Header { name, value }
}

pub(crate) const HOME: &str = "http://home.example/events";
/// The head of a stream, to be ended by an empty line.
pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
