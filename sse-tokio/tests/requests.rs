//! What goes out, and what the answers to it are not allowed to do.

mod common;
mod conversation;

use std::{
    io,
    sync::atomic::{AtomicU32, Ordering},
};

use common::{NO_CONTENT, STREAM, builder, soon, source};
use conversation::{Act, Server};
use sse_tokio::{
    BuildError, EventSource,
    sse_core::{
        Closed, Lost, Update,
        http::{BadFraming, InvalidRequest, InvalidUrl, UrlError},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

#[tokio::test]
async fn headers_and_body_are_sent_in_whatever_order_they_were_set() {
    let server = Server::answering(&[NO_CONTENT]);
    let mut source = builder(&server.url("/a?b"))
        .header("Authorization", "Bearer secret")
        .body("x=1")
        .header("Content-Type", "text/plain")
        .header("accept", "text/event-stream, application/json")
        .header("Last-Event-ID", "é")
        .method("POST")
        .build()
        .unwrap();
    let closed = soon(source.next()).await.unwrap_err();
    assert_eq!(closed.reason(), Closed::NoContent);
    let seen = server.seen();
    assert_eq!(seen.line, "POST /a?b HTTP/1.1");
    assert_eq!(seen.body, "x=1");
    let host = server.address().to_string();
    for (name, value) in [
        ("host", host.as_str()),
        ("authorization", "Bearer secret"),
        ("content-type", "text/plain"),
        ("accept", "text/event-stream, application/json"),
        ("last-event-id", "é"),
    ] {
        assert_eq!(seen.header(name), Some(value.as_bytes()), "{name}");
    }
}

#[tokio::test]
async fn each_attempt_is_prepared_anew() {
    let server = Server::answering(&["", STREAM, NO_CONTENT]);
    let attempts = AtomicU32::new(0);
    let mut source = builder(&server.url("/"))
        .header("authorization", "none")
        .prepare(move |mut request| {
            let n = attempts.fetch_add(1, Ordering::Relaxed);
            async move {
                if n == 1 {
                    return Err(io::Error::other("no token now"));
                }
                let token = format!("token {n}");
                let set = request.set_header("Authorization", token);
                set.map_err(io::Error::other)?;
                Ok(request)
            }
        })
        .build()
        .unwrap();
    let mut lost = Vec::new();
    let closed = loop {
        match soon(source.next_update()).await {
            Ok(Update::Reconnecting { lost: why, .. }) => {
                let error = source.error().map(ToString::to_string);
                lost.push((why, error.unwrap_or_default()));
            }
            Ok(_) => {}
            Err(closed) => break closed,
        }
    };
    assert_eq!(closed.reason(), Closed::NoContent);
    let no_token = "no token now".to_owned();
    assert_eq!(
        lost,
        [
            (Lost::NoResponse, String::new()),
            (Lost::Connect, no_token),
            (Lost::Ended, String::new())
        ]
    );
    for token in ["token 0", "token 2", "token 3"] {
        let seen = server.seen();
        assert_eq!(seen.header("authorization"), Some(token.as_bytes()));
    }
}

#[tokio::test]
async fn credentials_stay_with_their_origin() {
    let other = Server::answering(&[NO_CONTENT]);
    let location = format!(
        "HTTP/1.1 307 Moved\r\nLocation: {}\r\n\r\n",
        other.url("/b")
    );
    let server = Server::new([vec![Act::SendBytes(location.into())]]);
    let mut source = builder(&server.url("/a"))
        .header("authorization", "Bearer secret")
        .header("x-trace", "1")
        .build()
        .unwrap();
    let closed = soon(source.next()).await.unwrap_err();
    assert_eq!(closed.reason(), Closed::NoContent);
    assert!(server.seen().header("authorization").is_some());
    let seen = other.seen();
    assert_eq!(seen.line, "GET /b HTTP/1.1");
    assert_eq!(seen.header("authorization"), None);
    assert_eq!(seen.header("x-trace"), Some(&b"1"[..]));
}

#[test]
fn what_could_never_work_is_an_error_at_once() {
    let url = |invalid| BuildError::Url(UrlError::Invalid(invalid));
    for (text, error) in [
        ("ftp://host/", url(InvalidUrl::Scheme)),
        ("nonsense", url(InvalidUrl::Scheme)),
        ("", url(InvalidUrl::Empty)),
        ("http://", url(InvalidUrl::Host)),
        ("http://host:99999/", url(InvalidUrl::Port)),
        ("http://user@host/", url(InvalidUrl::Userinfo)),
        ("http://[::1/", url(InvalidUrl::Host)),
    ] {
        assert_eq!(EventSource::new(text).unwrap_err(), error, "{text}");
    }
    let builder = || EventSource::builder("http://host/");
    for (builder, error) in [
        (builder().method("G T"), InvalidRequest::Method),
        (builder().header("a b", "c"), InvalidRequest::HeaderName),
        (
            builder().header("a", "b\r\nc: d"),
            InvalidRequest::HeaderValue,
        ),
        (
            builder().header("content-length", "5"),
            InvalidRequest::Framing,
        ),
        (builder().last_event_id("1\n2"), InvalidRequest::LastEventId),
        (
            builder().header("Last-Event-ID", "1\n2"),
            InvalidRequest::LastEventId,
        ),
    ] {
        assert_eq!(builder.build().unwrap_err(), BuildError::Request(error));
    }
}

async fn closed_by(answer: Vec<u8>) -> Closed {
    let server = Server::new([vec![Act::SendBytes(answer), Act::UntilGone]]);
    let closed = soon(source(&server.url("/")).next()).await.unwrap_err();
    closed.reason()
}

#[tokio::test]
async fn a_redirect_to_what_is_no_http_url_is_final() {
    let answer = b"HTTP/1.1 302 Found\r\nLocation: ftp://host/\r\n\r\n";
    let reason = Closed::Redirect(UrlError::Invalid(InvalidUrl::Scheme));
    assert_eq!(closed_by(answer.to_vec()).await, reason);
}

#[tokio::test]
async fn a_head_without_end_is_final() {
    let mut answer = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
    answer.resize(70_000, b'x');
    assert_eq!(closed_by(answer).await, Closed::HeadTooLarge);
}

#[tokio::test]
async fn a_body_whose_end_two_readers_would_disagree_on_is_final() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 3\r\n\
        Transfer-Encoding: chunked\r\n\r\n";
    let reason = Closed::Framing(BadFraming::Both);
    assert_eq!(closed_by(answer.to_vec()).await, reason);
}

#[tokio::test]
async fn the_head_of_the_response_can_be_read_when_the_stream_opens() {
    let server = Server::answering(&[
        "HTTP/1.1 200 Fine\r\nContent-Type: text/event-stream\r\nX-Shard: 3\r\n\r\ndata: a\n\n",
    ]);
    let mut source = source(&server.url("/"));
    assert!(source.response().is_none());
    assert_eq!(soon(source.next_update()).await.unwrap(), Update::Opened);
    let response = source.response().unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("x-shard"), Some(&b"3"[..]));
    assert!(source.session().is_open());
    assert_eq!(soon(source.next()).await.unwrap().data, "a");
    assert!(source.response().is_none());
}

#[tokio::test]
async fn a_refusal_before_the_request_is_read_is_not_lost() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let refuse = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.read_u8().await.unwrap();
        // What has not been read makes the end of the connection a reset.
        let refusal = "HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nmost";
        socket.write_all(refusal.as_bytes()).await.unwrap();
    };
    let builder = builder(&url).method("POST").body(vec![b'x'; 16 << 20]);
    let mut source = builder.build().unwrap();
    let (closed, ()) = soon(async { tokio::join!(source.next(), refuse) }).await;
    let closed = closed.unwrap_err();
    assert_eq!(closed.reason(), Closed::Status(413));
    assert_eq!(closed.response().unwrap().body, b"most");
}
