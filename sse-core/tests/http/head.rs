//! Heads, of answers and of questions.

use sse_core::http::{BadHead, HeadEnd, MAX_HEADERS, RequestHead, Response, Version};

/// Where the head ends if `stream` comes in pieces of `size` bytes.
fn end_of(stream: &[u8], size: usize) -> Option<usize> {
    let mut end = HeadEnd::new();
    let mut taken = 0;
    for piece in stream.chunks(size) {
        if let Some(len) = end.find(piece) {
            return Some(taken + len);
        }
        taken += piece.len();
    }
    None
}

#[test]
fn head_ends_at_the_same_byte_however_it_is_cut() {
    // Here `|` stands for the end of the head.
    let table = [
        "HTTP/1.1 200 OK\r\n\r\n|",
        "HTTP/1.1 200 OK\r\n\r\n|data: 1\n\n",
        "HTTP/1.1 200 OK\n\n|\n\n",
        "HTTP/1.1 200 OK\r\na: b\n\r\n|",
        "HTTP/1.1 200 OK\r\na: b\r\n\n|x",
        "\r\n\n\r\n\nHTTP/1.1 200 OK\r\n\r\n|",
        "\n\n\n\n\n|HTTP/1.1 200 OK\r\n\r\n",
        "a\r\r\n\r\n|",
        "a\n\r\r\n\r\n|",
        "a\r\n \r\n\r\n|",
        "a\r\n\r",
        "a\r\n",
        "\r\n\r\n",
        "",
    ];
    for marked in table {
        let stream = marked.replace('|', "");
        for size in 1..=stream.len().max(1) {
            assert_eq!(
                end_of(stream.as_bytes(), size),
                marked.find('|'),
                "{marked:?} by {size}"
            );
        }
    }
}

#[test]
fn next_head_is_found_after_an_interim_one() {
    let mut end = HeadEnd::new();
    let mut rest = &b"\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\na: b\r\n\r\ndata"[..];
    let mut heads = Vec::new();
    while let Some(len) = end.find(rest) {
        let response = Response::parse(&rest[..len]).unwrap();
        heads.push((response.status(), response.is_informational()));
        rest = &rest[len..];
    }
    assert_eq!(heads, [(100, true), (200, false)]);
    assert_eq!(rest, b"data");
}

#[test]
fn head_end_and_head_parser_agree() {
    const PIECES: [&str; 5] = ["\r", "\n", "HTTP/1.1 200 OK", "a: b", " "];
    let mut complete = 0;
    for number in 0..PIECES.len().pow(7) {
        let mut stream = String::new();
        let mut rest = number;
        for _ in 0..7 {
            stream.push_str(PIECES[rest % PIECES.len()]);
            rest /= PIECES.len();
        }
        if let Ok(response) = Response::parse(stream.as_bytes()) {
            let head_len = stream.len() - response.body().len();
            assert_eq!(
                end_of(stream.as_bytes(), stream.len()),
                Some(head_len),
                "{stream:?}"
            );
            complete += 1;
        }
    }
    assert!(complete > 100);
}

#[test]
fn response_is_taken_apart() {
    let bytes = b"HTTP/1.0 404 Not Found\r\nA:1\r\nContent-Type:\t text/plain \t\r\n\
                  a: 2\nEmpty:\r\nId: gr\xc3\xbcn:\x80\r\n\r\ngone";
    let response = Response::parse(bytes).unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(response.version(), Version::Http10);
    assert_eq!(response.reason(), "Not Found");
    assert!(!response.is_informational());
    assert_eq!(response.body(), b"gone");
    assert_eq!(response.header("content-TYPE"), Some(&b"text/plain"[..]));
    assert_eq!(response.header("A"), Some(&b"1"[..]));
    assert_eq!(response.header("b"), None);
    let headers: Vec<_> = response.headers().map(|h| (h.name, h.value)).collect();
    let expected: [(&str, &[u8]); 5] = [
        ("A", b"1"),
        ("Content-Type", b"text/plain"),
        ("a", b"2"),
        ("Empty", b""),
        ("Id", b"gr\xc3\xbcn:\x80"),
    ];
    assert_eq!(headers, expected);
}

