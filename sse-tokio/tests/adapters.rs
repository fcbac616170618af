//! The conversation of all adapters, over a socket and over reqwest.

mod common;
mod conversation;

use common::soon;
use conversation::{SCENES, Said, Scene, Server};
use sse_core::{Closed, Lost, Update};
use sse_tokio::{EventSource, sse_core};

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
    open: impl Fn(&Scene, &str) -> S,
    known: impl Fn(Lost) -> Lost,
) {
    let name = scene.name;
    let server = Server::new(scene.answers.iter().map(|acts| acts.to_vec()));
    let mut source = open(scene, &server.url("/events"));
    let mut said = Vec::new();
    let closed = loop {
        match soon(source.next_update()).await {
            Ok(update) => said.push(Said::new(update)),
            Err(closed) => break closed,
        }
    };
    let known_said = |said: &Said| match said {
        Said::Lost(lost) => Said::Lost(known(*lost)),
        other => other.into(),
    };
    let expected: Vec<_> = scene.said.iter().map(known_said).collect();
    assert_eq!(said, expected, "{name}");
    let reason = match scene.closed {
        Closed::Lost(lost) => Closed::Lost(known(lost)),
        Closed::Failures(lost) => Closed::Failures(known(lost)),
        other => other,
    };
    assert_eq!(closed.reason(), reason, "{name}");
    let refusal = closed
        .response()
        .map(|r| String::from_utf8_lossy(&r.body).into_owned());
    // reqwest has nothing to show of a redirect too many.
    if refusal.is_some() || reason != Closed::TooManyRedirects {
        assert_eq!(refusal.as_deref(), scene.refusal, "{name}");
    }
    let again = soon(source.next_update()).await.unwrap_err();
    assert_eq!(again.reason(), reason, "{name}: for ever");

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

#[tokio::test]
async fn over_a_socket() {
    let open = |scene: &Scene, url: &str| {
        EventSource::builder(url)
            .method(scene.method)
            .body(scene.body)
            .last_event_id(scene.id)
            .configure(|config| *config = scene.config())
            .build()
            .unwrap()
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
        let open = |scene: &Scene, url: &str| {
            let method = scene.method.parse().unwrap();
            let mut request = client.request(method, url);
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
