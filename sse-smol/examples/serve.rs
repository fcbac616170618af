//! Publishes a tick a second, and replays what a client that comes back has missed.
//!
//! ```text
//! cargo run -p sse-smol --example serve-smol -- [PORT]
//! ```

use std::{env, error::Error, time::Duration};

use smol::{Timer, net::TcpListener};
use sse_smol::{Answer, Hub, Message, serve};

fn main() -> Result<(), Box<dyn Error>> {
    smol::block_on(run())
}

async fn run() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    let hub = Hub::default();
    smol::spawn(tick(hub.clone())).detach();
    loop {
        let (socket, _) = listener.accept().await?;
        let hub = hub.clone();
        smol::spawn(serve(socket, move |head| match head.method() {
            "GET" => Answer::stream(hub.subscribe(head.last_event_id_text().as_deref())),
            _ => Answer::refusal(405).header("allow", "GET"),
        }))
        .detach();
    }
}

async fn tick(hub: Hub) {
    for n in 1.. {
        Timer::after(Duration::from_secs(1)).await;
        if hub.publish(&Message::display(n)).is_err() {
            return;
        }
    }
}
