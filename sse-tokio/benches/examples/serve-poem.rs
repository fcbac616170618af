//! A feed in poem: a tick a second, replayed to a client that comes back.
//!
//! ```text
//! cargo run --manifest-path sse-tokio/benches/Cargo.toml --example serve-poem -- [PORT]
//! curl -N http://127.0.0.1:8080/
//! ```

use std::{env, error::Error, time::Duration};

use http_body_util::BodyExt as _;
use poem::{
    Body, EndpointExt as _, Request, Response, Route, Server, get, handler, listener::TcpListener,
    web::Data,
};
use sse_tokio::{EventBody, Hub, LastEventId, Message};
use tokio::time::sleep;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port));
    println!("http://127.0.0.1:{port}/");
    let hub = Hub::default();
    let app = Route::new().at("/", get(events)).data(hub.clone());
    tokio::spawn(Server::new(listener).run(app));
    for n in 1.. {
        sleep(Duration::from_secs(1)).await;
        hub.publish(&Message::display(n))?;
    }
    Ok(())
}

#[handler]
fn events(Data(hub): Data<&Hub>, request: &Request) -> Response {
    let last = LastEventId::from_headers(request.headers());
    let body = EventBody::new(hub.subscribe(last.as_deref()));
    let body = body.map_err(|never| match never {}).boxed();
    let mut response = Response::from(Body::from(body));
    response.headers_mut().extend(sse_tokio::headers());
    response
}
