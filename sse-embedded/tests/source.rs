//! What a source does when it is cancelled, closed, reopened or cannot connect, and what it asks.

mod common;
#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use core::{future::poll_fn, pin::pin, task::Poll};
use std::net::TcpListener;

use common::{Loopback, NO_CONTENT, STREAM, config, run};
use conversation::{Act, Said, Server};
use embedded_io_async::ErrorKind;
use sse_embedded::{
    Closed, Connect, EventSource, Lost, Memory, Update,
    sse_core::http::{Header, Request, Url},
};

fn event(event_type: &str, data: &str) -> Said<String> {
    Said::Event {
        event_type: event_type.to_string(),
        data: data.to_string(),
        last_event_id: "7".to_string(),
    }
}

#[test]
fn a_future_dropped_after_each_poll_loses_nothing() {
    const TEXT: &str = "id: 7\nevent: tick\ndata: a\ndata: b\n\n: x\n\ndata: c\n\n";
    let server = Server::new([
        vec![Act::Send(STREAM), Act::Drip(TEXT)],
        vec![Act::Send(NO_CONTENT)],
    ]);
    let mut memory = Memory::<64, 512, 32, 64>::new();
    let url = server.url("/events");
    let mut source = EventSource::new(&url, &mut memory, Loopback::default(), config()).unwrap();

    let mut said = Vec::new();
    let closed = run(async {
        // Before it is open, each new future would make a new connection.
        said.push(Said::new(source.next_update().await.unwrap()));
        while !matches!(said.last(), Some(Said::Lost(_))) {
            server.go();
            let polled = poll_fn(|cx| match pin!(source.next_update()).poll(cx) {
                Poll::Ready(update) => Poll::Ready(Some(Said::new(update.unwrap()))),
                Poll::Pending => Poll::Ready(None),
            });
            said.extend(polled.await);
            embassy_futures::yield_now().await;
        }
        source.next().await.unwrap_err()
    });
    let expected = [
        Said::Opened,
        event("tick", "a\nb"),
        event("message", "c"),
        Said::Lost(Lost::Ended),
    ];
    assert_eq!(said, expected);
    assert_eq!(closed, Closed::NoContent);
}

#[test]
fn a_future_dropped_while_it_connects_connects_anew() {
    let server = Server::answering(&[STREAM, STREAM]);
    let mut memory = Memory::<64, 512, 32, 64>::new();
    let url = server.url("/events");
    let mut source = EventSource::new(&url, &mut memory, Hesitant::default(), config()).unwrap();
    run(async {
        let polled = poll_fn(|cx| Poll::Ready(pin!(source.next_update()).poll(cx).is_pending()));
        assert!(polled.await, "the first attempt hangs");
        assert_eq!(source.next_update().await.unwrap(), Update::Opened);
    });
}

/// Hangs once, then connects.
#[derive(Default)]
struct Hesitant {
    asked: bool,
    inner: Loopback,
}

impl Connect for Hesitant {
    type Io = common::Socket;

    async fn connect(&mut self, url: Url<'_>) -> Result<(), ErrorKind> {
        if !core::mem::replace(&mut self.asked, true) {
            core::future::pending::<()>().await;
        }
        self.inner.connect(url).await
    }

    fn io(&mut self) -> Option<&mut common::Socket> {
        self.inner.io()
    }

    fn disconnect(&mut self) {
        self.inner.disconnect();
    }
}

#[test]
fn a_connection_that_hangs_ends_at_the_connect_deadline() {
    let server = Server::answering(&[STREAM]);
    let mut memory = Memory::<64, 512, 32, 64>::new();
    let url = server.url("/events");
    let mut config = config();
    config.connect_timeout = Some(core::time::Duration::from_millis(50));
    let mut source = EventSource::new(&url, &mut memory, Hesitant::default(), config).unwrap();
    run(async {
        let lost = Said::new(source.next_update().await.unwrap());
        assert_eq!(lost, Said::Lost(Lost::ConnectTimeout));
    });
}

