//! What is asked, and what is answered.

use std::future::ready;

use http::{HeaderName, HeaderValue};
use sse_tokio::{
    Frame, Hub, Message,
    server::{Answer, Request, Server},
    sse_core::http::Cors,
};
use tokio::io::AsyncWriteExt;

use crate::wire::{GET, Wire, ids, publish, server, start, unchunked, until};

#[tokio::test]
async fn a_stream_is_chunked_and_has_an_end() {
    let hub = Hub::default();
    let (address, _serving) = start(server(&hub)).await;
    let mut wire = Wire::ask(address, GET).await;
    let head = wire.hear("\r\n\r\n").await;
    assert_eq!(
        head,
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n\
         x-accel-buffering: no\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    );
    publish(&hub, "a");
    wire.hear("f\r\nid: 1\ndata: a\n\n\r\n").await;
    publish(&hub, "b");
    hub.close();
    assert_eq!(wire.rest().await, "f\r\nid: 2\ndata: b\n\n\r\n0\r\n\r\n");
}

#[tokio::test]
async fn http_1_0_gets_a_stream_up_to_the_end_of_the_connection() {
    let hub = Hub::default();
    let (address, _serving) = start(server(&hub)).await;
    let mut wire = Wire::ask(address, "GET / HTTP/1.0\r\n\r\n").await;
    let head = wire.hear("\r\n\r\n").await;
    assert!(!head.contains("transfer-encoding"), "{head}");
    publish(&hub, "a");
    hub.close();
    assert_eq!(wire.rest().await, "id: 1\ndata: a\n\n");
}

#[tokio::test]
async fn the_request_is_handed_over_whole() {
    let hub = Hub::default();
    let (tell, told) = async_channel::unbounded();
    let (address, _serving) = start(Server::new(move |request: Request| {
        tell.try_send(request).unwrap();
        ready(Answer::stream(hub.subscribe(None)))
    }))
    .await;
    let mut wire = Wire::ask(
        address,
        "GET /prices?of=tea&in=%C3%A9 HTTP/1.1\r\nHost: h\r\nCookie: a=1\r\n\
         Last-Event-ID: 7\r\nCookie: b=2\r\n\r\n",
    )
    .await;
    wire.hear("\r\n\r\n").await;
    let request = told.recv().await.unwrap();
    assert_eq!(request.method(), "GET");
    assert_eq!(request.path(), "/prices");
    assert_eq!(request.query(), Some("of=tea&in=%C3%A9"));
    assert_eq!(request.uri(), "/prices?of=tea&in=%C3%A9");
    assert_eq!(request.last_event_id(), Some("7"));
    let cookies: Vec<_> = request.headers().get_all("cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(request.peer(), Some(wire.io.local_addr().unwrap()));
}

#[tokio::test]
async fn each_request_gets_its_answer() {
    let hub = Hub::default();
    let (address, serving) = start(server(&hub)).await;
    const REFUSED: &str = "content-type: text/plain\r\nconnection: close\r\n\r\n";
    let close = "connection: close\r\n\r\n";
    let allow = format!("allow: GET, HEAD, OPTIONS\r\n{close}");
    let none = format!("content-length: 0\r\n{close}");
    let lines = |n: usize| "a: b\r\n".repeat(n);
    let long = format!(
        "GET / HTTP/1.1\r\nHost: h\r\na: {}\r\n\r\n",
        "b".repeat(17_000)
    );
    for (request, status, rest) in [
        ("GET /over HTTP/1.1\r\nHost: h\r\n\r\n", 204, close.into()),
        (
            "GET /x HTTP/1.1\r\nHost: h\r\n\r\n",
            404,
            format!("content-length: 10\r\n{REFUSED}no stream\n"),
        ),
        (
            "HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n",
            404,
            format!("content-length: 10\r\n{REFUSED}"),
        ),
        ("OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n", 204, allow.clone()),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
            405,
            format!("content-length: 0\r\n{allow}"),
        ),
        (
            "get / HTTP/1.1\r\nHost: h\r\n\r\n",
            405,
            format!("content-length: 0\r\n{allow}"),
        ),
        ("GET / HTTP/1.1\r\n\r\n", 400, none.clone()),
        (
            "GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n",
            400,
            none.clone(),
        ),
        (
            "GET / HTTP/1.1\r\nHost: h\r\n a: folded\r\n\r\n",
            400,
            none.clone(),
        ),
        ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505, none.clone()),
        ("\x16\x03\x01\x02\0\x01\0\x01\r\n\r\n", 400, none.clone()),
        ("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", 400, none.clone()),
        (
            "GET http:///// HTTP/1.1\r\nHost: h\r\n\r\n",
            400,
            none.clone(),
        ),
        (
            &format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", lines(64)),
            431,
            none.clone(),
        ),
        (&long, 431, none.clone()),
    ] {
        let answer = Wire::ask(address, request).await.rest().await;
        let expected = format!("HTTP/1.1 {status} \r\n{rest}");
        assert_eq!(answer, expected, "{request}");
    }
    until(|| serving.stats().open == 0).await;
    assert_eq!(hub.stats().subscribers, 0);
}

#[tokio::test]
async fn head_is_answered_as_get_is_without_the_stream() {
    let hub = Hub::default();
    let (address, _serving) = start(server(&hub)).await;
    let mut wire = Wire::ask(address, "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let head = wire.rest().await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"));
    assert!(head.ends_with("connection: close\r\n\r\n"));
    until(|| hub.stats().subscribers == 0).await;
}

