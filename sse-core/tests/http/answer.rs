//! What a server writes around a stream, as the client's side of this crate reads it.

use sse_core::{
    SliceBuffer,
    http::{
        Body, Framing, HeadEnd, Header, InvalidRequest, RequestError, RequestHead, Response,
        encode_refusal,
    },
};

const CORS: Header<'static> = Header {
    name: "Access-Control-Allow-Origin",
    value: b"*",
};

fn framing(request: &str) -> Framing {
    let (head, _) = RequestHead::parse(request.as_bytes()).unwrap().unwrap();
    Framing::of(&head)
}

fn refusal(status: u16, headers: &[Header<'_>], body: &[u8]) -> String {
    let mut out = Vec::new();
    encode_refusal(status, headers, body, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_stream_in_chunks_is_read_back_to_its_end() {
    let framing = framing("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(framing, Framing::Chunked);
    let pieces = [&b"data: 1\n\n"[..], b"", &[b'x'; 300], b":\n\n"];
    let mut out = Vec::new();
    framing.encode_head(&[CORS], &mut out).unwrap();
    for piece in pieces {
        framing.encode_piece(piece, &mut out).unwrap();
    }
    framing.encode_end(&mut out).unwrap();

    let head_len = HeadEnd::new().find(&out).unwrap();
    let response = Response::parse(&out[..head_len]).unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.header("content-type"),
        Some(&b"text/event-stream"[..])
    );
    assert_eq!(response.header(CORS.name), Some(CORS.value));
    let mut body = Body::of(&response).unwrap();
    let mut input = &out[head_len..];
    let mut read = Vec::new();
    while let Some(piece) = body.next_piece(&mut input).unwrap() {
        read.extend_from_slice(piece);
    }
    assert_eq!(read, pieces.concat());
    assert!(body.is_finished());
}

#[test]
fn http_1_0_gets_the_stream_as_it_is() {
    let framing = framing("GET / HTTP/1.0\r\n\r\n");
    let mut out = Vec::new();
    framing.encode_head(&[], &mut out).unwrap();
    assert!(!String::from_utf8_lossy(&out).contains("transfer-encoding"));
    out.clear();
    framing.encode_piece(b"data: 1\n\n", &mut out).unwrap();
    framing.encode_end(&mut out).unwrap();
    assert_eq!(out, b"data: 1\n\n");
}

#[test]
fn a_header_of_the_servers_stands_in_place_of_the_usual_one() {
    let own = Header {
        name: "Cache-Control",
        value: b"no-store",
    };
    let mut out = Vec::new();
    Framing::Close.encode_head(&[own], &mut out).unwrap();
    let expected = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
        x-accel-buffering: no\r\nCache-Control: no-store\r\nconnection: close\r\n\r\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn a_refusal_has_its_length_unless_it_has_no_body() {
    assert_eq!(
        refusal(503, &[], b"full"),
        "HTTP/1.1 503 \r\ncontent-length: 4\r\nconnection: close\r\n\r\nfull"
    );
    assert_eq!(
        refusal(204, &[CORS], b"unsaid"),
        "HTTP/1.1 204 \r\nAccess-Control-Allow-Origin: *\r\nconnection: close\r\n\r\n"
    );
}

#[test]
fn a_status_is_three_digits_of_a_last_answer() {
    assert!(refusal(101, &[], b"").starts_with("HTTP/1.1 200 "));
    assert!(refusal(u16::MAX, &[], b"").starts_with("HTTP/1.1 999 "));
}

#[test]
fn a_header_that_would_become_two_is_refused() {
    let injected = Header {
        name: "x",
        value: b"a\r\nb: c",
    };
    let refused = RequestError::Invalid(InvalidRequest::HeaderValue);
    let mut out = Vec::new();
    assert_eq!(
        Framing::Close.encode_head(&[injected], &mut out),
        Err(refused)
    );
    assert_eq!(
        encode_refusal(404, &[injected], b"", &mut out),
        Err(refused)
    );
    assert_eq!(out, b"");
}

#[test]
fn what_does_not_fit_is_an_error() {
    let mut memory = [0; 64];
    let mut out = SliceBuffer::new(&mut memory);
    let full = Err(RequestError::Full);
    assert_eq!(Framing::Chunked.encode_head(&[], &mut out), full);
}

#[test]
fn a_piece_may_be_framed_where_it_lies() {
    let piece = [b'x'; 300];
    for framing in [Framing::Chunked, Framing::Close] {
        let mut whole = Vec::new();
        framing.encode_piece(&piece, &mut whole).unwrap();
        let mut around = Vec::new();
        framing.encode_piece_start(300, &mut around).unwrap();
        around.extend(piece);
        around.extend(framing.piece_end());
        assert_eq!(around, whole);
    }
}
