//! Bodies that other HTTP clients have opened, of this crate's server.

mod common;

use common::wire::{SERVER, over_a_wire};
use embassy_net::{
    Stack,
    dns::DnsSocket,
    tcp::{
        TcpSocket,
        client::{TcpClient, TcpClientState},
    },
};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_async::{Read, Write as _};
use reqwless::{
    client::HttpClient,
    request::{Method, RequestBuilder as _},
    response::StatusCode,
};
use sse_embedded::{Answer, Events, Feed, Memory, Message, ServerMemory, Timeouts, listen};

type SmallFeed = Feed<CriticalSectionRawMutex, 8, 512, 1>;

async fn serve(stack: Stack<'_>, feed: &SmallFeed) {
    for data in ["1", "2\n2", "3"] {
        feed.publish(&Message::new(data)).unwrap();
    }
    feed.close();
    let mut memory = ServerMemory::<256, 256, 512>::new();
    let timeouts = Timeouts::new();
    listen(stack, 80, &mut memory, timeouts, |_| Answer::stream(feed)).await;
}

/// What comes after the first event.
async fn read(body: impl Read) {
    let mut memory = Memory::<64, 64, 16, 0>::new();
    let mut events = Events::new(body, &mut memory);
    for (id, data) in [("2", "2\n2"), ("3", "3")] {
        let event = events.next().await.unwrap().unwrap();
        assert_eq!((event.last_event_id, event.data), (id, data));
    }
    assert!(matches!(events.next().await, Ok(None)));
    assert!(!events.is_truncated());
}

#[test]
fn of_reqwless() {
    static FEED: SmallFeed = Feed::new();
    over_a_wire(
        async |stack| serve(stack, &FEED).await,
        async |stack| {
            let state = TcpClientState::<1, 256, 512>::new();
            let (tcp, dns) = (TcpClient::new(stack, &state), DnsSocket::new(stack));
            let mut client = HttpClient::new(&tcp, &dns);
            let request = client.request(Method::GET, "http://10.9.8.2/").await;
            let mut request = request.unwrap().headers(&[("Last-Event-ID", "1")]);
            let mut head = [0; 512];
            let response = request.send(&mut head).await.unwrap();
            assert_eq!(response.status, StatusCode(200));
            read(response.body().reader()).await;
        },
    );
}

#[test]
fn of_edge_http() {
    static FEED: SmallFeed = Feed::new();
    over_a_wire(
        async |stack| serve(stack, &FEED).await,
        async |stack| {
            let (mut rx, mut tx) = ([0; 512], [0; 256]);
            let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
            socket.connect((SERVER, 80)).await.unwrap();
            let request = b"GET / HTTP/1.1\r\nHost: h\r\nLast-Event-ID: 1\r\n\r\n";
            socket.write_all(request).await.unwrap();

            let mut head = [0; 512];
            let mut headers = edge_http::ResponseHeaders::<16>::new();
            let received = headers.receive(&mut head, &mut socket, true).await;
            let (buffer, read_len) = received.unwrap();
            assert_eq!(headers.code, 200);
            let resolved = headers.resolve::<()>(edge_http::ConnectionType::Close);
            let (_, body_type) = resolved.unwrap();
            read(edge_http::io::Body::new(
                body_type, buffer, read_len, socket,
            ))
            .await;
        },
    );
}
