//! axum's own `Sse` over tokio's broadcast channel.

use std::{io, time::Duration};

use axum::{
    Router,
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
    routing::get,
};
use futures_util::Stream;
use tokio::sync::broadcast;
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

use super::{
    Options,
    control::{Control, Publisher, block_on, listen},
};
use crate::event;

pub fn serve(options: &Options) -> io::Result<()> {
    block_on(async {
        let sender = broadcast::Sender::new(options.ring);
        let app = Router::new()
            .route("/", get(events))
            .with_state((sender.clone(), Duration::from_millis(options.keep_alive)));
        let listener = listen()?;
        tokio::spawn(axum::serve(listener, app).into_future());
        Control::new(sender).run_in_tokio().await
    })
}

async fn events(
    State((sender, keep_alive)): State<(broadcast::Sender<Event>, Duration)>,
) -> Sse<impl Stream<Item = Result<Event, BroadcastStreamRecvError>>> {
    let events = BroadcastStream::new(sender.subscribe());
    Sse::new(events).keep_alive(KeepAlive::new().interval(keep_alive))
}

impl Publisher for broadcast::Sender<Event> {
    fn publish(&mut self, from: u64, to: u64) {
        for number in from..to {
            let id = number.to_string();
            let data = event::data(number, id.len());
            // Nobody listening is no failure.
            let _ = self.send(Event::default().id(id).data(data));
        }
    }

    fn stats(&self) -> (usize, usize) {
        (self.receiver_count(), self.len() * event::LEN)
    }
}