#[test]
fn reason_may_be_missing() {
    for head in [
        "HTTP/1.1 200\r\n\r\n",
        "HTTP/1.1 200 \r\n\r\n",
        "\r\nHTTP/1.1 200\n\n",
    ] {
        let response = Response::parse(head.as_bytes()).unwrap();
        assert_eq!((response.status(), response.reason()), (200, ""));
        assert_eq!(response.headers().count(), 0);
    }
}

#[test]
fn what_is_no_head_is_refused_with_the_reason() {
    let table: [(&str, BadHead); 15] = [
        ("HTTP/2.0 200 OK\r\n\r\n", BadHead::Version),
        ("HTTP/1.2 200 OK\r\n\r\n", BadHead::Version),
        ("SSH-2.0-OpenSSH_9.7\r\n\r\n", BadHead::Version),
        ("<html></html>\r\n\r\n", BadHead::Version),
        ("HTTP/1.1 20 OK\r\n\r\n", BadHead::Syntax),
        ("HTTP/1.1 2000 OK\r\n\r\n", BadHead::Syntax),
        ("HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n", BadHead::Syntax),
        ("HTTP/1.1 200 OK\r\na : b\r\n\r\n", BadHead::Syntax),
        ("HTTP/1.1 200 OK\r\n: b\r\n\r\n", BadHead::Syntax),
        ("HTTP/1.1 200 OK\r\nab\r\n\r\n", BadHead::Syntax),
        ("HTTP/1.1 200 OK\r\na: b\rc\r\n\r\n", BadHead::Syntax),
        ("HTTP/1.1 200 OK\r\na: b\0\r\n\r\n", BadHead::Syntax),
        ("HTTP/1.1 200 OK\r\na: b\r\n", BadHead::Syntax),
        ("\r\n\r\n\r\n\r\n\r\n", BadHead::Syntax),
        ("", BadHead::Syntax),
    ];
    for (head, reason) in table {
        assert_eq!(
            Response::parse(head.as_bytes()).err(),
            Some(reason),
            "{head:?}"
        );
    }
}

#[test]
fn header_lines_are_counted() {
    let head = |n| format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(n));
    let most = head(MAX_HEADERS);
    assert_eq!(
        Response::parse(most.as_bytes()).unwrap().headers().count(),
        MAX_HEADERS
    );
    let more = head(MAX_HEADERS + 1);
    assert_eq!(
        Response::parse(more.as_bytes()).err(),
        Some(BadHead::TooManyHeaders)
    );
}

#[test]
fn request_target_is_taken_apart() {
    let table = [
        ("/", "/", None),
        ("/p?", "/p", Some("")),
        ("/p?q?r", "/p", Some("q?r")),
        ("//p/q", "//p/q", None),
        ("/go?to=http://h/x", "/go", Some("to=http://h/x")),
        ("http://h:81/p?q", "/p", Some("q")),
        ("http://h", "/", None),
        ("http://h?q", "/", Some("q")),
        ("*", "*", None),
    ];
    for (target, path, query) in table {
        let bytes = format!("POST {target} HTTP/1.0\r\nHost: h\r\n\r\nbody");
        let (head, len) = RequestHead::parse(bytes.as_bytes()).unwrap().unwrap();
        assert_eq!(
            (head.method(), head.target(), head.version()),
            ("POST", target, Version::Http10)
        );
        assert_eq!((head.path(), head.query()), (path, query), "{target}");
        assert_eq!(&bytes.as_bytes()[len..], b"body");
        assert_eq!(head.headers().count(), 1);
        assert_eq!(head.last_event_id(), None);
    }
}

#[test]
fn request_head_is_awaited_to_its_end() {
    let bytes = b"GET / HTTP/1.1\r\nlast-event-id: \r\nLast-Event-ID: 9\r\n\r\n";
    for cut in 0..bytes.len() {
        assert!(RequestHead::parse(&bytes[..cut]).unwrap().is_none());
    }
    let (head, len) = RequestHead::parse(bytes).unwrap().unwrap();
    assert_eq!(len, bytes.len());
    assert_eq!(head.header("LAST-EVENT-ID"), Some(&b""[..]));
    assert_eq!(head.last_event_id(), None);
    assert_eq!(
        RequestHead::parse(b"GET / HTTP/3\r\n\r\n").err(),
        Some(BadHead::Version)
    );
}
