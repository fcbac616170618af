//! A feed in salvo: a tick a second, replayed to a client that comes back.
//!
//! ```text
//! cargo run --manifest-path sse-tokio/benches/Cargo.toml --example serve-salvo -- [PORT]
//! curl -N http://127.0.0.1:8080/
//! ```

use std::{env, error::Error, time::Duration};

use salvo::{
    Depot, Listener as _, Request, Response, Router, Server, affix_state, conn::TcpListener,
    handler,
};
use sse_tokio::{EventBody, Hub, LastEventId, Message};
use tokio::time::sleep;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    println!("http://127.0.0.1:{port}/");
    let hub = Hub::default();
    let app = Router::new()
        .hoop(affix_state::inject(hub.clone()))
        .get(events);
    let listener = TcpListener::new(("127.0.0.1", port)).bind().await;
    tokio::spawn(Server::new(listener).serve(app));
    for n in 1.. {
        sleep(Duration::from_secs(1)).await;
        hub.publish(&Message::display(n))?;
    }
    Ok(())
}

#[handler]
fn events(request: &Request, depot: &Depot, response: &mut Response) {
    let Ok(hub) = depot.get_typed::<Hub>() else {
        return;
    };
    let last = LastEventId::from_headers(request.headers());
    response.headers_mut().extend(sse_tokio::headers());
    response.stream(EventBody::new(hub.subscribe(last.as_deref())));
}
