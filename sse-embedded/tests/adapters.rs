//! The conversation of all adapters, in memory of a fixed size: over a connector's sockets, and over
//! those of a caller.

mod common;
#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use common::{Loopback, soon};
use conversation::{Heard, SCENES, Said, Scene};
use embedded_io_async::ErrorKind;
use sse_embedded::{Closed, Connect, EventSource, Memory, sse_core::http::Request};

async fn play<C>(
    scene: &Scene,
    connector: C,
    listen: impl AsyncFn(&Scene, &mut EventSource<'_, C>, &mut Vec<Said<String>>) -> Closed,
) {
    let server = scene.server();
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
    let closed = soon(listen(scene, &mut source, &mut said)).await;
    let refusal = source.response();
    let refusal = refusal.map(|r| String::from_utf8_lossy(r.body()).into_owned());
    let heard = Heard {
        closed_again: soon(listen(scene, &mut source, &mut said)).await,
        said,
        closed,
        refusal,
    };
    scene.check(&heard, &server, |lost| lost);
}

#[test]
fn over_a_connector() {
    let listen =
        async |scene: &Scene, source: &mut EventSource<'_, Loopback>, said: &mut Vec<_>| loop {
            match source.next_update().await {
                Ok(update) => scene.note(update, said),
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
    let listen = async |scene: &Scene, source: &mut EventSource<'_, ()>, said: &mut Vec<_>| {
        let mut loopback = Loopback::default();
        loop {
            let connected = match source.due().await {
                Ok(url) => loopback.connect(url).await,
                Err(closed) => return closed,
            };
            let socket = connected.and_then(|()| loopback.io().ok_or(ErrorKind::NotConnected));
            if let Some(mut stream) = source.over(socket) {
                while let Some(update) = stream.next_update().await {
                    scene.note(update, said);
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
