//! A real axum server, read over a bare socket.

#![cfg(feature = "axum")]

use std::{net::SocketAddr, time::Duration};

use axum::{Router, extract::State, routing::get};
use sse_tokio::{EventBody, Hub, LastEventId, Message, Subscription};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

async fn events(State(hub): State<Hub>, last: LastEventId) -> EventBody<Subscription> {
    EventBody::new(hub.subscribe(last.as_deref()))
}

async fn serve(hub: Hub) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/", get(events)).with_state(hub);
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

async fn request(address: SocketAddr, header: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\nhost: test\r\n{header}\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    socket
}

/// Reads up to and with `end`.
async fn read_to(socket: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    let read = async {
        while !text.ends_with(end.as_bytes()) {
            text.push(socket.read_u8().await.unwrap());
        }
    };
    let all_came = timeout(Duration::from_secs(10), read).await.is_ok();
    let text = String::from_utf8(text).unwrap();
    assert!(all_came, "no {end:?} after {text:?}");
    text
}

fn chunk(text: &str) -> String {
    format!("{:X}\r\n{text}\r\n", text.len())
}

#[tokio::test]
async fn a_client_that_comes_back_reads_on_where_it_was() {
    let hub = Hub::default();
    let address = serve(hub.clone()).await;
    for data in ["one", "two", "three"] {
        hub.publish(&Message::new(data)).unwrap();
    }
    let mut socket = request(address, "Last-Event-ID: 1\r\n").await;
    let head = read_to(&mut socket, "\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(
        head.contains("content-type: text/event-stream\r\n"),
        "{head}"
    );
    assert!(head.contains("transfer-encoding: chunked\r\n"), "{head}");
    let expected = chunk("id: 2\ndata: two\n\nid: 3\ndata: three\n\n");
    assert_eq!(read_to(&mut socket, "three\n\n\r\n").await, expected);

    hub.publish(&Message::new("four")).unwrap();
    assert_eq!(
        read_to(&mut socket, "four\n\n\r\n").await,
        chunk("id: 4\ndata: four\n\n")
    );
}

#[tokio::test]
async fn an_id_that_is_not_utf8_gets_a_gap() {
    let hub = Hub::default();
    let address = serve(hub.clone()).await;
    hub.publish(&Message::new("one")).unwrap();
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: test\r\nlast-event-id: \xFF\r\n\r\n";
    socket.write_all(request).await.unwrap();
    read_to(&mut socket, "\r\n\r\n").await;
    let gap = read_to(&mut socket, "\n\n\r\n").await;
    assert!(gap.contains("event: gap\nid: 1\n"), "{gap}");
}

#[tokio::test]
async fn a_drained_hub_ends_the_response_between_two_events() {
    let hub = Hub::default();
    let address = serve(hub.clone()).await;
    let mut socket = request(address, "Connection: close\r\n").await;
    read_to(&mut socket, "\r\n\r\n").await;
    hub.publish(&Message::new("last")).unwrap();
    hub.drain(Duration::from_secs(1)..=Duration::from_secs(1));
    let expected = chunk("id: 1\ndata: last\n\nretry: 1000\n\n") + "0\r\n\r\n";
    assert_eq!(read_to(&mut socket, "0\r\n\r\n").await, expected);
    assert_eq!(hub.stats().subscribers, 0);
}

#[tokio::test]
async fn a_client_that_went_away_is_unsubscribed() {
    let hub = Hub::default();
    let address = serve(hub.clone()).await;
    let mut socket = request(address, "").await;
    read_to(&mut socket, "\r\n\r\n").await;
    assert_eq!(hub.stats().subscribers, 1);
    drop(socket);
    let gone = async {
        while hub.stats().subscribers > 0 {
            tokio::task::yield_now().await;
        }
    };
    assert!(timeout(Duration::from_secs(10), gone).await.is_ok());
}
