//! The conversation of all adapters, over a socket, in memory of a fixed size.

mod common;
#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use common::{Loopback, run, soon};
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

#[test]
fn a_future_that_is_dropped_after_each_poll_loses_nothing() {
    use conversation::Act;
    use core::{future::poll_fn, pin::pin, task::Poll};

    const TEXT: &str = "id: 7\nevent: tick\ndata: a\ndata: b\n\n: x\n\ndata: c\n\n";
    let server = Server::new([
        vec![Act::Send(common::STREAM), Act::Drip(TEXT)],
        vec![Act::Send(common::NO_CONTENT)],
    ]);
    let mut memory = Memory::<64, 512, 32, 64>::new();
    let url = server.url("/events");
    let config = common::config();
    let mut source = EventSource::new(&url, &mut memory, Loopback::default(), config).unwrap();

    let mut said = Vec::new();
    let closed = run(async {
        // While connecting, each future starts anew; from then on each is polled once.
        said.push(Said::new(source.next_update().await.unwrap()));
        loop {
            server.go();
            let polled = poll_fn(|cx| match pin!(source.next_update()).poll(cx) {
                Poll::Ready(Ok(update)) => Poll::Ready(Ok(Some(Said::new(update)))),
                Poll::Ready(Err(closed)) => Poll::Ready(Err(closed)),
                Poll::Pending => Poll::Ready(Ok(None)),
            });
            match polled.await {
                Ok(update) => {
                    let lost = matches!(update, Some(Said::Lost(_)));
                    said.extend(update);
                    if lost {
                        break source.next().await.unwrap_err();
                    }
                }
                Err(closed) => break closed,
            }
            embassy_futures::yield_now().await;
        }
    });
    let event = |event_type: &str, data: &str| Said::Event {
        event_type: event_type.to_string(),
        data: data.to_string(),
        last_event_id: "7".to_string(),
    };
    let expected = [
        Said::Opened,
        event("tick", "a\nb"),
        event("message", "c"),
        Said::Lost(sse_embedded::Lost::Ended),
    ];
    assert_eq!(said, expected);
    assert_eq!(closed, sse_embedded::Closed::NoContent);
}
