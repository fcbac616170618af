//! The conversation of all adapters, over a socket, in memory of a fixed size.

mod common;
#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use common::{Loopback, soon};
use conversation::{SCENES, Said, Scene, Server};
use sse_embedded::{EventSource, Memory, sse_core::http::Request};

async fn play(scene: &Scene) {
    let name = scene.name;
    let server = Server::new(scene.answers.iter().map(|acts| acts.to_vec()));
    let mut memory = Memory::<256, 512, 32, 64>::new();
    let request = Request {
        method: scene.method,
        body: scene.body.as_bytes(),
        ..Request::get()
    };
    let url = server.url("/events");
    let source = EventSource::with_request(
        &url,
        request,
        &mut memory,
        Loopback::default(),
        scene.config(),
    );
    let mut source = source.unwrap();
    source.set_last_event_id(scene.id).unwrap();

    let mut said = Vec::new();
    let closed = loop {
        match soon(source.next_update()).await {
            Ok(update) => said.push(Said::new(update)),
            Err(closed) => break closed,
        }
    };
    let expected: Vec<Said<String>> = scene.said.iter().map(Said::from).collect();
    assert_eq!(said, expected, "{name}");
    assert_eq!(closed, scene.closed, "{name}");
    let refusal = source
        .response()
        .map(|r| String::from_utf8_lossy(r.body()).into_owned());
    assert_eq!(refusal.as_deref(), scene.refusal, "{name}");
    let again = soon(source.next_update()).await.unwrap_err();
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
fn over_a_socket() {
    async_io::block_on(async {
        for scene in SCENES {
            play(scene).await;
        }
    });
}
