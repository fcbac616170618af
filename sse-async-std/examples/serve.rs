//! Publishes a tick a second, and replays what a client that comes back has missed.
//!
//! ```text
//! cargo run -p sse-async-std --example serve-async-std -- [PORT]
//! ```

use std::{env, error::Error, time::Duration};

use async_std::{net::TcpListener, task};
use sse_async_std::{Answer, Hub, Message, serve};

#[async_std::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    let hub = Hub::default();
    task::spawn(tick(hub.clone()));
    loop {
        let (socket, _) = listener.accept().await?;
        let hub = hub.clone();
        task::spawn(serve(socket, move |head| match head.method() {
            "GET" => Answer::stream(hub.subscribe(head.last_event_id_text().as_deref())),
            _ => Answer::refusal(405).header("allow", "GET"),
        }));
    }
}

async fn tick(hub: Hub) {
    for n in 1.. {
        task::sleep(Duration::from_secs(1)).await;
        if hub.publish(&Message::display(n)).is_err() {
            return;
        }
    }
}
