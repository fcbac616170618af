//! Bodies: where they end, what of them is payload, and what smuggles.

use sse_core::http::{BadChunk, BadFraming, Body, Response};

fn body(head: &str) -> Result<Body, BadFraming> {
    Body::of(&Response::parse(format!("{head}\r\n\r\n").as_bytes()).unwrap())
}

fn chunked() -> Body {
    body("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked").unwrap()
}

/// What came out of a body: its payload, how it ended and what was left of the input.
#[derive(Debug, PartialEq)]
struct Outcome {
    payload: String,
    result: Result<bool, BadChunk>,
    left: usize,
}

fn read<'a>(mut body: Body, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut payload = Vec::new();
    let mut left = 0;
    let mut failed = None;
    for piece in pieces {
        let mut input = piece;
        loop {
            match body.next_piece(&mut input) {
                Ok(Some(piece)) => {
                    assert!(!piece.is_empty());
                    payload.extend_from_slice(piece);
                }
                Ok(None) => {
                    assert!(failed.is_none(), "an error is for ever");
                    assert!(input.is_empty() || body.is_finished());
                    break;
                }
                Err(bad) => {
                    assert!(failed.is_none_or(|earlier| earlier == bad));
                    assert!(!body.is_finished() && !body.ends_cleanly_at_eof());
                    failed = Some(bad);
                    break;
                }
            }
        }
        left += input.len();
    }
    let result = failed.map_or_else(|| Ok(body.is_finished()), Err);
    Outcome {
        payload: String::from_utf8(payload).unwrap(),
        result,
        left,
    }
}

/// Reads `stream` whole, byte by byte and cut in two at every place; all must agree.
fn read_every_way(body: &Body, stream: &str) -> Outcome {
    let bytes = stream.as_bytes();
    let whole = read(body.clone(), [bytes]);
    assert_eq!(
        read(body.clone(), bytes.chunks(1)),
        whole,
        "{stream:?} byte by byte"
    );
    for cut in 0..=bytes.len() {
        let (a, b) = bytes.split_at(cut);
        assert_eq!(read(body.clone(), [a, b]), whole, "{stream:?} cut at {cut}");
    }
    whole
}

#[test]
fn chunks_are_read_the_same_however_they_are_cut() {
    let long = format!("1000\r\n{}\r\n0\r\n\r\n", "x".repeat(0x1000));
    // (stream, payload, bytes left over if the body is finished)
    let table: [(&str, &str, Option<usize>); 18] = [
        ("0\r\n\r\n", "", Some(0)),
        ("5\r\nhello\r\n0\r\n\r\n", "hello", Some(0)),
        ("5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK", "hello", Some(15)),
        (
            "5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\n\r\n",
            "hello world",
            Some(0),
        ),
        (
            "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
            "01234567890123456789",
            Some(0),
        ),
        (
            "0000000000000003\r\n\r\n0\r\n0000\r\n\r\n",
            "\r\n0",
            Some(0),
        ),
        ("3;name=value;flag\r\nabc\r\n0;last\r\n\r\n", "abc", Some(0)),
        (
            "3;n=\"a;\\\"b\0\t\u{fc}\"\r\nabc\r\n0\r\n\r\n",
            "abc",
            Some(0),
        ),
        ("3 \t ; x\r\nabc\r\n0  \r\n\r\n", "abc", Some(0)),
        ("1\r\nx\r\n0\r\nA: b\r\nC:\r\n\r\n!", "x", Some(1)),
        ("1\r\nx\r\n0\r\nno colon \0 at all\r\n\r\n", "x", Some(0)),
        (&long, &long[6..6 + 0x1000], Some(0)),
        ("", "", None),
        ("5", "", None),
        ("5\r\nhel", "hel", None),
        ("5\r\nhello\r\n", "hello", None),
        ("5\r\nhello\r\n0\r\n", "hello", None),
        ("5\r\nhello\r\n0\r\n\r", "hello", None),
    ];
    for (stream, payload, left) in table {
        let expected = Outcome {
            payload: payload.to_owned(),
            result: Ok(left.is_some()),
            left: left.unwrap_or(0),
        };
        assert_eq!(read_every_way(&chunked(), stream), expected, "{stream:?}");
    }
}

