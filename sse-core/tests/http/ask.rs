//! What a server makes of a request.

use sse_core::http::{Ask, BadHead, RequestHead};

fn head(request: &str) -> RequestHead<'_> {
    RequestHead::parse(request.as_bytes()).unwrap().unwrap().0
}

#[test]
fn the_method_says_what_is_asked_for() {
    for (request, ask) in [
        ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", Ask::Stream),
        ("GET / HTTP/1.0\r\n\r\n", Ask::Stream),
        ("HEAD / HTTP/1.1\r\nhost: h\r\n\r\n", Ask::Head),
        ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", Ask::Options),
        ("POST / HTTP/1.1\r\nHost: h\r\n\r\n", Ask::Other),
        // Methods are case-sensitive (RFC 9110 9.1).
        ("get / HTTP/1.1\r\nHost: h\r\n\r\n", Ask::Other),
        ("GET / HTTP/1.1\r\n\r\n", Ask::Invalid),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", Ask::Invalid),
    ] {
        assert_eq!(head(request).ask(), ask, "{request}");
    }
}

#[test]
fn a_body_is_announced() {
    for (headers, has_body) in [
        ("", false),
        ("Content-Length: 0\r\n", false),
        ("Content-Length: 5\r\n", true),
        ("Transfer-Encoding: chunked\r\n", true),
    ] {
        let request = format!("GET / HTTP/1.0\r\n{headers}\r\n");
        assert_eq!(head(&request).has_body(), has_body, "{headers}");
    }
}

#[test]
fn a_bad_head_is_refused_with_its_status() {
    for (bad, status) in [
        (BadHead::Syntax, 400),
        (BadHead::TooManyHeaders, 431),
        (BadHead::Version, 505),
    ] {
        assert_eq!(bad.status(), status);
    }
}
