//! A feed in warp: a tick a second, replayed to a client that comes back.
//!
//! ```text
//! cargo run -p sse-tokio --example serve-warp -- [PORT]
//! curl -N http://127.0.0.1:8080/
//! ```

use std::{env, error::Error, time::Duration};

use sse_tokio::{EventBody, Hub, LastEventId, Message};
use tokio::time::sleep;
use warp::{Filter as _, Reply as _, http::HeaderMap, reply};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(8080), |port| port.parse())?;
    println!("http://127.0.0.1:{port}/");
    let hub = Hub::default();
    let feed = hub.clone();
    let events =
        warp::path::end()
            .and(warp::header::headers_cloned())
            .map(move |headers: HeaderMap| {
                let last = LastEventId::from_headers(&headers);
                let body = EventBody::new(feed.subscribe(last.as_deref()));
                let mut reply = reply::stream(body).into_response();
                reply.headers_mut().extend(sse_tokio::headers());
                reply
            });
    tokio::spawn(warp::serve(events).run(([127, 0, 0, 1], port)));
    for n in 1.. {
        sleep(Duration::from_secs(1)).await;
        hub.publish(&Message::display(n))?;
    }
    Ok(())
}
