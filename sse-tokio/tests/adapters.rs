//! The conversation of all adapters, over a socket, over TLS and over reqwest.

mod common;
mod conversation;

use common::{certified, soon};
use conversation::{Heard, SCENES, Scene, Server};
use sse_core::{
    Closed, Lost, Update,
    http::{Origin, ResponseBuf},
};
use sse_tokio::{Builder, EventSource, connect::tls, sse_core};
use tokio::net::TcpListener;

trait Source {
    async fn next_update(&mut self) -> Result<Update<'_>, sse_tokio::Closed>;
}

impl Source for EventSource {
    async fn next_update(&mut self) -> Result<Update<'_>, sse_tokio::Closed> {
        self.next_update().await
    }
}

impl Source for sse_tokio::reqwest::EventSource {
    async fn next_update(&mut self) -> Result<Update<'_>, sse_tokio::Closed> {
        self.next_update().await
    }
}

async fn play<S: Source>(
    scene: &Scene,
    open: impl AsyncFn(&Scene, &Server) -> S,
    known: impl Fn(Lost) -> Lost,
) {
    let server = scene.server();
    let mut source = open(scene, &server).await;
    let mut said = Vec::new();
    let closed = loop {
        match soon(source.next_update()).await {
            Ok(update) => scene.note(update, &mut said),
            Err(closed) => break closed,
        }
    };
    let body = |r: &ResponseBuf| String::from_utf8_lossy(&r.body).into_owned();
    let mut refusal = closed.response().map(body);
    if closed.reason() == Closed::TooManyRedirects {
        // reqwest has nothing to show of a redirect too many.
        refusal = refusal.or_else(|| scene.refusal.map(Into::into));
    }
    let heard = Heard {
        said,
        closed: closed.reason(),
        closed_again: soon(source.next_update()).await.unwrap_err().reason(),
        refusal,
    };
    scene.check(&heard, &server, known);
}

fn builder(scene: &Scene, server: &Server) -> Builder {
    EventSource::builder(&server.url("/events"))
        .method(scene.method)
        .body(scene.body)
        .last_event_id(scene.id)
        .configure(|config| *config = scene.config())
}

#[tokio::test]
async fn over_a_socket() {
    let open = async |scene: &Scene, server: &Server| builder(scene, server).build().unwrap();
    for scene in SCENES {
        play(scene, open, |lost| lost).await;
    }
}

#[tokio::test]
async fn over_tls() {
    let open = async |scene: &Scene, server: &Server| {
        let (acceptor, trusting) = certified::acceptor();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(certified::terminate(listener, acceptor, server.address()));
        let connect = tls(Some(trusting));
        let source = builder(scene, server).connector(move |origin| {
            connect(Origin {
                secure: true,
                port,
                ..origin
            })
        });
        source.build().unwrap()
    };
    for scene in SCENES {
        play(scene, open, |lost| lost).await;
    }
}

#[tokio::test]
async fn over_reqwest() {
    // It does not tell in what way there was no answer, or how a stream broke off.
    let known = |lost| match lost {
        Lost::NoResponse => Lost::Connect,
        Lost::BadChunk(_) => Lost::Cut,
        other => other,
    };
    for scene in SCENES {
        let max = usize::from(scene.config().max_redirects);
        let redirects = reqwest::redirect::Policy::limited(max);
        let client = common::reqwest().redirect(redirects).build().unwrap();
        let open = async |scene: &Scene, server: &Server| {
            let method = scene.method.parse().unwrap();
            let mut request = client.request(method, server.url("/events"));
            if !scene.id.is_empty() {
                request = request.header("Last-Event-ID", scene.id);
            }
            if !scene.body.is_empty() {
                request = request.body(scene.body);
            }
            let request = request.build().unwrap();
            sse_tokio::reqwest::EventSource::with_config(client.clone(), request, scene.config())
        };
        play(scene, open, known).await;
    }
}
