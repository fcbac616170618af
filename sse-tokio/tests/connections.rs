//! Connections of all kinds, and what becomes of them.

mod common;
mod conversation;

use std::{io, net::SocketAddr};

use common::{NO_CONTENT, STREAM, builder, soon, source};
use conversation::{Act, Server};
use futures_core::Stream;
use sse_tokio::{
    Closed, EventSource, Events,
    sse_core::{self, EventBuf, Lost, Update, http::Origin},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UnixListener, UnixStream},
};

async fn item<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    let next = std::future::poll_fn(|cx| std::pin::Pin::new(&mut *stream).poll_next(cx));
    soon(next).await
}

fn data(item: Option<Result<EventBuf, Closed>>) -> String {
    item.unwrap().unwrap().data
}

#[test]
fn sources_and_their_futures_are_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let mut source = is_send(EventSource::new("http://host/").unwrap());
    drop(is_send(source.next()));
    drop(is_send(source.next_update()));
    let client = common::reqwest().build().unwrap();
    let request = client.get("http://host/").build().unwrap();
    let mut source = is_send(sse_tokio::reqwest::EventSource::new(client, request));
    drop(is_send(source.next()));
    drop(is_send(source.next_update()));
    let mut events = is_send(Events::from_reader(&b""[..]));
    drop(is_send(events.next()));
    fn is_error<E: std::error::Error + Send + Sync + 'static>() {}
    is_error::<Closed>();
}

#[tokio::test]
async fn a_server_that_is_down_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut source = source(&format!("http://{address}/"));
    for _ in 0..3 {
        let update = soon(source.next_update()).await.unwrap();
        let Update::Reconnecting { lost, .. } = update else {
            panic!("{update:?}");
        };
        assert_eq!(lost, Lost::Connect);
        let error = source.error().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
    let _server = Server::on(
        &address.to_string(),
        [vec![Act::Send(STREAM), Act::Send("data: a\n\n")]],
    );
    assert_eq!(soon(source.next()).await.unwrap().data, "a");
    assert!(source.error().is_none());
}

#[tokio::test]
async fn ipv6_works() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return;
    }
    let server = Server::on("[::1]:0", [vec![Act::Send(NO_CONTENT)]]);
    let closed = soon(source(&server.url("/")).next()).await.unwrap_err();
    assert_eq!(closed.reason(), sse_core::Closed::NoContent);
    let host = format!("[::1]:{}", server.address().port());
    assert_eq!(server.seen().header("host"), Some(host.as_bytes()));
}

#[tokio::test]
async fn a_name_is_resolved() {
    let server = Server::answering(&[NO_CONTENT]);
    let url = format!("http://LocalHost:{}", server.address().port());
    let closed = soon(source(&url).next()).await.unwrap_err();
    assert_eq!(closed.reason(), sse_core::Closed::NoContent);
    let seen = server.seen();
    assert_eq!(seen.line, "GET / HTTP/1.1");
    let host = format!("localhost:{}", server.address().port());
    assert_eq!(seen.header("host"), Some(host.as_bytes()));
}

#[tokio::test]
async fn a_pipe_is_a_connection() {
    let (near, mut far) = tokio::io::duplex(64);
    let near = std::sync::Mutex::new(Some(near));
    let mut source = builder("https://pipe:1234/x")
        .connector(move |origin: Origin| {
            assert_eq!(origin.to_string(), "https://pipe:1234");
            let near = near.lock().unwrap().take();
            async { near.ok_or_else(|| io::ErrorKind::NotFound.into()) }
        })
        .build()
        .unwrap();
    let serve = async {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(far.read_u8().await.unwrap());
        }
        far.write_all(STREAM.as_bytes()).await.unwrap();
        far.write_all(b"data: a\n\n").await.unwrap();
        String::from_utf8(request).unwrap()
    };
    let (event, request) = soon(async { tokio::join!(source.next(), serve) }).await;
    assert_eq!(event.unwrap().data, "a");
    assert!(request.starts_with("GET /x HTTP/1.1\r\nHost: pipe:1234\r\n"));
}

