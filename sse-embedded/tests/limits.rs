//! What happens at the borders of fixed memory.

mod common;
#[path = "../../sse-tokio/tests/conversation/mod.rs"]
mod conversation;

use common::{Loopback, NO_CONTENT, STREAM, config, run};
use conversation::{Act, Said, Server};
use sse_embedded::{
    Closed, EventSource, Events, EventsError, Lost, Memory,
    sse_core::http::{Header, Request, RequestError, UrlError},
};

/// As small as the requests and heads here allow.
type Small = Memory<64, 160, 16, 48>;

fn follow(request: Request<'_>, answers: &[&[Act]]) -> (Vec<Said<String>>, Closed) {
    let server = Server::new(answers.iter().map(|acts| acts.to_vec()));
    let mut memory = Small::new();
    let url = server.url("/");
    let source =
        EventSource::with_request(&url, request, &mut memory, Loopback::default(), config());
    let mut source = source.unwrap();
    let mut said = Vec::new();
    let closed = run(async {
        loop {
            match source.next_update().await {
                Ok(update) => said.push(Said::new(update)),
                Err(closed) => break closed,
            }
        }
    });
    (said, closed)
}

fn event(event_type: &str, data: &str, last_event_id: &str) -> Said<String> {
    Said::Event {
        event_type: event_type.into(),
        data: data.into(),
        last_event_id: last_event_id.into(),
    }
}

#[test]
fn an_event_over_the_memory_is_skipped_and_told() {
    let fits = format!("id: 1\ndata: {}\n\n", "a".repeat(160));
    let too_long = format!("id: 2\ndata: {}\n\n", "b".repeat(161));
    let stream = format!("{fits}{too_long}data: c\n\n");
    let (said, closed) = follow(
        Request::get(),
        &[
            &[Act::Send(STREAM), Act::SendBytes(stream.into())],
            &[Act::Send(NO_CONTENT)],
        ],
    );
    let expected = [
        Said::Opened,
        event("message", &"a".repeat(160), "1"),
        Said::TooLarge,
        event("message", "c", "1"),
        Said::Lost(Lost::Ended),
    ];
    assert_eq!(said, expected);
    assert_eq!(closed, Closed::NoContent);
}

#[test]
fn an_id_or_type_over_the_memory_is_an_event_too_large() {
    let stream = [
        "id: 0123456789abcdef\ndata: a\n\n",
        "id: 0123456789abcdefg\ndata: b\n\n",
        "event: 0123456789abcdef\ndata: c\n\n",
        "event: 0123456789abcdefg\ndata: d\n\n",
        "data: e\n\n",
    ];
    let stream = stream.concat();
    // So little is read at a time that each field is cut, and has to be kept.
    let mut memory = Memory::<8, 16, 16, 0>::new();
    let mut events = Events::new(stream.as_bytes(), &mut memory);
    let mut seen = Vec::new();
    run(async {
        loop {
            match events.next().await {
                Ok(Some(event)) => seen.push(Some(event.data.to_string())),
                Ok(None) => break,
                Err(EventsError::TooLarge) => seen.push(None),
            }
        }
    });
    let event = |data: &str| Some(data.to_string());
    assert_eq!(seen, [event("a"), None, event("c"), None, event("e")]);
    assert_eq!(events.last_event_id(), "0123456789abcdef");
}

#[test]
fn a_head_over_the_memory_closes_the_source() {
    let head = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(160));
    let (said, closed) = follow(Request::get(), &[&[Act::SendBytes(head.into())]]);
    assert_eq!(said, []);
    assert_eq!(closed, Closed::HeadTooLarge);
}

#[test]
fn a_request_over_the_memory_closes_the_source() {
    let value = [b'x'; 160];
    let headers = [Header {
        name: "X",
        value: &value,
    }];
    let request = Request {
        headers: &headers,
        ..Request::get()
    };
    let (said, closed) = follow(request, &[&[]]);
    assert_eq!(said, []);
    assert_eq!(closed, Closed::Request(RequestError::Full));
}

#[test]
fn a_redirect_over_the_memory_closes_the_source() {
    let head = format!(
        "HTTP/1.1 302 Found\r\nLocation: /{}\r\nContent-Length: 0\r\n\r\n",
        "x".repeat(48)
    );
    let (said, closed) = follow(Request::get(), &[&[Act::SendBytes(head.into())]]);
    assert_eq!(said, []);
    assert_eq!(closed, Closed::Redirect(UrlError::Full));
}

#[test]
fn a_refusal_is_kept_as_far_as_it_fits() {
    let body = "x".repeat(200);
    let answer = format!("HTTP/1.1 404 Gone\r\nContent-Length: 200\r\n\r\n{body}");
    let server = Server::new([vec![Act::SendBytes(answer.into())]]);
    let mut memory = Small::new();
    let url = server.url("/");
    let mut source = EventSource::new(&url, &mut memory, Loopback::default(), config()).unwrap();
    assert_eq!(run(source.next()).unwrap_err(), Closed::Status(404));
    let response = source.response().unwrap();
    assert_eq!(response.status(), 404);
    let head = "HTTP/1.1 404 Gone\r\nContent-Length: 200\r\n\r\n".len();
    assert_eq!(response.body(), &body.as_bytes()[..160 - head]);
}

#[test]
fn a_url_or_id_over_the_memory_is_an_error_at_once() {
    let mut memory = Small::new();
    let url = format!("http://127.0.0.1/{}", "x".repeat(31));
    assert_eq!(url.len(), 48);
    let mut source =
        EventSource::new(&url, &mut memory, Loopback::default(), config()).expect("it just fits");
    assert!(source.set_last_event_id("0123456789abcdef").is_ok());
    assert!(source.set_last_event_id("0123456789abcdefg").is_err());
    assert_eq!(source.last_event_id(), "");

    let url = format!("{url}x");
    let source = EventSource::new(&url, &mut memory, Loopback::default(), config());
    assert_eq!(source.err(), Some(UrlError::Full));
}

#[test]
fn a_stream_of_no_connection_is_read_to_its_end() {
    let mut memory = Memory::<8, 16, 4, 0>::new();
    let stream = b"retry: 250\nid: 1\nevent: tick\ndata: a\ndata: b\n\ndata: cut o";
    let mut events = Events::new(&stream[..], &mut memory);
    run(async {
        let event = events.next().await.unwrap().unwrap();
        let parts = (event.event_type, event.data, event.last_event_id);
        assert_eq!(parts, ("tick", "a\nb", "1"));
        assert_eq!(events.next().await, Ok(None));
        assert_eq!(events.next().await, Ok(None));
    });
    assert!(events.is_truncated());
    assert_eq!(events.retry(), Some(core::time::Duration::from_millis(250)));
}
