//! A feed in axum: a tick a second, replayed to a client that comes back.
//!
//! ```text
//! cargo run -p sse-tokio --example serve-axum -- [PORT]
//! curl -N http://127.0.0.1:8080/
//! ```

use std::{env, error::Error, time::Duration};

use axum::{Router, extract::State, routing::get};
use sse_tokio::{EventBody, Hub, LastEventId, Message, Subscription};
use tokio::{net::TcpListener, time::sleep};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    let hub = Hub::default();
    let app = Router::new()
        .route("/", get(events))
        .with_state(hub.clone());
    tokio::spawn(axum::serve(listener, app).into_future());
    for n in 1.. {
        sleep(Duration::from_secs(1)).await;
        hub.publish(&Message::display(n))?;
    }
    Ok(())
}

async fn events(State(hub): State<Hub>, last: LastEventId) -> EventBody<Subscription> {
    EventBody::new(hub.subscribe(last.as_deref()))
}