#[tokio::test]
async fn a_unix_socket_is_a_connection() {
    let path = std::env::temp_dir().join(format!("sse-tokio-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let to = path.clone();
    let mut source = builder("http://localhost/")
        .connector(move |_| UnixStream::connect(to.clone()))
        .build()
        .unwrap();
    let serve = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(STREAM.as_bytes()).await.unwrap();
        socket.write_all(b"data: a\n\n").await.unwrap();
        socket
    };
    let (event, socket) = soon(async { tokio::join!(source.next(), serve) }).await;
    std::fs::remove_file(path).unwrap();
    assert_eq!(event.unwrap().data, "a");
    drop(socket);
}

#[tokio::test]
async fn a_connector_says_what_is_final() {
    let mut source = builder("https://host/")
        .connector(sse_tokio::connect::tcp)
        .build()
        .unwrap();
    let closed = soon(source.next()).await.unwrap_err();
    assert_eq!(closed.reason(), sse_core::Closed::Connect);
    let error = std::error::Error::source(&closed).unwrap();
    let error: &io::Error = error.downcast_ref().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
}

#[tokio::test]
async fn a_dropped_source_leaves_no_connection() {
    let server = Server::new([vec![Act::Send(STREAM), Act::UntilGone]]);
    let mut source = source(&server.url("/"));
    assert_eq!(soon(source.next_update()).await.unwrap(), Update::Opened);
    drop(source);
    server.until_gone();
}

#[tokio::test]
async fn close_hands_out_nothing_more_and_reopen_goes_on() {
    let server = Server::new([
        vec![
            Act::Send(STREAM),
            Act::Send("id: 1\ndata: a\n\ndata: b\n\n"),
            Act::UntilGone,
        ],
        vec![Act::Send(STREAM), Act::Send("data: c\n\n"), Act::UntilGone],
        vec![Act::Send(STREAM), Act::Send("data: d\n\n"), Act::UntilGone],
    ]);
    let mut source = source(&server.url("/"));
    assert_eq!(data(item(&mut source).await), "a");
    source.close();
    server.until_gone();
    assert!(item(&mut source).await.is_none());
    assert!(item(&mut source).await.is_none());
    let closed = soon(source.next()).await.unwrap_err();
    assert_eq!(closed.reason(), sse_core::Closed::ByUser);

    source.reopen();
    assert_eq!(data(item(&mut source).await), "c");
    assert_eq!(source.last_event_id(), "1");
    // An open source is reopened as well.
    source.reopen();
    server.until_gone();
    assert_eq!(data(item(&mut source).await), "d");
    let ids: Vec<_> = std::iter::from_fn(|| server.all_seen().pop())
        .map(|seen| seen.header("last-event-id").map(<[u8]>::to_vec))
        .collect();
    assert_eq!(ids, [Some(b"1".to_vec())]);
}

// reqwest ends its connections in a task of its own.
#[tokio::test(flavor = "multi_thread")]
async fn over_reqwest_close_and_reopen_do_the_same() {
    let server = Server::new([
        vec![
            Act::Send(STREAM),
            Act::Send("id: 1\ndata: a\n\ndata: b\n\n"),
            Act::UntilGone,
        ],
        vec![Act::Send(STREAM), Act::Send("data: c\n\n"), Act::UntilGone],
    ]);
    let client = common::reqwest().build().unwrap();
    let request = client.get(server.url("/")).build().unwrap();
    let mut source = sse_tokio::reqwest::EventSource::new(client, request);
    assert_eq!(data(item(&mut source).await), "a");
    source.close();
    server.until_gone();
    assert!(item(&mut source).await.is_none());
    source.reopen();
    assert_eq!(data(item(&mut source).await), "c");
    assert_eq!(source.last_event_id(), "1");
    drop(source);
    server.until_gone();
}

#[tokio::test]
async fn as_a_stream_an_error_is_the_last_item_and_a_clean_end_is_none() {
    const REFUSED: &str = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
    const ONE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\n";
    let server = Server::answering(&[ONE, ONE, REFUSED]);
    let mut refused = source(&server.url("/"));
    assert_eq!(data(item(&mut refused).await), "a");
    assert_eq!(data(item(&mut refused).await), "a");
    let closed = item(&mut refused).await.unwrap().unwrap_err();
    assert_eq!(closed.reason(), sse_core::Closed::Status(410));
    assert_eq!(closed.response().unwrap().status, 410);
    assert!(item(&mut refused).await.is_none());
    assert!(item(&mut refused).await.is_none());

    let server = Server::answering(&[ONE, NO_CONTENT]);
    let mut ended = source(&server.url("/"));
    assert_eq!(data(item(&mut ended).await), "a");
    assert!(item(&mut ended).await.is_none());
}

/// A source that is dropped at every point where it waits, while the server sends byte by byte.
#[tokio::test]
async fn dropping_next_at_any_await_loses_nothing() {
    const BODY: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
        Transfer-Encoding: chunked\r\n\r\n1d\r\nid: é\r\n: c\ndata: a\ndata:\u{20ac}\n\r\n\
        10\r\n\ndata: c\n\ndata: \r\n3\r\nd\n\n\r\n0\r\n\r\n";
    let server = Server::new([vec![Act::Drip(BODY)], vec![Act::Drip(NO_CONTENT)]]);
    let mut source = source(&server.url("/"));
    let mut events = Vec::new();
    let closed = soon(async {
        loop {
            tokio::select! {
                biased;
                next = source.next() => match next {
                    Ok(event) => events.push(EventBuf::from(event)),
                    Err(closed) => break closed,
                },
                () = tokio::task::yield_now() => server.go(),
            }
        }
    })
    .await;
    assert_eq!(closed.reason(), sse_core::Closed::NoContent);
    let data: Vec<_> = events.iter().map(|event| event.data.as_str()).collect();
    assert_eq!(data, ["a\n\u{20ac}", "c", "d"]);
    assert!(events.iter().all(|event| event.last_event_id == "é"));
    let id = server.all_seen().pop().unwrap();
    assert_eq!(id.header("last-event-id"), Some("é".as_bytes()));
}

#[tokio::test]
async fn a_cut_at_any_byte_loses_no_event_that_was_whole() {
    const EVENTS: &str = "id: 1\ndata: a\n\nid: 2\ndata: b\n\n";
    let whole = format!("{STREAM}{EVENTS}");
    let script = (0..=whole.len()).map(|cut| {
        let sent = whole.as_bytes()[..cut].to_vec();
        vec![Act::SendBytes(sent)]
    });
    let server = Server::new(script.chain([vec![Act::Send(NO_CONTENT)]]));
    let address: SocketAddr = server.address();
    let mut source = source(&format!("http://{address}/"));
    let mut ids = Vec::new();
    while let Ok(event) = soon(source.next()).await {
        ids.push(event.last_event_id.to_owned());
    }
    // From each byte on that ends an event, it arrives in every answer.
    let first = EVENTS.find("id: 2").unwrap();
    let mut expected = vec!["1"; EVENTS.len() - first];
    expected.extend(["1", "2"]);
    assert_eq!(ids, expected);
    let seen = server.all_seen();
    assert_eq!(seen.len(), whole.len() + 2);
    assert_eq!(
        seen.last().unwrap().header("last-event-id"),
        Some(&b"2"[..])
    );
}
