//! Publishes a tick a second, and replays what a client that comes back has missed. On SIGTERM or
//! Ctrl-C it sends its clients away in good order.
//!
//! ```text
//! cargo run -p sse-tokio --example serve -- [PORT]
//! curl -N http://127.0.0.1:8080/
//! ```

use std::{env, error::Error, time::Duration};

use sse_tokio::{
    Hub, HubConfig, Message, keep_time,
    server::{Answer, Request, Server},
    sse_core::http::Cors,
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    // Who was away for longer is told of a gap.
    let hub = Hub::new(HubConfig::new().max_age(Duration::from_secs(600)));
    tokio::spawn(keep_time(&hub));
    let feed = hub.clone();
    let server = Server::new(move |request| answer(feed.clone(), request)).cors(Cors::any());
    let serving = server.start(listener);

    tokio::spawn(tick(hub.clone()));
    terminated().await?;
    // Clients come back within five seconds, by when the next instance should be there.
    let retry = Duration::from_secs(1)..=Duration::from_secs(5);
    let drained = serving.drain(retry, Duration::from_secs(10)).await;
    println!("{} ended, {} cut", drained.ended, drained.cut);
    Ok(())
}

async fn answer(hub: Hub, request: Request) -> Answer {
    match request.path() {
        "/" => Answer::stream(hub.subscribe(request.last_event_id())),
        _ => Answer::refusal_with(404, "there is one stream here, at /\n"),
    }
}

async fn tick(hub: Hub) {
    for n in 1.. {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if hub.publish(&Message::display(n)).is_err() {
            return;
        }
    }
}

#[cfg(unix)]
async fn terminated() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn terminated() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
