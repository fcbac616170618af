//! A hub's subscriptions: through the server for event streams alone, and as `EventBody` in axum
//! and in hyper.

use std::{convert::Infallible, io, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    routing::get,
};
use hyper::service::service_fn;
use sse_tokio::{
    EventBody, Hub, HubConfig, LastEventId, Message, Subscription, Topic,
    server::{Answer, Request as Asked, Server},
};

use super::{
    Options,
    control::{Control, Publisher, block_on, block_on_threads, listen},
    hyper_bytes::accept,
};
use crate::event;

/// On so many threads, each with its shard.
pub fn dedicated(options: &Options, threads: usize) -> io::Result<()> {
    block_on_threads(threads, async {
        let (hub, keep_alive) = hub(options);
        let feed = hub.clone();
        let server = Server::new(move |request: Asked| {
            let feed = feed.clone();
            async move { Answer::stream(feed.subscribe(request.last_event_id())) }
        });
        let _serving = server.keep_alive(keep_alive).start(listen()?);
        Control::new(hub).run_in_tokio().await
    })
}

pub fn axum(options: &Options) -> io::Result<()> {
    block_on(async {
        let (hub, keep_alive) = hub(options);
        let app = Router::new()
            .route("/", get(events))
            .with_state((hub.clone(), keep_alive));
        let listener = listen()?;
        tokio::spawn(axum::serve(listener, app).into_future());
        Control::new(hub).run_in_tokio().await
    })
}

async fn events(
    State((hub, keep_alive)): State<(Hub, Duration)>,
    last: LastEventId,
) -> EventBody<Subscription> {
    EventBody::new(hub.subscribe(last.as_deref())).keep_alive(keep_alive)
}

pub fn hyper(options: &Options) -> io::Result<()> {
    block_on(async {
        let (hub, keep_alive) = hub(options);
        let listener = listen()?;
        let events = hub.clone();
        tokio::spawn(accept(listener, move || {
            let hub = events.clone();
            service_fn(move |request: Request<_>| {
                let last = LastEventId::from_headers(request.headers());
                let body = EventBody::new(hub.subscribe(last.as_deref()));
                async move { Ok::<_, Infallible>(body.keep_alive(keep_alive).response()) }
            })
        }));
        Control::new(hub).run_in_tokio().await
    })
}

fn hub(options: &Options) -> (Hub, Duration) {
    let config = HubConfig::new().max_frames(options.ring);
    (Hub::new(config), Duration::from_millis(options.keep_alive))
}

impl Publisher for Hub {
    fn publish(&mut self, from: u64, to: u64) {
        let mut numbers = from..to;
        // A burst is published as it would be: as it comes, not gathered first.
        while !numbers.is_empty() {
            let data: Vec<_> = numbers
                .by_ref()
                .take(IN_A_ROW)
                .map(|number| event::data(number, number.to_string().len()))
                .collect();
            let messages = data.iter().map(|data| Message::new(data));
            // It is open, and the events far below its limit.
            let _ = self.publish_all(Topic::default(), messages);
        }
    }

    fn stats(&self) -> (usize, usize) {
        let stats = Self::stats(self);
        (stats.subscribers, stats.bytes)
    }
}

/// Events that readers find together.
const IN_A_ROW: usize = 16;
