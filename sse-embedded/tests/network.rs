//! Two stacks of embassy-net in one process, joined by a wire in memory.

mod common;
#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use common::{
    NO_CONTENT, config,
    wire::{SERVER, over_a_wire},
};
use conversation::Said;
use embassy_futures::join::join3;
use embassy_net::{
    Stack,
    dns::DnsSocket,
    tcp::{
        TcpSocket,
        client::{TcpClient, TcpClientState},
    },
};
use embedded_io_async::{ErrorKind, Write};
use sse_embedded::{
    Closed, Config, Connect, EmbassyNet, EventSource, Events, Lost, Memory, Nal,
    sse_core::{Message, http::Url},
};

const STREAM: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\r\n";

/// Three connections: one that breaks off, one that ends, one that says to go.
async fn serve(stack: Stack<'_>) {
    // All listen from the start, so that none is refused; the first of them takes the first.
    let mut buffers = [([0; 1024], [0; 1024]); 3];
    let [mut first, mut second, mut third] = buffers.each_mut().map(|b| listener(stack, b));
    let breaks_off = async {
        let request = accept(&mut first).await;
        assert!(request.starts_with("GET /prices HTTP/1.1\r\nHost: 10.9.8.2\r\n"));
        assert!(!request.contains("Last-Event-ID"));
        send(&mut first, &[STREAM]).await;
        send(&mut first, &[&tick("1"), &tick("2"), "data: never"]).await;
        first.abort();
        let _ = first.flush().await;
    };
    let ends = async {
        let request = accept(&mut second).await;
        assert!(request.contains("\r\nLast-Event-ID: 2\r\n"));
        send(&mut second, &[STREAM, &tick("3")]).await;
        end(&mut second).await;
    };
    let says_to_go = async {
        let request = accept(&mut third).await;
        assert!(request.contains("\r\nLast-Event-ID: 3\r\n"));
        send(&mut third, &[NO_CONTENT]).await;
        end(&mut third).await;
    };
    join3(breaks_off, ends, says_to_go).await;
}

fn listener<'s>(stack: Stack<'s>, buffers: &'s mut ([u8; 1024], [u8; 1024])) -> TcpSocket<'s> {
    TcpSocket::new(stack, &mut buffers.0, &mut buffers.1)
}

async fn accept(socket: &mut TcpSocket<'_>) -> String {
    socket.accept(80).await.unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        assert_eq!(socket.read(&mut byte).await, Ok(1));
        request.extend(byte);
    }
    String::from_utf8(request).unwrap()
}

/// Returns when the client's stack has it.
async fn send(socket: &mut TcpSocket<'_>, texts: &[&str]) {
    for text in texts {
        socket.write_all(text.as_bytes()).await.unwrap();
    }
    socket.flush().await.unwrap();
}

async fn end(socket: &mut TcpSocket<'_>) {
    socket.close();
    let _ = socket.flush().await;
}

fn tick(id: &str) -> String {
    let message = Message::new("a\nb").event("tick").unwrap().id(id).unwrap();
    message.to_string()
}

fn ticked(id: &str) -> Said<String> {
    Said::Event {
        event_type: "tick".into(),
        data: "a\nb".into(),
        last_event_id: id.into(),
    }
}

async fn follow(connector: impl Connect, cut: ErrorKind) {
    let mut memory = Memory::<128, 256, 16, 64>::new();
    let source = EventSource::new("http://10.9.8.2/prices", &mut memory, connector, config());
    let mut source = source.unwrap();
    let mut said = Vec::new();
    let closed = loop {
        match source.next_update().await {
            Ok(update) => said.push(Said::new(update)),
            Err(closed) => break closed,
        }
        if said.last() == Some(&Said::Lost(Lost::Cut)) {
            assert_eq!(source.error(), Some(cut));
        }
    };
    let expected = [
        Said::Opened,
        ticked("1"),
        ticked("2"),
        Said::Lost(Lost::Cut),
        Said::Opened,
        ticked("3"),
        Said::Lost(Lost::Ended),
    ];
    assert_eq!(said, expected);
    assert_eq!(closed, Closed::NoContent);
}