#[test]
fn a_refused_connection_is_tried_again_and_says_why() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let url = format!("http://{}/", closed.unwrap());
    let mut memory = Memory::<64, 512, 32, 64>::new();
    let mut source = EventSource::new(&url, &mut memory, Loopback::default(), config()).unwrap();
    run(async {
        for _ in 0..3 {
            let lost = Said::new(source.next_update().await.unwrap());
            assert_eq!(lost, Said::Lost(Lost::Connect));
            assert_eq!(source.error(), Some(ErrorKind::ConnectionRefused));
        }
        assert_eq!(source.session().failures(), 3);
    });
}

#[test]
fn an_error_that_would_come_again_closes_the_source() {
    let mut memory = Memory::<64, 512, 32, 64>::new();
    let distrustful = Refusing(ErrorKind::InvalidData);
    let source = EventSource::new("https://feed.example/", &mut memory, distrustful, config());
    let mut source = source.unwrap();
    run(async {
        assert_eq!(source.next().await.unwrap_err(), Closed::Connect);
        assert_eq!(source.error(), Some(ErrorKind::InvalidData));
    });
}

#[test]
fn a_closed_source_goes_on_where_it_was_when_reopened() {
    let server = Server::new([
        vec![
            Act::Send(STREAM),
            Act::Send("id: 7\ndata: a\n\ndata: b\n\n"),
            Act::UntilGone,
        ],
        vec![Act::Send(STREAM), Act::Send("data: c\n\n")],
    ]);
    let mut memory = Memory::<256, 512, 32, 64>::new();
    let url = server.url("/events");
    let mut source = EventSource::new(&url, &mut memory, Loopback::default(), config()).unwrap();
    run(async {
        assert_eq!(source.next().await.unwrap().data, "a");
        source.close();
        server.until_gone();
        assert_eq!(source.next().await.unwrap_err(), Closed::ByUser);
        source.reopen();
        assert_eq!(source.next().await.unwrap().data, "c");
        assert_eq!(source.last_event_id(), "7");
    });
    assert_eq!(server.seen().header("last-event-id"), None);
    assert_eq!(server.seen().header("last-event-id"), Some(&b"7"[..]));
}

#[test]
fn each_attempt_can_have_headers_of_its_own() {
    /// Counts the connections, and says so in a header beside those that were given.
    #[derive(Default)]
    struct Counting {
        attempts: u8,
        inner: Loopback,
    }

    impl Connect for Counting {
        type Io = common::Socket;

        async fn connect(&mut self, url: Url<'_>) -> Result<(), ErrorKind> {
            self.attempts += 1;
            self.inner.connect(url).await
        }

        fn io(&mut self) -> Option<&mut common::Socket> {
            self.inner.io()
        }

        fn disconnect(&mut self) {
            self.inner.disconnect();
        }

        fn prepare<R>(&mut self, request: &Request<'_>, send: impl FnOnce(&Request<'_>) -> R) -> R {
            let digit = [b'0' + self.attempts];
            let attempt = Header {
                name: "Attempt",
                value: &digit,
            };
            let headers = [request.headers[0], attempt];
            send(&Request {
                headers: &headers,
                ..*request
            })
        }
    }

    let server = Server::answering(&[STREAM, NO_CONTENT]);
    let headers = [Header {
        name: "Client",
        value: b"test",
    }];
    let request = Request {
        headers: &headers,
        ..Request::get()
    };
    let mut memory = Memory::<64, 512, 32, 64>::new();
    let url = server.url("/events");
    let connector = Counting::default();
    let source = EventSource::with_request(&url, request, &mut memory, connector, config());
    let mut source = source.unwrap();
    assert_eq!(run(source.next()).unwrap_err(), Closed::NoContent);
    for attempt in [b"1", b"2"] {
        let seen = server.seen();
        assert_eq!(seen.header("client"), Some(&b"test"[..]));
        assert_eq!(seen.header("attempt"), Some(&attempt[..]));
    }
}

