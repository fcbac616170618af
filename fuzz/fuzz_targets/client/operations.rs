//! Any operations on a client, in any order, asked for or not.

use core::time::Duration;

use arbitrary::Arbitrary;
use sse_core::{
    Buffer, Buffers, Client, Closed, Config, Instant, SliceBuffer, Step,
    http::{Header, Request},
};

use crate::Fragment;

#[derive(Debug, Arbitrary)]
pub(crate) enum Operation<'a> {
    Wait(u16),
    WaitForDeadline,
    Connected { name: &'a str, value: &'a [u8] },
    Disconnected,
    Sent(u8),
    SentAll,
    Received(Received<'a>),
    ReceivedMore(usize),
    Ended,
    Close,
    Fail,
    Reopen,
    SetLastEventId(&'a str),
}

/// What a server sends often, and anything else.
#[derive(Debug, Arbitrary)]
pub(crate) enum Received<'a> {
    Stream,
    Chunked,
    Redirect(&'a str),
    Refusal,
    Fragment(Fragment<'a>),
}

/// The sizes of buffers that do not grow; `None` for some that do.
#[derive(Debug, Arbitrary)]
pub(crate) struct Memory(Option<[u8; 7]>);

pub(crate) fn run(config: Config, memory: &Memory, operations: Vec<Operation<'_>>) {
    const URL: &str = "http://ticker.example/prices";
    let Some(sizes) = memory.0 else {
        let client = Client::new(URL, config).expect("a URL");
        return operate(client, &config, operations);
    };
    let mut memory = [[0; 4 * 255]; 7];
    let mut sizes = sizes.into_iter();
    let [rx, data, event_type, id, last_event_id, url, redirect] = memory.each_mut().map(|m| {
        let size = sizes.next().map_or(0, |size| 4 * usize::from(size));
        SliceBuffer::new(&mut m[..size])
    });
    let buffers = Buffers {
        rx,
        data,
        event_type,
        id,
        last_event_id,
        url,
        redirect,
    };
    if let Ok(client) = Client::with_buffers(URL, "GET", buffers, config) {
        operate(client, &config, operations);
    }
}

fn operate<D: Buffer, F: Buffer>(
    mut client: Client<D, F>,
    config: &Config,
    operations: Vec<Operation<'_>>,
) {
    let mut now = Instant::ZERO;
    settle(&mut client, config, now);
    for operation in operations {
        match operation {
            Operation::Wait(milliseconds) => now = now + Duration::from_millis(milliseconds.into()),
            Operation::WaitForDeadline => now = client.deadline().unwrap_or(now).max(now),
            Operation::Connected { name, value } => {
                let headers = [Header { name, value }];
                let request = Request {
                    headers: &headers,
                    ..Request::get()
                };
                client.connected(&request, now);
            }
            Operation::Disconnected => client.disconnected(now),
            Operation::Sent(n) => client.sent(n.into()),
            Operation::SentAll => client.sent(client.unsent().len()),
            Operation::Received(received) => receive(&mut client, config, &received.bytes(), now),
            Operation::ReceivedMore(n) => client.received(n, now),
            Operation::Ended => client.received(0, now),
            Operation::Close => client.close(),
            Operation::Fail => client.fail(Closed::Connect),
            Operation::Reopen => client.reopen(),
            Operation::SetLastEventId(id) => {
                let expected = client.set_last_event_id(id).map_or("", |()| id);
                assert_eq!(client.session().last_event_id(), expected);
            }
        }
        settle(&mut client, config, now);
    }
    client.close();
    assert!(matches!(client.poll(now), Step::Closed(_)));
}

fn receive<D: Buffer, F: Buffer>(
    client: &mut Client<D, F>,
    config: &Config,
    bytes: &[u8],
    now: Instant,
) {
    let room = client.spare().len();
    if room == 0 {
        return;
    }
    for piece in bytes.chunks(room) {
        client.spare()[..piece.len()].copy_from_slice(piece);
        client.received(piece.len(), now);
        settle(client, config, now);
    }
}

/// Polls until there is nothing more to tell, and checks what each step promises.
fn settle<D: Buffer, F: Buffer>(client: &mut Client<D, F>, config: &Config, now: Instant) {
    // Each byte received ends at most one event, and a connection has a start and an end.
    let most = client.spare().len() + 4;
    for _ in 0..most {
        let step = client.poll(now);
        let session = client.session();
        match step {
            Step::Opened => {
                assert!(session.is_open());
                assert_eq!(
                    client.response().map(|response| response.status()),
                    Some(200)
                );
            }
            Step::Event => {
                assert!(session.is_open());
                assert_eq!(client.event().last_event_id, session.last_event_id());
                assert!(client.event().data.len() <= config.event_limit);
            }
            Step::Comment => {
                assert!(session.is_open() && config.comments);
                let _ = client.comment();
            }
            Step::TooLarge => assert!(session.is_open()),
            Step::Lost(_) => {
                assert!(!session.is_open() && session.deadline().is_some());
                // With no time at all to connect or to wait this would go on for ever.
                return;
            }
            Step::Connect => {
                assert!(session.is_connecting() && client.unsent().is_empty());
                assert!(!client.url().host().is_empty());
                return;
            }
            Step::Send => return assert!(session.is_connecting() && !client.unsent().is_empty()),
            Step::Receive => {
                assert!(client.unsent().is_empty());
                assert!(session.is_connecting() || session.is_open());
                return;
            }
            Step::Wait => return assert!(client.deadline().is_some_and(|until| until > now)),
            Step::Closed(closed) => {
                assert_eq!(session.closed(), Some(closed));
                assert_eq!(client.deadline(), None);
                assert_eq!(client.poll(now), Step::Closed(closed));
                return;
            }
        }
    }
    panic!("steps without end");
}

impl Received<'_> {
    fn bytes(&self) -> Vec<u8> {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
        match self {
            Self::Stream => format!("{head}\r\n").into(),
            Self::Chunked => format!("{head}Transfer-Encoding: chunked\r\n\r\n").into(),
            Self::Redirect(location) => {
                format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n").into()
            }
            Self::Refusal => b"HTTP/1.1 429 Too Many\r\nContent-Length: 9\r\n\r\n{}".to_vec(),
            Self::Fragment(fragment) => fragment.bytes().to_vec(),
        }
    }
}
