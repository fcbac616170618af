//! Requests, good and bad, and what becomes of clients that send none.

use embassy_net::tcp::TcpSocket;
use embassy_time::{Duration, Timer};
use embedded_io_async::Write as _;
use sse_embedded::{Feed, Served, Timeouts};

use crate::{PAGE, SmallFeed, read_all, send, served};

/// Sends this, and gives back the answer and how it was served.
fn answered(request: impl Into<Vec<u8>>) -> (String, Served) {
    static FEED: SmallFeed = Feed::new();
    let request = request.into();
    let (answer, answered) = async_channel::bounded(1);
    let served = served(&FEED, Timeouts::new(), async move |socket| {
        send(socket, &request).await;
        let (read, broken_off) = read_all(socket).await;
        assert!(!broken_off, "after {read:?}");
        answer.send(read).await.unwrap();
    });
    (answered.try_recv().unwrap(), served)
}

#[test]
fn a_page_is_served() {
    let (answer, served) = answered("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    let head = concat!(
        "HTTP/1.1 200 \r\ncontent-length: 37\r\ncontent-type: text/html\r\n",
        "connection: close\r\n\r\n",
    );
    let page = str::from_utf8(PAGE).unwrap();
    assert_eq!(
        (answer, served),
        (format!("{head}{page}"), Served::Answered(200))
    );

    let (answer, served) = answered("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!((answer.as_str(), served), (head, Served::Answered(200)));
}

#[test]
fn the_head_of_a_stream_is_had_without_the_stream() {
    let (answer, served) = answered("HEAD /events HTTP/1.1\r\nHost: h\r\n\r\n");
    let head = concat!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n",
        "x-accel-buffering: no\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n",
    );
    assert_eq!((answer.as_str(), served), (head, Served::Answered(200)));
}

#[test]
fn what_is_no_request_for_a_page_or_a_stream_is_refused() {
    let many = format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", "a: b\r\n".repeat(64));
    let long = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "x".repeat(512));
    let endless = format!("GET / HTTP/1.1\r\nHost: h\r\n{}", "a: b\r\n".repeat(100));
    for (request, status) in [
        (&b"GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"[..], 404),
        (b"GET /over HTTP/1.1\r\nHost: h\r\n\r\n", 204),
        (
            b"POST /events HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
            405,
        ),
        (b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 204),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost h\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n", 400),
        (b"\xff\x00\xfe\n\n", 400),
        (b"\n\n\n\n\n\n", 400),
        (many.as_bytes(), 431),
        (long.as_bytes(), 431),
        (endless.as_bytes(), 431),
    ] {
        let (answer, served) = answered(request);
        let text = String::from_utf8_lossy(request);
        assert_eq!(served, Served::Answered(status), "{text:?}");
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} \r\n")),
            "{text:?}: {answer}"
        );
        assert!(
            answer.ends_with("connection: close\r\n\r\n"),
            "{text:?}: {answer}"
        );
        let allows = answer.contains("\r\nallow: GET, HEAD, OPTIONS\r\n");
        assert_eq!(
            allows,
            text.starts_with("POST") || text.starts_with("OPTIONS")
        );
    }
}

#[test]
fn an_answer_that_cannot_be_sent_is_not_sent() {
    static FEED: SmallFeed = Feed::new();
    let served = served(&FEED, Timeouts::new(), async |socket| {
        send(socket, b"GET /broken HTTP/1.1\r\nHost: h\r\n\r\n").await;
        assert_eq!(read_all(socket).await, (String::new(), true));
    });
    assert_eq!(served, Served::Unsendable);
}

fn in_a_moment() -> Timeouts {
    let mut timeouts = Timeouts::new();
    timeouts.head = Duration::from_millis(50);
    timeouts
}

#[test]
fn a_client_that_sends_nothing_is_left() {
    static FEED: SmallFeed = Feed::new();
    let served = served(&FEED, in_a_moment(), async |socket| {
        send(socket, b"").await;
        assert_eq!(read_all(socket).await, (String::new(), true));
    });
    assert_eq!(served, Served::TimedOut);
}

#[test]
fn a_head_that_drips_in_is_not_waited_for() {
    static FEED: SmallFeed = Feed::new();
    let served = served(&FEED, in_a_moment(), async |socket| {
        send(socket, b"GET / HTTP/1.1\r\nHost: h\r\nx: ").await;
        while socket.write_all(b"x").await.is_ok() && socket.flush().await.is_ok() {
            Timer::after(Duration::from_millis(5)).await;
        }
    });
    assert_eq!(served, Served::TimedOut);
}

#[test]
fn a_client_that_leaves_before_its_request_is_whole_is_gone() {
    static FEED: SmallFeed = Feed::new();
    let ways: [fn(&mut TcpSocket<'_>); 2] = [|socket| socket.close(), |socket| socket.abort()];
    for depart in ways {
        let served = served(&FEED, Timeouts::new(), async move |socket| {
            send(socket, b"GET / HTTP/1.1\r\nHo").await;
            depart(socket);
            let _ = socket.flush().await;
        });
        assert_eq!(served, Served::Gone);
    }
}