#[test]
fn chunks_that_two_readers_could_take_differently_are_refused() {
    use BadChunk::{Data, LineEnd, Size, TooLong};
    let roomy = format!("1;{}\r\nx\r\n", "e".repeat(4096));
    let long_extension = format!("1;{}\r\nx\r\n", "e".repeat(4097));
    let long_blank = format!("1{}\r\nx\r\n", " ".repeat(4098));
    assert_eq!(read_every_way(&chunked(), &roomy).result, Ok(false));
    // Here `|` stands before the byte that is wrong.
    let table = [
        ("|\r\n", Size),
        ("| 5\r\nhello\r\n", Size),
        ("|\t5\r\nhello\r\n", Size),
        ("|;x\r\n", Size),
        ("|+5\r\nhello\r\n", Size),
        ("|-5\r\nhello\r\n", Size),
        ("0|x5\r\nhello\r\n", Size),
        ("5|g\r\nhello\r\n", Size),
        ("5|,\r\nhello\r\n", Size),
        ("5|\0\r\nhello\r\n", Size),
        ("5 |5\r\nhello\r\n", Size),
        ("|\u{ff15}\r\nhello\r\n", Size),
        ("ffffffffffffffff|f\r\n", Size),
        ("0000000000000000|5\r\nhello\r\n", Size),
        ("|\n5\r\nhello\r\n", LineEnd),
        ("5|\nhello\r\n", LineEnd),
        ("5 |\nhello\r\n", LineEnd),
        ("5;x|\nhello\r\n", LineEnd),
        ("5;x=\"|\n\"\r\nhello\r\n", LineEnd),
        ("5;x=\"\r|\"\r\nhello\r\n", LineEnd),
        ("5\r|hello\r\n", LineEnd),
        ("5\r|\r\nhello\r\n", LineEnd),
        ("5\r\nhello|!\r\n", Data),
        ("5\r\nhello|\n0\r\n\r\n", Data),
        ("5\r\nhello|0\r\n\r\n", Data),
        ("5\r\nhello\r|0\r\n\r\n", LineEnd),
        ("5\r\nhello\r\n|\r\n", Size),
        ("0\r\n|\n", LineEnd),
        ("0\r\n\r|x", LineEnd),
        ("0\r\nA: b|\n\r\n", LineEnd),
        ("0\r\nA: b\r|C: d\r\n\r\n", LineEnd),
    ];
    for (marked, bad) in table {
        let stream = marked.replace('|', "");
        let outcome = read_every_way(&chunked(), &stream);
        let left = marked.split_once('|').unwrap().1.len();
        assert_eq!(
            (outcome.result, outcome.left),
            (Err(bad), left),
            "{marked:?}"
        );
    }
    for stream in [long_extension, long_blank] {
        assert_eq!(read(chunked(), [stream.as_bytes()]).result, Err(TooLong));
    }
}

#[test]
fn largest_chunk_size_is_counted_down() {
    let mut body = chunked();
    let mut input = &b"FFFFFFFFFFFFFFFF\r\nabc"[..];
    assert_eq!(body.next_piece(&mut input), Ok(Some(&b"abc"[..])));
    assert_eq!(body.next_piece(&mut input), Ok(None));
    assert!(!body.ends_cleanly_at_eof());
}

#[test]
fn pieces_are_lent_as_long_as_they_come() {
    let mut body = chunked();
    let mut input = &b"5\r\nhello\r\n3\r\nab"[..];
    assert_eq!(body.next_piece(&mut input), Ok(Some(&b"hello"[..])));
    assert_eq!(body.next_piece(&mut input), Ok(Some(&b"ab"[..])));
    assert_eq!(body.next_piece(&mut input), Ok(None));
}

#[test]
fn trailers_of_any_length_are_passed_over() {
    let stream = format!(
        "0\r\n{}{}\r\n\r\n",
        "a: b\r\n".repeat(1000),
        "x".repeat(100_000)
    );
    assert_eq!(read(chunked(), [stream.as_bytes()]).result, Ok(true));
}

