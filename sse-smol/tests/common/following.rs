//! A source over the sockets of a network, against a scripted server.

use std::{
    io::{self, Read, Write},
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use futures_core::Stream;
use futures_lite::future;
use sse_core::{EventBuf, Update, adapter::Closed, http::Origin};
use sse_smol::{Builder, client::EventSource, connect::Network};

use super::counting::{Counting, Counts};
use crate::conversation::{Act, Heard, SCENES, Scene, Server, config};

const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

fn builder<N: Network>(url: &str) -> Builder<N> {
    EventSource::builder(url).configure(|c| {
        *c = config();
        c.comments = false;
    })
}

fn source<N: Network>(url: &str) -> EventSource<N> {
    builder(url).build().unwrap()
}

/// Plays all scenes; `front` says by what address a server is spoken to, and how.
pub(crate) async fn scenes<N: Network>(front: impl Fn(&Server, Builder<N>) -> Builder<N>) {
    for scene in SCENES {
        play(scene, &front).await;
    }
}

async fn play<N: Network>(scene: &Scene, front: impl Fn(&Server, Builder<N>) -> Builder<N>) {
    let server = scene.server();
    let builder = EventSource::builder(&server.url("/events"))
        .method(scene.method)
        .body(scene.body)
        .last_event_id(scene.id)
        .configure(|config| *config = scene.config());
    let mut source = front(&server, builder).build().unwrap();
    let mut said = Vec::new();
    let closed = loop {
        match source.next_update().await {
            Ok(update) => scene.note(update, &mut said),
            Err(closed) => break closed,
        }
    };
    let refusal = closed.response();
    let heard = Heard {
        said,
        closed: closed.reason(),
        closed_again: source.next_update().await.unwrap_err().reason(),
        refusal: refusal.map(|r| String::from_utf8_lossy(&r.body).into_owned()),
    };
    scene.check(&heard, &server, |lost| lost);
}

pub(crate) fn sources_and_their_futures_are_send<N: Network>() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let mut source = is_send(source::<N>("http://host/"));
    drop(is_send(source.next()));
    drop(is_send(source.next_update()));
    fn is_error<E: std::error::Error + Send + Sync + 'static>() {}
    is_error::<Closed>();
}

pub(crate) async fn a_dropped_source_leaves_no_connection<N: Network>() {
    let server = Server::new([vec![Act::Send(STREAM), Act::UntilGone]]);
    let mut source = source::<N>(&server.url("/"));
    assert_eq!(source.next_update().await.unwrap(), Update::Opened);
    drop(source);
    server.until_gone();
}

pub(crate) async fn close_hands_out_nothing_more_and_reopen_goes_on<N: Network>() {
    let server = Server::new([
        vec![
            Act::Send(STREAM),
            Act::Send("id: 1\ndata: a\n\ndata: b\n\n"),
            Act::UntilGone,
        ],
        vec![Act::Send(STREAM), Act::Send("data: c\n\n"), Act::UntilGone],
    ]);
    let mut source = source::<N>(&server.url("/"));
    assert_eq!(source.next().await.unwrap().data, "a");
    source.close();
    server.until_gone();
    assert!(item(&mut source).await.is_none());
    assert_eq!(
        source.next().await.unwrap_err().reason(),
        sse_core::Closed::ByUser
    );

    source.reopen();
    assert_eq!(item(&mut source).await.unwrap().unwrap().data, "c");
    assert_eq!(source.last_event_id(), "1");
}

async fn item<N: Network>(source: &mut EventSource<N>) -> Option<Result<EventBuf, Closed>> {
    std::future::poll_fn(|cx| Pin::new(&mut *source).poll_next(cx)).await
}

/// A source that is dropped at every point where it waits, while the server sends byte by byte.
pub(crate) async fn dropping_next_at_any_await_loses_nothing<N: Network>() {
    const BODY: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
        Transfer-Encoding: chunked\r\n\r\n1d\r\nid: é\r\n: c\ndata: a\ndata:\u{20ac}\n\r\n\
        10\r\n\ndata: c\n\ndata: \r\n3\r\nd\n\n\r\n0\r\n\r\n";
    let server = Server::new([vec![Act::Drip(BODY)], vec![Act::Drip(NO_CONTENT)]]);
    let mut source = source::<N>(&server.url("/"));
    let mut data = Vec::new();
    let closed = loop {
        match future::poll_once(source.next()).await {
            Some(Ok(event)) => data.push(event.data.to_owned()),
            Some(Err(closed)) => break closed,
            None => {
                server.go();
                future::yield_now().await;
            }
        }
    };
    assert_eq!(closed.reason(), sse_core::Closed::NoContent);
    assert_eq!(data, ["a\n\u{20ac}", "c", "d"]);
    assert_eq!(source.last_event_id(), "é");
}

pub(crate) async fn an_idle_source_asks_its_socket_for_nothing_until_the_deadline<N: Network>() {
    let server = Server::new([
        vec![Act::Send(STREAM), Act::UntilGone],
        vec![Act::Send(NO_CONTENT)],
    ]);
    let counts = Arc::<Counts>::default();
    let counting = counts.clone();
    let mut source = builder::<N>(&server.url("/"))
        .configure(|config| config.idle_timeout = Some(Duration::from_millis(200)))
        .connector(move |origin: Origin| {
            let counts = counting.clone();
            async move {
                let io = N::connect(origin.host, origin.port).await?;
                Ok(Counting {
                    io,
                    counts,
                    stuck: false,
                })
            }
        })
        .build()
        .unwrap();
    assert_eq!(source.next_update().await.unwrap(), Update::Opened);
    let before = counts.reads.load(Ordering::Relaxed);
    let update = source.next_update().await.unwrap();
    assert!(
        matches!(update, Update::Reconnecting { lost, .. } if lost == sse_core::Lost::Idle),
        "{update:?}"
    );
    // Once before it waits, and once more if the executor wakes it for both socket and timer.
    assert!(counts.reads.load(Ordering::Relaxed) - before <= 3);
}

pub(crate) async fn a_server_that_is_down_is_waited_for<N: Network>() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut source = source::<N>(&format!("http://{address}/"));
    let update = source.next_update().await.unwrap();
    assert!(
        matches!(update, Update::Reconnecting { lost, .. } if lost == sse_core::Lost::Connect),
        "{update:?}"
    );
    assert_eq!(
        source.error().unwrap().kind(),
        io::ErrorKind::ConnectionRefused
    );
    let _server = Server::on(
        &address.to_string(),
        [vec![Act::Send(STREAM), Act::Send("data: a\n\n")]],
    );
    assert_eq!(source.next().await.unwrap().data, "a");
    assert!(source.error().is_none());
}

pub(crate) async fn a_refusal_before_the_request_is_read_is_not_lost<N: Network>() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let refuse = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket.read_exact(&mut [0]).unwrap();
        // What has not been read makes the end of the connection a reset.
        let refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nmost";
        socket.write_all(refusal).unwrap();
    });
    let builder = builder::<N>(&url).method("POST").body(vec![b'x'; 16 << 20]);
    let closed = builder.build().unwrap().next().await.unwrap_err();
    assert_eq!(closed.reason(), sse_core::Closed::Status(413));
    assert_eq!(closed.response().unwrap().body, b"most");
    refuse.join().unwrap();
}
