//! A well-behaved driver, and a server that answers each connection as it likes.

use core::time::Duration;

use arbitrary::Arbitrary;
use sse_core::{
    Client, Closed, Config, EventBuf, Instant, Lost, Parser, Step,
    http::{Request, RequestHead},
};

use crate::{Fragment, reference::reference};

#[derive(Debug, Arbitrary)]
pub(crate) struct Server<'a> {
    connections: Vec<Connection<'a>>,
    /// How many bytes each read and each write takes, used over and over.
    lengths: Vec<u8>,
}

#[derive(Debug, Arbitrary)]
enum Connection<'a> {
    Unreachable,
    Unanswered,
    Silent,
    Stream {
        body: Vec<Fragment<'a>>,
        framing: Framing,
        end: End,
    },
    Redirect {
        permanent: bool,
        number: u8,
    },
    NoContent,
    Refusal(u8),
}

#[derive(Clone, Copy, Debug, Arbitrary)]
enum Framing {
    UntilClose,
    Length,
    Chunks(u8),
}

#[derive(Clone, Copy, Debug, Arbitrary)]
enum End {
    Whole,
    Cut,
    Silence,
}

/// What a client tells of a stream.
#[derive(Debug, PartialEq)]
enum Told {
    Opened,
    Event(EventBuf),
}

/// The driver, with what its client must know by now.
struct Driver {
    client: Client,
    config: Config,
    now: Instant,
    lengths: Vec<u8>,
    last_event_id: String,
    retry: Duration,
    /// Targets: where an attempt begins, and where its redirects have led.
    home: String,
    redirects: Vec<String>,
    permanent: bool,
}

impl Server<'_> {
    pub(crate) fn talk(self) {
        let mut config = Config::default();
        config.idle_timeout = Some(Duration::from_secs(60));
        let mut driver = Driver {
            client: Client::new("http://ticker.example/", config).expect("a URL"),
            config,
            now: Instant::ZERO,
            lengths: self.lengths,
            last_event_id: String::new(),
            retry: config.retry,
            home: "/".to_owned(),
            redirects: Vec::new(),
            permanent: true,
        };
        for connection in self.connections {
            if driver.connect(connection).is_err() {
                return;
            }
        }
    }
}

impl Driver {
    /// Goes through one connection; an error is the end for good.
    fn connect(&mut self, connection: Connection<'_>) -> Result<(), Closed> {
        assert_eq!(self.client.poll(self.now), Step::Connect);
        let target = self.redirects.last().unwrap_or(&self.home);
        assert_eq!(self.client.url().target(), target);
        if let Connection::Unreachable = connection {
            self.client.disconnected(self.now);
            let step = self.client.poll(self.now);
            return self.lose(step, Lost::Connect);
        }
        self.send();
        match connection {
            Connection::Unreachable | Connection::Unanswered => {
                let step = self.end();
                self.lose(step, Lost::NoResponse)
            }
            Connection::Silent => {
                let step = self.wait();
                self.lose(step, Lost::ConnectTimeout)
            }
            Connection::Stream { body, framing, end } => {
                let body: Vec<_> = body.iter().map(Fragment::bytes).collect();
                self.stream(&body.concat(), framing, end)
            }
            Connection::Redirect { permanent, number } => self.redirect(permanent, number),
            Connection::NoContent => {
                self.receive(b"HTTP/1.1 204 No Content\r\n\r\n", &mut Vec::new());
                self.close(Closed::NoContent)
            }
            Connection::Refusal(number) => {
                let status = 400 + u16::from(number);
                let response = format!("HTTP/1.1 {status} No\r\nContent-Length: 2\r\n\r\n{{}}");
                self.receive(response.as_bytes(), &mut Vec::new());
                let kept = self.client.response();
                assert_eq!(
                    kept.map(|kept| (kept.status(), kept.body())),
                    Some((status, &b"{}"[..]))
                );
                self.close(Closed::Status(status))
            }
        }
    }

    /// Sends the request, which names the last event ID if it can.
    fn send(&mut self) {
        self.client.connected(&Request::get(), self.now);
        let mut request = Vec::new();
        let mut lengths = self.lengths.clone().into_iter().cycle();
        while self.client.poll(self.now) == Step::Send {
            let unsent = self.client.unsent();
            let n = lengths
                .next()
                .map_or(usize::MAX, |n| usize::from(n).max(1))
                .min(unsent.len());
            request.extend_from_slice(&unsent[..n]);
            self.client.sent(n);
        }
        assert_eq!(self.client.poll(self.now), Step::Receive);

        let (head, len) = RequestHead::parse(&request).unwrap().expect("a whole head");
        assert_eq!((head.method(), len), ("GET", request.len()));
        assert_eq!(head.target(), self.client.url().target());
        let id = &*self.last_event_id;
        let cannot_be_sent = id.contains(|c: char| c.is_ascii_control() && c != '\t');
        let id = if cannot_be_sent {
            ""
        } else {
            id.trim_matches([' ', '\t'])
        };
        assert_eq!(head.last_event_id().unwrap_or_default(), id.as_bytes());
    }

