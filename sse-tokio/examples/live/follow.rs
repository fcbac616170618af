//! Follows any server's stream and prints its events: a `curl -N` that reconnects.

use std::{
    error::Error,
    io::{self, Write},
};

use serde::Serialize;
use sse_tokio::{
    Closed, EventSource,
    sse_core::{Event, Update},
};

/// Prints the events of `url` as lines, or as one JSON object a line; what becomes of the
/// connection goes to standard error.
///
/// # Errors
/// Why the source is closed, unless the server had no more to say; or what is wrong with the URL,
/// the ID or the output.
pub(crate) async fn follow(
    url: &str,
    last_event_id: &str,
    json: bool,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let source = EventSource::builder(url)
        .last_event_id(last_event_id)
        .build()?;
    print_events(source, json, &mut io::stdout()).await
}

async fn print_events(
    mut source: EventSource,
    json: bool,
    out: &mut (impl Write + Send),
) -> Result<(), Box<dyn Error + Send + Sync>> {
    loop {
        match source.next_update().await {
            Ok(Update::Event(event)) => {
                print_event(&event, json, out)?;
                continue;
            }
            Ok(Update::Comment(_)) => continue,
            Ok(Update::Opened) => eprintln!("live: open"),
            Ok(Update::TooLarge) => eprintln!("live: event over the limit, skipped"),
            Ok(Update::Reconnecting { lost, wait }) => {
                let error = source.error().map(|error| format!(" ({error})"));
                let error = error.unwrap_or_default();
                eprintln!("live: {lost}{error}, again in {wait:.1?}");
            }
            Err(closed) if closed.is_end() => {
                eprintln!("live: {closed}");
                return Ok(());
            }
            Err(closed) => return Err(reason(&closed).into()),
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "type")]
    event_type: &'a str,
    data: &'a str,
    last_event_id: &'a str,
}

/// One write for each, so that whoever reads gets whole lines at once.
fn print_event(event: &Event<'_>, json: bool, out: &mut impl Write) -> io::Result<()> {
    let line = if json {
        let line = Line {
            event_type: event.event_type,
            data: event.data,
            last_event_id: event.last_event_id,
        };
        serde_json::to_string(&line)? + "\n"
    } else {
        let id = match event.last_event_id {
            "" => String::new(),
            id => format!("[{id}] "),
        };
        let data = event.data.replace('\n', "\n    ");
        format!("{id}{}: {data}\n", event.event_type)
    };
    out.write_all(line.as_bytes())?;
    out.flush()
}

/// All that is known about the end.
fn reason(closed: &Closed) -> String {
    let mut reason = closed.to_string();
    let mut source = closed.source();
    while let Some(error) = source {
        reason = format!("{reason}: {error}");
        source = error.source();
    }
    match closed.response() {
        Some(response) if !response.body.is_empty() => {
            format!("{reason}\n{}", String::from_utf8_lossy(&response.body))
        }
        _ => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Act, PATIENCE, Server};

    const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 100\n";

    async fn followed(server: &Server, json: bool) -> (String, Result<(), String>) {
        let mut out = Vec::new();
        let source = EventSource::new(&server.url("/")).unwrap();
        let printed = print_events(source, json, &mut out);
        let result = tokio::time::timeout(PATIENCE, printed).await;
        let result = result.expect("an end in time").map_err(|e| e.to_string());
        (String::from_utf8(out).unwrap(), result)
    }

    fn server(last: &'static str) -> Server {
        Server::new([
            vec![
                Act::Send(HEAD),
                Act::Send("data: a\n\nid: 7\nevent: tick\ndata: b\ndata: \"\n\n: x\n\ndata"),
            ],
            vec![Act::Send(last)],
        ])
    }

    #[tokio::test]
    async fn events_are_lines_and_a_204_is_a_clean_end() {
        let server = server("HTTP/1.1 204 No Content\r\n\r\n");
        let (text, result) = followed(&server, false).await;
        assert_eq!(text, "message: a\n[7] tick: b\n    \"\n");
        assert_eq!(result, Ok(()));
        server.seen();
        assert_eq!(server.seen().header("last-event-id"), Some(&b"7"[..]));
    }

    #[tokio::test]
    async fn events_are_objects_and_a_refusal_says_why() {
        let server = server("HTTP/1.1 410 Gone\r\nContent-Length: 9\r\n\r\nno stream");
        let (text, result) = followed(&server, true).await;
        let expected = [
            r#"{"type":"message","data":"a","last_event_id":""}"#,
            r#"{"type":"tick","data":"b\n\"","last_event_id":"7"}"#,
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
        let reason = "server answered 410 instead of 200\nno stream";
        assert_eq!(result, Err(reason.to_owned()));
    }
}
