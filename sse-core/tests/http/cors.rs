//! What pages of other origins are permitted.

use sse_core::http::{Cors, InvalidRequest, RequestHead};

const FROM_SHOP: &str = "GET / HTTP/1.1\r\nHost: h\r\nOrigin: https://shop.example\r\n\r\n";
const FROM_ELSEWHERE: &str = "GET / HTTP/1.1\r\nHost: h\r\nOrigin: https://else.example\r\n\r\n";
const FROM_NOWHERE: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

fn lines<'a>(headers: impl Iterator<Item = sse_core::http::Header<'a>>) -> Vec<String> {
    let line =
        |h: sse_core::http::Header<'_>| format!("{}: {}", h.name, String::from_utf8_lossy(h.value));
    headers.map(line).collect()
}

fn answer(cors: &Cors, request: &str) -> Vec<String> {
    let (head, _) = RequestHead::parse(request.as_bytes()).unwrap().unwrap();
    lines(cors.headers(&head))
}

#[test]
fn any_origin_is_one_answer_for_all_and_never_with_credentials() {
    let cors = Cors::any().credentials(true);
    for request in [FROM_SHOP, FROM_NOWHERE] {
        assert_eq!(answer(&cors, request), ["access-control-allow-origin: *"]);
    }
}

#[test]
fn a_listed_origin_is_named_and_caches_are_told() {
    let cors = Cors::origins(["https://other.example", "https://shop.example"]);
    assert_eq!(
        answer(&cors, FROM_SHOP),
        [
            "vary: origin",
            "access-control-allow-origin: https://shop.example"
        ]
    );
    assert_eq!(
        answer(&cors.credentials(true), FROM_SHOP)[2],
        "access-control-allow-credentials: true"
    );
}

#[test]
fn an_origin_that_is_not_listed_is_permitted_nothing() {
    let cors = Cors::origins(["https://shop.example"]).credentials(true);
    for request in [FROM_ELSEWHERE, FROM_NOWHERE] {
        assert_eq!(answer(&cors, request), ["vary: origin"]);
    }
}

#[test]
fn a_preflight_is_told_what_a_page_may_send() {
    let cors = Cors::any().allow_header("Authorization").unwrap();
    let asked = "OPTIONS / HTTP/1.1\r\nHost: h\r\nOrigin: https://shop.example\r\n\
        Access-Control-Request-Method: GET\r\n\r\n";
    let (head, _) = RequestHead::parse(asked.as_bytes()).unwrap().unwrap();
    assert_eq!(
        lines(cors.preflight(&head)),
        [
            "access-control-allow-methods: GET, HEAD",
            "access-control-allow-headers: last-event-id, cache-control, Authorization",
            "access-control-max-age: 7200",
        ]
    );
    let (head, _) = RequestHead::parse(FROM_SHOP.as_bytes()).unwrap().unwrap();
    assert_eq!(lines(cors.preflight(&head)), [""; 0]);
}

#[test]
fn a_header_that_is_no_token_is_refused() {
    assert_eq!(
        Cors::any().allow_header("X\r\nY"),
        Err(InvalidRequest::HeaderName)
    );
}