#[test]
fn futures_dropped_during_a_wait_do_not_put_it_off() {
    use embassy_time::{Duration, Instant, with_timeout};

    let mut memory = Memory::<64, 512, 32, 64>::new();
    let mut config = config();
    config.retry = core::time::Duration::from_millis(100);
    config.retry_floor = config.retry;
    let refusing = Refusing(ErrorKind::ConnectionRefused);
    let source = EventSource::new("http://feed.example/", &mut memory, refusing, config);
    let mut source = source.unwrap();
    run(async {
        let lost = Said::new(source.next_update().await.unwrap());
        assert_eq!(lost, Said::Lost(Lost::Connect));
        let start = Instant::now();
        let mut dropped = 0;
        while with_timeout(Duration::from_millis(10), source.next_update())
            .await
            .is_err()
        {
            dropped += 1;
        }
        assert!(dropped > 0);
        assert!(start.elapsed() > Duration::from_millis(90));
        assert_eq!(source.session().failures(), 2);
    });
}

#[test]
fn connections_of_the_caller_that_fail_are_due_again_or_final() {
    let mut memory = Memory::<64, 512, 32, 64>::new();
    let mut source = EventSource::new("http://feed.example/", &mut memory, (), config()).unwrap();
    run(async {
        for failures in 1..=2 {
            assert_eq!(source.due().await.unwrap().host(), "feed.example");
            let failed: Result<common::Socket, _> = Err(ErrorKind::TimedOut);
            assert!(source.over(failed).is_none());
            assert_eq!(source.error(), Some(ErrorKind::TimedOut));
            assert_eq!(source.session().failures(), failures);
        }
        source.due().await.unwrap();
        let distrusted: Result<common::Socket, _> = Err(ErrorKind::InvalidData);
        assert!(source.over(distrusted).is_none());
        assert_eq!(source.due().await.unwrap_err(), Closed::Connect);
    });
}

#[test]
fn a_stream_of_the_callers_that_is_dropped_is_due_again() {
    let server = Server::new([
        vec![
            Act::Send(STREAM),
            Act::Send("id: 7\ndata: a\n\nid: 8\ndata: not taken\n\n"),
            Act::UntilGone,
        ],
        vec![Act::Send(STREAM), Act::Send("data: b\n\n")],
    ]);
    let mut memory = Memory::<256, 512, 32, 64>::new();
    let url = server.url("/events");
    let mut source = EventSource::new(&url, &mut memory, (), config()).unwrap();
    let mut loopback = Loopback::default();
    run(async {
        for (id, data) in [(None, "a"), (Some(&b"7"[..]), "b")] {
            loopback.connect(source.due().await.unwrap()).await.unwrap();
            let socket = loopback.io().ok_or(ErrorKind::NotConnected);
            let mut stream = source.over(socket).unwrap();
            let event = stream.next().await.unwrap();
            assert_eq!((event.data, event.last_event_id), (data, "7"));
            assert_eq!(server.seen().header("last-event-id"), id);
            loopback.disconnect();
        }
        source.close();
        assert_eq!(source.due().await.unwrap_err(), Closed::ByUser);
    });
}

#[test]
fn a_stream_of_the_callers_has_no_more_once_it_is_lost() {
    let server = Server::answering(&[STREAM]);
    let mut memory = Memory::<256, 512, 32, 64>::new();
    let url = server.url("/events");
    let mut source = EventSource::new(&url, &mut memory, (), config()).unwrap();
    let mut loopback = Loopback::default();
    run(async {
        loopback.connect(source.due().await.unwrap()).await.unwrap();
        let socket = loopback.io().ok_or(ErrorKind::NotConnected);
        let mut stream = source.over(socket).unwrap();
        for _ in 0..3 {
            assert_eq!(stream.next().await, None);
        }
    });
}

/// Fails at once.
struct Refusing(ErrorKind);

impl Connect for Refusing {
    type Io = common::Socket;

    async fn connect(&mut self, _: Url<'_>) -> Result<(), ErrorKind> {
        Err(self.0)
    }

    fn io(&mut self) -> Option<&mut common::Socket> {
        None
    }

    fn disconnect(&mut self) {}
}
