//! A feed in hyper alone: a tick a second, replayed to a client that comes back.
//!
//! ```text
//! cargo run -p sse-tokio --example serve-hyper -- [PORT]
//! curl -N http://127.0.0.1:8080/
//! ```

use std::{convert::Infallible, env, error::Error, time::Duration};

use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use sse_tokio::{EventBody, Hub, LastEventId, Message};
use tokio::{net::TcpListener, time::sleep};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    let hub = Hub::default();
    tokio::spawn(serve(listener, hub.clone()));
    for n in 1.. {
        sleep(Duration::from_secs(1)).await;
        hub.publish(&Message::display(n))?;
    }
    Ok(())
}

async fn serve(listener: TcpListener, hub: Hub) {
    while let Ok((socket, _)) = listener.accept().await {
        let hub = hub.clone();
        let events = service_fn(move |request: Request<Incoming>| {
            let last = LastEventId::from_headers(request.headers());
            let body = EventBody::new(hub.subscribe(last.as_deref()));
            async { Ok::<_, Infallible>(body.response()) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), events));
    }
}