#[test]
fn body_of_known_length_ends_with_its_last_byte() {
    let five = body("HTTP/1.1 200 OK\r\nContent-Length: 005").unwrap();
    let table = [
        ("", "", false, 0),
        ("hell", "hell", false, 0),
        ("hello", "hello", true, 0),
    ];
    for (stream, payload, finished, left) in
        [("hello!\r\n", "hello", true, 3)].into_iter().chain(table)
    {
        let expected = Outcome {
            payload: payload.to_owned(),
            result: Ok(finished),
            left,
        };
        assert_eq!(read_every_way(&five, stream), expected);
    }
    let mut cut = five;
    assert_eq!(cut.next_piece(&mut &b"hell"[..]), Ok(Some(&b"hell"[..])));
    assert!(!cut.ends_cleanly_at_eof());
}

#[test]
fn body_without_a_length_ends_with_the_connection() {
    for version in ["1.0", "1.1"] {
        let open = body(&format!("HTTP/{version} 200 OK")).unwrap();
        assert!(open.ends_cleanly_at_eof());
        let expected = Outcome {
            payload: "0\r\n\r\n".to_owned(),
            result: Ok(false),
            left: 0,
        };
        assert_eq!(read_every_way(&open, "0\r\n\r\n"), expected);
    }
}

#[test]
fn some_answers_have_no_body() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 0",
        "HTTP/1.1 204 No Content",
        "HTTP/1.1 204 No Content\r\nContent-Length: 5",
        "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked",
        "HTTP/1.1 100 Continue",
        "HTTP/1.1 103 Early Hints\r\nContent-Length: 5",
    ] {
        let none = body(head).unwrap();
        assert!(none.is_finished() && none.ends_cleanly_at_eof(), "{head}");
        let expected = Outcome {
            payload: String::new(),
            result: Ok(true),
            left: 2,
        };
        assert_eq!(read_every_way(&none, "ab"), expected);
    }
}

#[test]
fn headers_that_two_readers_could_take_differently_are_refused() {
    use BadFraming::{Both, ContentLength, TransferEncoding};
    let table = [
        ("Transfer-Encoding: CHUNKED", None),
        ("transfer-encoding:chunked  ", None),
        ("Content-Length: 18446744073709551614", None),
        ("Transfer-Encoding: gzip, chunked", Some(TransferEncoding)),
        (
            "Transfer-Encoding: chunked, chunked",
            Some(TransferEncoding),
        ),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            Some(TransferEncoding),
        ),
        ("Transfer-Encoding: identity", Some(TransferEncoding)),
        ("Transfer-Encoding: xchunked", Some(TransferEncoding)),
        ("Transfer-Encoding: \"chunked\"", Some(TransferEncoding)),
        ("Transfer-Encoding: chunked;q=1", Some(TransferEncoding)),
        ("Transfer-Encoding:", Some(TransferEncoding)),
        ("Content-Length: 18446744073709551615", Some(ContentLength)),
        ("Content-Length: +5", Some(ContentLength)),
        ("Content-Length: -5", Some(ContentLength)),
        ("Content-Length: 5, 5", Some(ContentLength)),
        ("Content-Length: 0x5", Some(ContentLength)),
        ("Content-Length: 5 5", Some(ContentLength)),
        ("Content-Length: 5.0", Some(ContentLength)),
        ("Content-Length:", Some(ContentLength)),
        (
            "Content-Length: 5\r\nContent-Length: 5",
            Some(ContentLength),
        ),
        (
            "Content-Length: 5\r\ncontent-length: 6",
            Some(ContentLength),
        ),
        (
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            Some(Both),
        ),
        (
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            Some(Both),
        ),
    ];
    for (headers, bad) in table {
        assert_eq!(
            body(&format!("HTTP/1.1 200 OK\r\n{headers}")).err(),
            bad,
            "{headers:?}"
        );
    }
    let old = body("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked");
    assert_eq!(old.err(), Some(TransferEncoding));
}