#[tokio::test]
async fn a_head_may_come_in_single_bytes() {
    let hub = Hub::default();
    let (address, _serving) = start(server(&hub)).await;
    let mut wire = Wire::connect(address).await;
    wire.io.set_nodelay(true).unwrap();
    for byte in GET.split_inclusive(|_| true) {
        wire.say(byte).await;
    }
    wire.hear("\r\n\r\n").await;
    publish(&hub, "a");
    wire.hear("data: a\n\n").await;
}

#[tokio::test]
async fn what_follows_the_head_is_passed_over() {
    let hub = Hub::default();
    let (address, serving) = start(server(&hub)).await;
    let mut wire = Wire::ask(address, &GET.repeat(3)).await;
    wire.hear("\r\n\r\n").await;
    publish(&hub, "a");
    wire.hear("data: a\n\n").await;
    wire.say(&GET.repeat(100)).await;
    publish(&hub, "b");
    hub.close();
    let (stream, ended) = unchunked(wire.rest().await.trim_start_matches("\r\n"));
    assert_eq!((ids(&stream), ended), (vec![2], true));
    drop(wire);
    until(|| serving.stats().open == 0).await;
    assert_eq!(serving.stats().admitted, 1);
}

/// A socket that is closed with something unread in it takes back what it has sent.
#[tokio::test]
async fn a_refusal_reaches_who_has_said_more() {
    let (address, _serving) = start(server(&Hub::default())).await;
    for _ in 0..20 {
        let more = GET.repeat(100);
        let request = format!("GET /x HTTP/1.1\r\nHost: h\r\n\r\n{more}");
        let mut wire = Wire::ask(address, &request).await;
        assert!(wire.rest().await.ends_with("no stream\n"));
    }
}

#[tokio::test]
async fn an_answer_has_headers_and_a_greeting_of_its_own() {
    let hub = Hub::default();
    publish(&hub, "a");
    let (address, _serving) = start(Server::new(move |request: Request| {
        let greeting = Message::empty().retry(crate::wire::SECOND);
        let header = |name| HeaderName::from_static(name);
        ready(
            Answer::stream(hub.subscribe(request.last_event_id()))
                .greeting(Frame::from(greeting))
                .header(
                    header("cache-control"),
                    HeaderValue::from_static("no-store"),
                )
                .header(header("x-a"), HeaderValue::from_static("1"))
                .header(
                    header("transfer-encoding"),
                    HeaderValue::from_static("gzip"),
                )
                .header(header("content-length"), HeaderValue::from_static("1")),
        )
    }))
    .await;
    let mut wire = Wire::ask(address, &crate::wire::get_after(0)).await;
    let head = wire.hear("\r\n\r\n").await;
    assert_eq!(
        head,
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-accel-buffering: no\r\n\
         transfer-encoding: chunked\r\ncache-control: no-store\r\nx-a: 1\r\n\
         connection: close\r\n\r\n"
    );
    wire.hear("retry: 1000\n\n").await;
    wire.hear("id: 1\ndata: a\n\n").await;
}

#[tokio::test]
async fn pages_of_other_origins_have_the_leave_that_was_given() {
    let hub = Hub::default();
    let cors = Cors::origins(["https://shop.example"]).credentials(true);
    let (address, _serving) = start(server(&hub).cors(cors)).await;
    let allowed = "access-control-allow-origin: https://shop.example\r\n\
        access-control-allow-credentials: true\r\n";
    for (request, origin, leave) in [
        (GET, "https://shop.example", true),
        (GET, "https://other.example", false),
        (
            "GET /x HTTP/1.1\r\nHost: h\r\n\r\n",
            "https://shop.example",
            true,
        ),
        (
            "OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n",
            "https://shop.example",
            true,
        ),
    ] {
        let with_origin = request.replace("\r\n\r\n", &format!("\r\nOrigin: {origin}\r\n\r\n"));
        let head = Wire::ask(address, &with_origin)
            .await
            .hear("\r\n\r\n")
            .await;
        assert!(head.contains("vary: origin\r\n"), "{head}");
        assert_eq!(head.contains(allowed), leave, "{head}");
    }
    let preflight = "OPTIONS / HTTP/1.1\r\nHost: h\r\nOrigin: https://shop.example\r\n\
        Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: last-event-id\r\n\r\n";
    let answer = Wire::ask(address, preflight).await.rest().await;
    assert!(answer.starts_with("HTTP/1.1 204 \r\n"), "{answer}");
    for line in [
        allowed,
        "access-control-allow-methods: GET, HEAD\r\n",
        "access-control-allow-headers: last-event-id, cache-control\r\n",
        "access-control-max-age: 7200\r\n",
    ] {
        assert!(answer.contains(line), "{answer}");
    }
}

#[tokio::test]
async fn a_client_that_goes_before_it_is_answered_is_not_asked_about_any_further() {
    struct Asked(async_channel::Sender<&'static str>);
    impl Drop for Asked {
        fn drop(&mut self) {
            self.0.try_send("dropped").unwrap();
        }
    }
    let (tell, told) = async_channel::unbounded();
    let (address, serving) = start(Server::new(move |_| {
        let asked = Asked(tell.clone());
        async move {
            asked.0.try_send("asked").unwrap();
            std::future::pending().await
        }
    }))
    .await;
    let mut wire = Wire::ask(address, GET).await;
    assert_eq!(told.recv().await, Ok("asked"));
    assert_eq!(serving.stats().open, 1);
    wire.io.shutdown().await.unwrap();
    assert_eq!(told.recv().await, Ok("dropped"));
    until(|| serving.stats().open == 0).await;
}
