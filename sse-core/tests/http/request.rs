//! What a client writes.

use sse_core::{
    Buffer, SliceBuffer,
    http::{Header, Hop, InvalidRequest, Request, RequestError, Url},
};

const URL: &str = "http://h:81/p?q";

fn header<'a>(name: &'a str, value: &'a str) -> Header<'a> {
    Header {
        name,
        value: value.as_bytes(),
    }
}

fn encoded(request: &Request<'_>, hop: Hop, last_event_id: Option<&[u8]>) -> String {
    let mut out = Vec::new();
    let url = Url::parse(URL).unwrap();
    request.encode(url, hop, last_event_id, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const FIRST: Hop = Hop {
    foreign: false,
    as_get: false,
};

#[test]
fn get_is_what_an_event_source_sends() {
    assert_eq!(
        encoded(&Request::get(), FIRST, None),
        "GET /p?q HTTP/1.1\r\n\
         Host: h:81\r\n\
         Accept: text/event-stream\r\n\
         Cache-Control: no-cache\r\n\
         \r\n",
    );
    assert_eq!(Request::default(), Request::get());
}

#[test]
fn post_tells_its_length_and_carries_its_body() {
    let headers = [header("Content-Type", "application/json")];
    let request = Request {
        headers: &headers,
        ..Request::post(b"{\"n\":1}  \r\n")
    };
    assert_eq!(
        encoded(&request, FIRST, None),
        "POST /p?q HTTP/1.1\r\n\
         Host: h:81\r\n\
         Accept: text/event-stream\r\n\
         Cache-Control: no-cache\r\n\
         Content-Type: application/json\r\n\
         Content-Length: 11\r\n\
         \r\n\
         {\"n\":1}  \r\n",
    );
}

#[test]
fn empty_body_has_a_length_where_one_is_expected() {
    for (method, expected) in [
        ("GET", false),
        ("DELETE", false),
        ("OPTIONS", false),
        ("POST", true),
        ("PUT", true),
        ("PATCH", true),
        ("REPORT", true),
        ("get", true),
    ] {
        let text = encoded(
            &Request {
                method,
                ..Request::get()
            },
            FIRST,
            None,
        );
        assert_eq!(
            text.contains("\r\nContent-Length: 0\r\n"),
            expected,
            "{method}"
        );
    }
    let with_body = Request {
        body: b"x",
        ..Request::get()
    };
    assert!(encoded(&with_body, FIRST, None).contains("\r\nContent-Length: 1\r\n"));
}

#[test]
fn own_headers_take_the_place_of_the_default_ones() {
    let headers = [
        header("X-First", "1"),
        header("accept", "text/event-stream, application/json"),
        header("HOST", "virtual"),
        header("Cache-control", ""),
        header("x-first", "2"),
    ];
    assert_eq!(
        encoded(
            &Request {
                headers: &headers,
                ..Request::get()
            },
            FIRST,
            None
        ),
        "GET /p?q HTTP/1.1\r\n\
         HOST: virtual\r\n\
         X-First: 1\r\n\
         accept: text/event-stream, application/json\r\n\
         Cache-control: \r\n\
         x-first: 2\r\n\
         \r\n",
    );
}

#[test]
fn last_event_id_of_the_stream_stands_above_the_users() {
    let headers = [header("last-event-ID", "7")];
    let request = Request {
        headers: &headers,
        ..Request::get()
    };
    for (id, expected) in [
        (None, "\r\nlast-event-ID: 7\r\n\r\n"),
        (Some("8"), "\r\nLast-Event-ID: 8\r\n\r\n"),
        (Some("grün \u{1}"), "\r\nLast-Event-ID: grün \u{1}\r\n\r\n"),
        (Some(""), "\r\nCache-Control: no-cache\r\n\r\n"),
    ] {
        let text = encoded(&request, FIRST, id.map(str::as_bytes));
        assert!(text.ends_with(expected), "{text}");
        assert_eq!(
            text.to_lowercase().matches("last-event-id").count() > 0,
            id != Some("")
        );
    }
}

#[test]
fn redirects_leave_behind_what_they_must() {
    let headers = [
        header("Host", "home"),
        header("AUTHORIZATION", "secret"),
        header("proxy-authorization", "secret"),
        header("Cookie", "secret"),
        header("X-Api-Key", "secret"),
        header("api-key", "secret"),
        header("Content-Type", "text/plain"),
        header("content-language", "en"),
        header("Contents", "kept"),
        header("Accept", "kept"),
    ];
    let request = Request {
        headers: &headers,
        ..Request::post(b"body")
    };
    for (foreign, as_get) in [(false, false), (false, true), (true, false), (true, true)] {
        let text = encoded(&request, Hop { foreign, as_get }, Some(b"5"));
        assert_eq!(text.starts_with("GET /p?q HTTP/1.1\r\n"), as_get);
        assert_eq!(text.contains("\r\nHost: h:81\r\n"), foreign);
        assert_eq!(text.matches("secret").count(), if foreign { 0 } else { 5 });
        assert_eq!(
            text.to_lowercase().matches("\ncontent-").count(),
            if as_get { 0 } else { 3 }
        );
        assert_eq!(text.ends_with("\r\n\r\nbody"), !as_get);
        assert_eq!(text.matches("kept").count(), 2);
        assert!(text.contains("\r\nLast-Event-ID: 5\r\n"));
    }
}

#[test]
fn what_a_server_would_read_as_another_request_is_refused() {
    use InvalidRequest::{Framing, HeaderName, HeaderValue, Method};
    let table = [
        ("", "X", "y", Method),
        ("GET /", "X", "y", Method),
        ("GÉT", "X", "y", Method),
        ("HEAD", "X", "y", Method),
        ("CONNECT", "X", "y", Method),
        ("GET", "", "y", HeaderName),
        ("GET", "X ", "y", HeaderName),
        ("GET", "X:", "y", HeaderName),
        ("GET", "X\r\nY", "y", HeaderName),
        ("GET", "Ü", "y", HeaderName),
        ("GET", "X", "y\r\nZ: 1", HeaderValue),
        ("GET", "X", "y\n", HeaderValue),
        ("GET", "X", "\r", HeaderValue),
        ("GET", "X", "\0", HeaderValue),
        ("GET", "content-LENGTH", "5", Framing),
        ("GET", "Transfer-encoding", "chunked", Framing),
    ];
    for (method, name, value, reason) in table {
        let headers = [header("Fine", "yes"), header(name, value)];
        let request = Request {
            method,
            headers: &headers,
            body: b"",
        };
        let mut out = b"kept".to_vec();
        let result = request.encode(Url::parse(URL).unwrap(), FIRST, None, &mut out);
        assert_eq!(
            result,
            Err(RequestError::Invalid(reason)),
            "{method:?} {name:?} {value:?}"
        );
        assert_eq!(request.check(), Err(reason));
        assert_eq!(out, b"kept");
    }
    for id in ["5\r\nX: y", "\n", "a\0"] {
        let mut out = Vec::new();
        let url = Url::parse(URL).unwrap();
        let result = Request::get().encode(url, FIRST, Some(id.as_bytes()), &mut out);
        assert_eq!(
            result,
            Err(RequestError::Invalid(InvalidRequest::LastEventId))
        );
    }
}

#[test]
fn request_that_does_not_fit_leaves_nothing_behind() {
    let headers = [header("A", "b")];
    let request = Request {
        headers: &headers,
        ..Request::post(b"0123456789")
    };
    let url = Url::parse(URL).unwrap();
    let whole = encoded(&request, FIRST, Some(b"5"));
    let mut memory = [0; 512];
    for room in 0..whole.len() {
        let mut out = SliceBuffer::new(&mut memory[..room]);
        let result = request.encode(url, FIRST, Some(b"5"), &mut out);
        assert_eq!(
            (result, out.as_slice()),
            (Err(RequestError::Full), &b""[..])
        );
    }
    let mut out = SliceBuffer::new(&mut memory[..whole.len()]);
    assert_eq!(request.encode(url, FIRST, Some(b"5"), &mut out), Ok(()));
    assert_eq!(out.as_slice(), whole.as_bytes());
}
