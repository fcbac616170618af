//! Follows a stream, and tells what becomes of the connection.
//!
//! ```text
//! cargo run -p sse-tokio --example follow -- http://127.0.0.1:8080/ [LAST-EVENT-ID]
//! ```

use std::{env, error::Error};

use sse_tokio::{EventSource, sse_core::Update};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let url = arguments
        .next()
        .ok_or("usage: follow URL [LAST-EVENT-ID]")?;
    let last = arguments.next().unwrap_or_default();
    let mut source = EventSource::builder(&url).last_event_id(&last).build()?;
    loop {
        match source.next_update().await {
            Ok(Update::Opened) => eprintln!("open"),
            Ok(Update::Event(event)) => {
                println!(
                    "{} {}: {}",
                    event.last_event_id, event.event_type, event.data
                );
            }
            Ok(Update::Comment(_)) => {}
            Ok(Update::TooLarge) => eprintln!("an event over the limit was skipped"),
            Ok(Update::Reconnecting { lost, wait }) => {
                eprintln!("{lost}; again in {wait:.1?}");
            }
            Err(closed) if closed.is_end() => return Ok(()),
            Err(closed) => return Err(closed.into()),
        }
    }
}