    fn stream(&mut self, body: &[u8], framing: Framing, end: End) -> Result<(), Closed> {
        let mut response = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n".to_vec();
        let whole = matches!(end, End::Whole);
        match framing {
            Framing::UntilClose => {
                response.extend_from_slice(b"\r\n");
                response.extend_from_slice(body);
            }
            Framing::Length => {
                let length = body.len() + usize::from(!whole);
                response.extend_from_slice(format!("Content-Length: {length}\r\n\r\n").as_bytes());
                response.extend_from_slice(body);
            }
            Framing::Chunks(size) => {
                response.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
                for chunk in body.chunks(usize::from(size) + 1) {
                    response.extend_from_slice(format!("{:x};x\r\n", chunk.len()).as_bytes());
                    response.extend_from_slice(chunk);
                    response.extend_from_slice(b"\r\n");
                }
                if whole {
                    response.extend_from_slice(b"0\r\n\r\n");
                }
            }
        }

        let outcome = reference(body, &self.last_event_id);
        self.last_event_id = outcome.last_event_id;
        self.retry = outcome.retry.map_or(self.retry, Duration::from_millis);
        let mut told = Vec::new();
        let step = self.receive(&response, &mut told);
        let events = outcome.events.into_iter().map(|(event_type, data, id)| {
            Told::Event(EventBuf {
                event_type: event_type.into(),
                data,
                last_event_id: id,
            })
        });
        let expected: Vec<_> = core::iter::once(Told::Opened).chain(events).collect();
        assert_eq!(told, expected);
        assert_eq!(self.client.session().last_event_id(), self.last_event_id);
        assert_eq!(self.client.session().reconnection_time(), self.retry);

        let (step, lost) = match (end, framing) {
            (End::Whole, Framing::Length | Framing::Chunks(_)) => (step, Lost::Ended),
            (End::Whole | End::Cut, Framing::UntilClose) => (self.end(), Lost::Ended),
            (End::Cut, Framing::Length | Framing::Chunks(_)) => (self.end(), Lost::Cut),
            (End::Silence, _) => (self.wait(), Lost::Idle),
        };
        let lost = match lost {
            Lost::Ended if breaks_off(body) => Lost::Cut,
            lost => lost,
        };
        self.lose(step, lost)
    }

    fn redirect(&mut self, permanent: bool, number: u8) -> Result<(), Closed> {
        let status = if permanent { 308 } else { 307 };
        let target = format!("/moved/{number}");
        let response =
            format!("HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n");
        self.receive(response.as_bytes(), &mut Vec::new());
        if self.redirects.len() == usize::from(self.config.max_redirects) {
            return self.close(Closed::TooManyRedirects);
        }
        self.permanent &= permanent;
        if self.permanent {
            self.home.clone_from(&target);
        }
        self.redirects.push(target);
        Ok(())
    }

    /// Delivers bytes and returns the step that is neither `Opened` nor an event after them.
    fn receive(&mut self, mut bytes: &[u8], told: &mut Vec<Told>) -> Step {
        let mut lengths = self.lengths.clone().into_iter().cycle();
        loop {
            match self.client.poll(self.now) {
                Step::Opened => told.push(Told::Opened),
                Step::Event => told.push(Told::Event(self.client.event().into())),
                Step::Receive if !bytes.is_empty() => {
                    let spare = self.client.spare();
                    let n = lengths
                        .next()
                        .map_or(usize::MAX, |n| usize::from(n).max(1))
                        .min(bytes.len())
                        .min(spare.len());
                    spare[..n].copy_from_slice(&bytes[..n]);
                    self.client.received(n, self.now);
                    bytes = &bytes[n..];
                }
                step => {
                    assert_eq!(bytes, b"");
                    return step;
                }
            }
        }
    }

    fn end(&mut self) -> Step {
        self.client.received(0, self.now);
        self.client.poll(self.now)
    }

    /// Lets the deadline pass, with nothing to be had at the last look.
    fn wait(&mut self) -> Step {
        self.now = self.client.deadline().expect("a deadline");
        match self.client.poll(self.now) {
            Step::Receive => self.client.poll(self.now),
            step => step,
        }
    }

    /// The connection is lost, and after a wait the next one begins at home.
    fn lose(&mut self, step: Step, lost: Lost) -> Result<(), Closed> {
        assert_eq!(step, Step::Lost(lost));
        assert_eq!(self.client.poll(self.now), Step::Wait);
        let Config {
            retry_floor,
            retry_ceiling,
            ..
        } = self.config;
        let shortest = self.retry.clamp(retry_floor, retry_ceiling);
        assert!(self.client.deadline() >= Some(self.now + shortest));
        self.now = self.client.deadline().unwrap_or(self.now);
        self.redirects.clear();
        self.permanent = true;
        Ok(())
    }

    fn close(&mut self, closed: Closed) -> Result<(), Closed> {
        assert_eq!(self.client.poll(self.now), Step::Closed(closed));
        Err(closed)
    }
}

/// Whether `body` ends within an event, as a parser of nothing else sees it.
fn breaks_off(mut body: &[u8]) -> bool {
    let mut parser = Parser::new();
    while let Ok(Some(_)) = parser.next_event(&mut body) {}
    parser.has_unfinished()
}
