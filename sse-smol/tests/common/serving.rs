//! A server's side of a connection, the client's side of which the test holds.

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures_io::{AsyncRead, AsyncWrite};
use futures_lite::{AsyncReadExt as _, AsyncWriteExt as _, future, stream};
use sse_core::{Frame, Hub, Message, Subscription, http::RequestHead};
use sse_smol::{Answer, EventBody, Limits, Served, serve, serve_with};

use super::counting::{Counting, Counts};

/// Both ends of a connection.
type Pair<T> = (T, T);

const GET: &[u8] = b"GET /events HTTP/1.1\r\nHost: h\r\n\r\n";
const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
    cache-control: no-cache\r\nx-accel-buffering: no\r\n";

fn replaying(hub: &Hub) -> impl FnOnce(&RequestHead<'_>) -> Answer<Subscription> {
    let hub = hub.clone();
    move |head| Answer::stream(hub.subscribe(head.last_event_id_text().as_deref()))
}

fn published(data: &[&str]) -> Hub {
    let hub = Hub::default();
    for data in data {
        hub.publish(&Message::new(data)).unwrap();
    }
    hub
}

/// Sends `request`, and reads until the end of the connection.
async fn ask<T: AsyncRead + AsyncWrite + Unpin>(mut client: T, request: &[u8]) -> String {
    client.write_all(request).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Reads until `text` has come.
async fn until<T: AsyncRead + Unpin>(client: &mut T, text: &str) -> String {
    let mut read = Vec::new();
    while !read.ends_with(text.as_bytes()) {
        let mut byte = [0];
        client.read_exact(&mut byte).await.unwrap();
        read.extend(byte);
    }
    String::from_utf8(read).unwrap()
}

fn never(_: &RequestHead<'_>) -> Answer<Subscription> {
    panic!("asked about a request that is none")
}

pub(crate) async fn what_was_missed_is_replayed<T>((near, far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let hub = published(&["one", "two", "three"]);
    let request = b"GET / HTTP/1.1\r\nHost: h\r\nLast-Event-ID: 1\r\n\r\n";
    let answer = replaying(&hub);
    hub.close();
    let (served, answer) = future::zip(serve(near, answer), ask(far, request)).await;
    assert_eq!(served.unwrap(), Served::Ended);
    let expected = format!(
        "{HEAD}transfer-encoding: chunked\r\nconnection: close\r\n\r\n\
         24\r\nid: 2\ndata: two\n\nid: 3\ndata: three\n\n\r\n0\r\n\r\n"
    );
    assert_eq!(answer, expected);
}

pub(crate) async fn http_1_0_gets_no_chunks<T>((near, far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let frames = stream::iter([Frame::from(Message::new("one"))]);
    let serving = serve(near, |_| Answer::stream(frames));
    let (served, answer) = future::zip(serving, ask(far, b"GET / HTTP/1.0\r\n\r\n")).await;
    assert_eq!(served.unwrap(), Served::Ended);
    assert_eq!(
        answer,
        format!("{HEAD}connection: close\r\n\r\ndata: one\n\n")
    );
}

pub(crate) async fn silence_is_broken_by_comments<T>((near, mut far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let hub = Hub::default();
    let body = EventBody::new(hub.subscribe(None)).keep_alive(Duration::from_millis(10));
    let serving = serve(near, |_| Answer::body(body));
    let client = async {
        far.write_all(GET).await.unwrap();
        until(&mut far, "3\r\n:\n\n\r\n3\r\n:\n\n\r\n").await;
        drop(far);
    };
    let (served, ()) = future::zip(serving, client).await;
    assert_eq!(served.unwrap(), Served::Gone);
    assert_eq!(hub.stats().subscribers, 0);
}

pub(crate) async fn a_drained_hub_says_when_to_come_back_and_ends<T>((near, far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let hub = published(&[]);
    let serving = serve(near, replaying(&hub));
    let second = Duration::from_secs(1);
    let mut far = far;
    let client = async {
        far.write_all(GET).await.unwrap();
        until(&mut far, "\r\n\r\n").await;
        hub.drain(second..=second);
        let mut rest = String::new();
        far.read_to_string(&mut rest).await.unwrap();
        rest
    };
    let (served, rest) = future::zip(serving, client).await;
    assert_eq!(served.unwrap(), Served::Ended);
    assert_eq!(rest, "d\r\nretry: 1000\n\n\r\n0\r\n\r\n");
}

pub(crate) async fn a_client_that_goes_while_nothing_is_sent_is_noticed<T>((near, mut far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let hub = Hub::default();
    let serving = serve(near, replaying(&hub));
    let client = async {
        far.write_all(GET).await.unwrap();
        until(&mut far, "\r\n\r\n").await;
        // What it says meanwhile is passed over.
        far.write_all(&[b'x'; 10_000]).await.unwrap();
        drop(far);
    };
    let (served, ()) = future::zip(serving, client).await;
    assert_eq!(served.unwrap(), Served::Gone);
    assert_eq!(hub.stats().subscribers, 0);
}

pub(crate) async fn a_refusal_says_why<T>((near, far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let serving = serve(near, |head| {
        assert_eq!(head.path(), "/nothing");
        Answer::<Subscription>::refusal_with(404, b"no such stream".into())
            .header("content-type", "text/plain")
    });
    let request = b"GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n";
    let (served, answer) = future::zip(serving, ask(far, request)).await;
    assert_eq!(served.unwrap(), Served::Refused);
    assert_eq!(
        answer,
        "HTTP/1.1 404 \r\ncontent-length: 14\r\ncontent-type: text/plain\r\n\
         connection: close\r\n\r\nno such stream"
    );
}

pub(crate) async fn what_is_no_request_is_refused<T>((near, far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let (served, answer) = future::zip(serve(near, never), ask(far, b"hello\r\n\r\n")).await;
    assert_eq!(served.unwrap(), Served::Refused);
    assert!(answer.starts_with("HTTP/1.1 400 \r\ncontent-length: 0\r\n"));
}

pub(crate) async fn a_head_over_the_limit_is_refused<T>((near, far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut limits = Limits::default();
    limits.head = 100;
    let request = [b"GET / HTTP/1.1\r\nX: ", &[b'x'; 100][..]].concat();
    let serving = serve_with(limits, near, never);
    let (served, answer) = future::zip(serving, ask(far, &request)).await;
    assert_eq!(served.unwrap(), Served::Refused);
    assert!(answer.starts_with("HTTP/1.1 431 \r\n"));
}

pub(crate) async fn a_head_that_does_not_come_is_not_waited_for<T>((near, far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut limits = Limits::default();
    limits.head_timeout = Duration::from_millis(20);
    let error = serve_with(limits, near, never).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    drop(far);
}

pub(crate) async fn a_stream_that_fails_breaks_off<T>((near, far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let frames = stream::iter([Ok(Frame::from(Message::new("one"))), Err("broken")]);
    let serving = serve(near, |_| Answer::stream(frames));
    let (served, answer) = future::zip(serving, ask(far, GET)).await;
    assert_eq!(served.unwrap_err().to_string(), "broken");
    assert!(!answer.ends_with("0\r\n\r\n"));
}

pub(crate) async fn a_header_that_cannot_be_sent_is_an_error<T>((near, far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let serving = serve(near, |_| {
        Answer::<Subscription>::refusal(404).header("x", "a\r\nb: c")
    });
    let (served, answer) = future::zip(serving, ask(far, GET)).await;
    assert_eq!(served.unwrap_err().kind(), io::ErrorKind::InvalidInput);
    assert_eq!(answer, "");
}

pub(crate) async fn frames_that_are_there_go_out_together<T>((near, far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let hub = published(&["tick"; 100]);
    let frames = hub.subscribe(Some("0"));
    hub.close();
    let counts = Arc::<Counts>::default();
    let near = Counting {
        io: near,
        counts: counts.clone(),
        stuck: false,
    };
    let serving = serve(near, |_| Answer::stream(frames));
    let (served, answer) = future::zip(serving, ask(far, GET)).await;
    assert_eq!(served.unwrap(), Served::Ended);
    assert_eq!(answer.matches("data: tick\n\n").count(), 100);
    assert_eq!(counts.writes.load(Ordering::Relaxed), 1);
}

pub(crate) async fn a_client_that_takes_nothing_is_given_up<T>((near, mut far): Pair<T>)
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let hub = published(&[]);
    let near = Counting {
        io: near,
        counts: Arc::default(),
        stuck: true,
    };
    let mut limits = Limits::default();
    limits.write_timeout = Duration::from_millis(20);
    far.write_all(GET).await.unwrap();
    let error = serve_with(limits, near, replaying(&hub)).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert_eq!(hub.stats().subscribers, 0);
    drop(far);
}
