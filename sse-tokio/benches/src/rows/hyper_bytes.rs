//! hyper with events that were encoded once, sent through tokio's broadcast channel.

use std::{convert::Infallible, error::Error, io};

use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body_util::StreamBody;
use hyper::{
    Request, Response,
    body::{Body, Frame, Incoming},
    server::conn::http1,
    service::{HttpService, service_fn},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::broadcast};
use tokio_stream::wrappers::BroadcastStream;

use super::{
    Options,
    control::{Control, Publisher, block_on, listen},
};
use crate::event;

pub fn serve(options: &Options) -> io::Result<()> {
    block_on(async {
        let sender = broadcast::Sender::new(options.ring);
        let listener = listen()?;
        let events = sender.clone();
        tokio::spawn(accept(listener, move || {
            let events: broadcast::Sender<Bytes> = events.clone();
            service_fn(move |_: Request<Incoming>| {
                let frames = BroadcastStream::new(events.subscribe());
                let body = StreamBody::new(frames.map(|event| event.map(Frame::data)));
                let response = Response::builder()
                    .header("content-type", "text/event-stream")
                    .header("cache-control", "no-cache")
                    .body(body)
                    .expect("a valid head");
                async move { Ok::<_, Infallible>(response) }
            })
        }));
        Control::new(sender).run_in_tokio().await
    })
}

/// Serves each connection with a service of its own.
pub async fn accept<S>(listener: TcpListener, service: impl Fn() -> S)
where
    S: HttpService<Incoming, Future: Send, Error: Into<Box<dyn Error + Send + Sync>>>
        + Send
        + 'static,
    S::ResBody: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    while let Ok((socket, _)) = listener.accept().await {
        let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), service());
        tokio::spawn(connection);
    }
}

impl Publisher for broadcast::Sender<Bytes> {
    fn publish(&mut self, from: u64, to: u64) {
        for number in from..to {
            // Nobody listening is no failure.
            let _ = self.send(event::encoded(number).into());
        }
    }

    fn stats(&self) -> (usize, usize) {
        (self.receiver_count(), self.len() * event::LEN)
    }
}
