//! Any operations on a session, in any order.

use core::time::Duration;

use arbitrary::Arbitrary;
use sse_core::{Closed, Config, Instant, Lost, Order, Parser, Session, http::Header};

use crate::{Fragment, wait_bounds};

#[derive(Debug, Arbitrary)]
pub(crate) enum Operation<'a> {
    Poll,
    Wait(u16),
    WaitForDeadline,
    Reconnect,
    Opened,
    Answered {
        status: Status,
        headers: Vec<(Name, &'a [u8])>,
    },
    Body(Fragment<'a>),
    Ended,
    Disconnected,
    Close,
    Fail,
    Reopen,
    SetLastEventId(&'a str),
}

#[derive(Clone, Copy, Debug, Arbitrary)]
pub(crate) enum Status {
    Ok,
    NoContent,
    Unavailable,
    Other(u16),
}

#[derive(Clone, Copy, Debug, Arbitrary)]
pub(crate) enum Name {
    EventStream,
    ContentType,
    ContentEncoding,
    RetryAfter,
}

pub(crate) fn run(config: Config, operations: Vec<Operation<'_>>) {
    let mut session = Session::with_parser(Parser::new(), "GET", config);
    let mut parser = Parser::new().with_limit(config.event_limit);
    let mut now = Instant::ZERO;
    for operation in operations {
        match operation {
            Operation::Poll => check_poll(&mut session, now),
            Operation::Wait(milliseconds) => now = now + Duration::from_millis(milliseconds.into()),
            Operation::WaitForDeadline => now = session.deadline().unwrap_or(now).max(now),
            Operation::Reconnect => {
                lose(&mut session, &config, Lost::Cut, now);
                check_poll(&mut session, now);
                now = session.deadline().unwrap_or(now).max(now);
                check_poll(&mut session, now);
            }
            Operation::Opened => {
                let was_connecting = session.is_connecting();
                let headers = [header("Content-Type", b"text/event-stream")];
                session.answered(200, headers.into_iter(), now);
                if was_connecting {
                    assert!(session.is_open());
                    parser.restart();
                }
            }
            Operation::Answered { status, headers } => {
                let status = match status {
                    Status::Ok => 200,
                    Status::NoContent => 204,
                    Status::Unavailable => 503,
                    Status::Other(status) => status,
                };
                let headers = headers.iter().map(|(name, value)| match name {
                    Name::EventStream => header("content-type", b"text/event-stream"),
                    Name::ContentType => header("Content-Type", value),
                    Name::ContentEncoding => header("content-encoding", value),
                    Name::RetryAfter => header("Retry-After", value),
                });
                let was_connecting = session.is_connecting();
                session.answered(status, headers, now);
                assert!(!session.is_connecting());
                if was_connecting && session.is_open() {
                    assert_eq!(status, 200);
                    parser.restart();
                }
            }
            Operation::Body(fragment) => {
                session.received(now);
                let mut input = fragment.bytes();
                let mut same_input = if session.is_open() { input } else { &[] };
                loop {
                    let event = session.next_event(&mut input);
                    assert_eq!(event, parser.next_event(&mut same_input));
                    if event == Ok(None) {
                        break;
                    }
                }
                assert!(input.is_empty());
            }
            Operation::Ended => lose(&mut session, &config, Lost::Ended, now),
            Operation::Disconnected => lose(&mut session, &config, Lost::Cut, now),
            Operation::Close => {
                let closed = session.closed().unwrap_or(Closed::ByUser);
                session.close();
                assert_eq!(session.closed(), Some(closed));
            }
            Operation::Fail => {
                let closed = session.closed().unwrap_or(Closed::Connect);
                session.fail(Closed::Connect);
                assert_eq!(session.closed(), Some(closed));
            }
            Operation::Reopen => {
                session.reopen();
                assert_eq!(session.poll(now), Order::Connect);
            }
            Operation::SetLastEventId(id) => {
                assert_eq!(session.set_last_event_id(id), parser.set_last_event_id(id));
            }
        }
        assert_eq!(session.last_event_id(), parser.last_event_id());
        let id = session.header_id();
        assert!(id.is_empty() || id == session.last_event_id());
        assert!(!id.contains(|c: char| c.is_ascii_control() && c != '\t'));
    }
}

fn lose(session: &mut Session, config: &Config, lost: Lost, now: Instant) {
    let was_live = session.is_connecting() || session.is_open();
    session.disconnected(lost, now);
    if was_live && session.closed().is_none() {
        let (shortest, longest) = wait_bounds(config);
        let deadline = session.deadline().expect("a wait");
        assert!(now + shortest <= deadline && deadline.since(now) <= longest);
    }
}

fn check_poll(session: &mut Session, now: Instant) {
    match session.poll(now) {
        Order::Connect => assert!(session.is_connecting()),
        Order::Receive => {
            assert!(session.is_connecting() || session.is_open());
            if session.deadline().is_some_and(|deadline| deadline <= now) {
                let next = [session.poll(now), session.poll(now)];
                assert_ne!(next, [Order::Receive; 2]);
            }
        }
        Order::Wait => assert!(session.deadline().is_some_and(|deadline| deadline > now)),
        Order::Opened => assert!(session.is_open()),
        Order::Lost(_) => {
            assert!(!session.is_connecting() && !session.is_open());
            assert!(session.deadline().is_some());
        }
        Order::Closed(closed) => {
            assert_eq!(session.closed(), Some(closed));
            assert_eq!(session.deadline(), None);
            assert_eq!(session.poll(now), Order::Closed(closed));
        }
    }
}

fn header<'a>(name: &'a str, value: &'a [u8]) -> Header<'a> {
    Header { name, value }
}
