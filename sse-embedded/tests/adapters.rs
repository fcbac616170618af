//! The conversation of all adapters, in memory of a fixed size: over a connector's sockets, and over
//! those of a caller.

mod common;
#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use common::{Loopback, soon};
use conversation::{SCENES, Said, Scene, Server};
use embedded_io_async::ErrorKind;
use sse_embedded::{Closed, Connect, EventSource, Memory, sse_core::http::Request};

async fn play<C>(
    scene: &Scene,
    connector: C,
    listen: impl AsyncFn(&mut EventSource<'_, C>, &mut Vec<Said<String>>) -> Closed,
) {
    let name = scene.name;
    let server = Server::new(scene.answers.iter().map(|acts| acts.to_vec()));
    let mut memory = Memory::<256, 512, 32, 64>::new();
    let request = Request {
        method: scene.method,
        body: scene.body.as_bytes(),
        ..Request::get()
    };
    let url = server.url("/events");
    let source = EventSource::with_request(&url, request, &mut memory, connector, scene.config());
    let mut source = source.unwrap();
    source.set_last_event_id(scene.id).unwrap();

    let mut said = Vec::new();
    let closed = soon(listen(&mut source, &mut said)).await;
    let expected: Vec<Said<String>> = scene.said.iter().map(Said::from).collect();
    assert_eq!(said, expected, "{name}");
    assert_eq!(closed, scene.closed, "{name}");
    let refusal = source
        .response()
        .map(|r| String::from_utf8_lossy(r.body()).into_owned());
    assert_eq!(refusal.as_deref(), scene.refusal, "{name}");
    let again = soon(listen(&mut source, &mut said)).await;
    assert_eq!(again, scene.closed, "{name}: for ever");

    let seen = server.all_seen();
    let asked: Vec<_> = seen
        .iter()
        .map(|seen| {
            let id = seen.header("last-event-id");
            (seen.line.as_str(), id.map(|id| str::from_utf8(id).unwrap()))
        })
        .collect();
    assert_eq!(asked, scene.asked, "{name}");
    for seen in &seen {
        assert_eq!(seen.header("accept"), Some(&b"text/event-stream"[..]));
        assert_eq!(seen.header("cache-control"), Some(&b"no-cache"[..]));
        assert_eq!(seen.body, scene.body, "{name}");
    }
}

#[test]
fn over_a_connector() {
    let listen = async |source: &mut EventSource<'_, Loopback>, said: &mut Vec<_>| loop {
        match source.next_update().await {
            Ok(update) => said.push(Said::new(update)),
            Err(closed) => return closed,
        }
    };
    async_io::block_on(async {
        for scene in SCENES {
            play(scene, Loopback::default(), listen).await;
        }
    });
}

#[test]
fn over_connections_of_the_caller() {
    let listen = async |source: &mut EventSource<'_, ()>, said: &mut Vec<_>| {
        let mut loopback = Loopback::default();
        loop {
            let connected = match source.due().await {
                Ok(url) => loopback.connect(url).await,
                Err(closed) => return closed,
            };
            let socket = connected.and_then(|()| loopback.io().ok_or(ErrorKind::NotConnected));
            if let Some(mut stream) = source.over(socket) {
                while let Some(update) = stream.next_update().await {
                    said.push(Said::new(update));
                }
            }
            loopback.disconnect();
        }
    };
    async_io::block_on(async {
        for scene in SCENES {
            play(scene, (), listen).await;
        }
    });
}
