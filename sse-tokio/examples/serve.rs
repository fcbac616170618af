//! Publishes a tick a second, and replays what a client that comes back has missed.
//!
//! ```text
//! cargo run -p sse-tokio --example serve -- [PORT]
//! ```

use std::{env, error::Error, time::Duration};

use axum::{Router, extract::State, routing::get};
use sse_tokio::{EventBody, Hub, LastEventId, Message, Subscription};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    let hub = Hub::default();
    tokio::spawn(tick(hub.clone()));
    let app = Router::new().route("/", get(events)).with_state(hub);
    Ok(axum::serve(listener, app).await?)
}

async fn events(State(hub): State<Hub>, last: LastEventId) -> EventBody<Subscription> {
    EventBody::new(hub.subscribe(last.as_deref()))
}

async fn tick(hub: Hub) {
    for n in 1.. {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if hub.publish(&Message::display(n)).is_err() {
            return;
        }
    }
}