#[test]
fn a_source_follows_a_stream_across_a_cut_and_an_end() {
    over_a_wire(serve, async |stack| {
        let (mut rx, mut tx) = ([0; 512], [0; 256]);
        let socket = TcpSocket::new(stack, &mut rx, &mut tx);
        follow(EmbassyNet::new(stack, socket), ErrorKind::ConnectionReset).await;
    });
}

#[test]
fn a_source_does_so_over_embedded_nal_as_well() {
    over_a_wire(serve, async |stack| {
        let state = TcpClientState::<1, 256, 512>::new();
        let tcp = TcpClient::new(stack, &state);
        let dns = DnsSocket::new(stack);
        follow(Nal::new(&tcp, dns), ErrorKind::ConnectionReset).await;
    });
}

#[test]
fn an_address_stands_in_for_the_resolver_but_not_for_the_host() {
    over_a_wire(
        async |stack| {
            let (mut rx, mut tx) = ([0; 512], [0; 256]);
            let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
            let request = accept(&mut socket).await;
            assert!(request.contains("\r\nHost: feed.example\r\n"));
            send(&mut socket, &[NO_CONTENT]).await;
            end(&mut socket).await;
        },
        async |stack| {
            let (mut rx, mut tx) = ([0; 512], [0; 256]);
            let socket = TcpSocket::new(stack, &mut rx, &mut tx);
            let connector = EmbassyNet::new(stack, socket).with_address(SERVER);
            let mut memory = Memory::<128, 256, 16, 64>::new();
            let url = "http://feed.example/";
            let source = EventSource::new(url, &mut memory, connector, config());
            let closed = source.unwrap().next().await.unwrap_err();
            assert_eq!(closed, Closed::NoContent);
        },
    );
}

#[test]
fn a_refused_connection_is_told_from_one_reset() {
    over_a_wire(
        async |_| {},
        async |stack| {
            let (mut rx, mut tx) = ([0; 512], [0; 256]);
            let socket = TcpSocket::new(stack, &mut rx, &mut tx);
            let mut memory = Memory::<128, 256, 16, 64>::new();
            let mut config: Config = config();
            config.max_failures = Some(2);
            let url = "http://10.9.8.2/";
            let connector = EmbassyNet::new(stack, socket);
            let mut source = EventSource::new(url, &mut memory, connector, config).unwrap();
            let closed = source.next().await.unwrap_err();
            assert_eq!(closed, Closed::Failures(Lost::Connect));
            assert_eq!(source.error(), Some(ErrorKind::ConnectionRefused));
        },
    );
}

#[test]
fn https_is_not_spoken_by_either() {
    over_a_wire(
        async |_| {},
        async |stack| {
            let (mut rx, mut tx) = ([0; 512], [0; 256]);
            let socket = TcpSocket::new(stack, &mut rx, &mut tx);
            let url = Url::parse("https://10.9.8.2/").unwrap();
            let connected = EmbassyNet::new(stack, socket).connect(url).await;
            assert_eq!(connected, Err(ErrorKind::Unsupported));

            let state = TcpClientState::<1, 256, 512>::new();
            let tcp = TcpClient::new(stack, &state);
            let mut nal = Nal::new(&tcp, DnsSocket::new(stack));
            assert_eq!(nal.connect(url).await, Err(ErrorKind::Unsupported));
        },
    );
}

#[test]
#[cfg(target_pointer_width = "64")]
fn a_source_is_as_small_as_the_readme_says() {
    over_a_wire(
        async |_| {},
        async |stack| {
            let (mut rx, mut tx) = ([0; 512], [0; 256]);
            let socket = TcpSocket::new(stack, &mut rx, &mut tx);
            let connector = EmbassyNet::new(stack, socket);
            let own = size_of_val(&connector);
            let mut memory = Memory::<512, 1024, 64, 128>::new();
            assert_eq!(size_of_val(&memory), 1984);
            assert_eq!(size_of::<Memory<64, 160, 16, 48>>(), 368);
            assert!(size_of::<Events<'_, ()>>() <= 288);
            let url = "http://10.9.8.2/";
            let mut source = EventSource::new(url, &mut memory, connector, config()).unwrap();
            assert!(size_of_val(&source) - own <= 576);
            assert!(size_of_val(&source.next()) <= 256);
        },
    );
}
