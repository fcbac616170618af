//! What is read: the heads of responses, and where their bodies end.

use sse_core::http::{BadChunk, BadHead, Body, HeadEnd, Header, MAX_HEADERS, Response};

/// The end of a head is where `httparse` has it, and so are its lines.
pub(crate) fn check_head(stream: &[u8], cuts: &[usize]) {
    let found = HeadEnd::new().find(stream);
    let mut end = HeadEnd::new();
    let mut taken = 0;
    let in_pieces = pieces(stream, cuts).find_map(|piece| {
        let found = end.find(piece).map(|len| taken + len);
        taken += piece.len();
        found
    });
    assert_eq!(in_pieces, found);
    let head = found.map(|len| &stream[..len]);
    if let Some(empty_lines) = head.filter(|head| head.iter().all(|b| b"\r\n".contains(b))) {
        return assert!(Response::parse(empty_lines).is_err());
    }

    let mut lines = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut model = httparse::Response::new(&mut lines);
    let head_len = match model.parse(stream) {
        Ok(httparse::Status::Complete(len)) => Some(len),
        _ => None,
    };
    let response = match Response::parse(stream) {
        Ok(response) => response,
        Err(BadHead::Version) => return,
        Err(_) => return assert_eq!(head_len, None),
    };
    assert_eq!(head_len, found);
    let (head, body) = stream.split_at(found.expect("a whole head"));
    assert_eq!(response.body(), body);
    assert_eq!(Some(response.status()), model.code);
    assert_eq!(Some(response.reason()), model.reason);
    let headers = model.headers.iter().map(|header| Header {
        name: header.name,
        value: header.value,
    });
    assert!(response.headers().eq(headers.clone()));
    assert!(Response::parse(head).unwrap().headers().eq(headers));

    let Ok(framing) = Body::of(&response) else {
        return;
    };
    let cuts: Vec<_> = cuts
        .iter()
        .filter_map(|cut| cut.checked_sub(head.len()))
        .collect();
    let decoded = Decoded::of(framing, body, &cuts);
    match response
        .header("content-length")
        .filter(|_| !has_no_body(&response))
    {
        Some(length) => {
            let length = str::from_utf8(length).unwrap().parse::<usize>().ok();
            let len = length.map_or(body.len(), |length| length.min(body.len()));
            assert_eq!(decoded.payload, &body[..len]);
            assert_eq!(decoded.finished, length == Some(len));
        }
        None if response.header("transfer-encoding").is_none() && !has_no_body(&response) => {
            assert_eq!(decoded.payload, body);
            assert!(!decoded.finished);
        }
        None => {}
    }
}

fn has_no_body(response: &Response<'_>) -> bool {
    response.is_informational() || matches!(response.status(), 204 | 304)
}

/// A body that has come to its end is one that is also read as such in one go.
pub(crate) fn check_chunks(stream: &[u8], cuts: &[usize]) {
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let framing = Body::of(&Response::parse(head).unwrap()).unwrap();
    let decoded = Decoded::of(framing, stream, cuts);
    match dechunk(stream) {
        Some((payload, len)) => {
            assert_eq!(decoded.payload, payload);
            assert_eq!((decoded.taken, decoded.finished), (len, true));
        }
        None => assert!(!decoded.finished),
    }
    assert_eq!(
        decoded.error.is_some(),
        decoded.taken < stream.len() && !decoded.finished
    );
}

/// What a whole chunked body (RFC 9112 7.1) holds, and its length.
fn dechunk(stream: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut payload = Vec::new();
    let mut rest = stream;
    let next_line = |rest: &mut &[u8]| {
        let (line, behind) = rest.split_at(rest.iter().position(|b| b"\r\n".contains(b))?);
        *rest = behind.strip_prefix(b"\r\n")?;
        Some(line.to_owned())
    };
    loop {
        let line = next_line(&mut rest)?;
        let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let (digits, extension) = line.split_at(digits);
        if extension.len() > 4096 || digits.len() > 16 {
            return None;
        }
        let size = u64::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?;
        let mut blank = extension.iter().skip_while(|b| b" \t".contains(b));
        if !matches!(blank.next(), None | Some(b';')) {
            return None;
        }
        if size == 0 {
            while !next_line(&mut rest)?.is_empty() {}
            return Some((payload, stream.len() - rest.len()));
        }
        let (chunk, behind) = rest.split_at_checked(usize::try_from(size).ok()?)?;
        payload.extend_from_slice(chunk);
        rest = behind.strip_prefix(b"\r\n")?;
    }
}

/// What became of a body.
#[derive(Debug, PartialEq, Eq)]
struct Decoded {
    payload: Vec<u8>,
    taken: usize,
    finished: bool,
    error: Option<BadChunk>,
}

impl Decoded {
    /// The same in pieces as in one.
    fn of(framing: Body, stream: &[u8], cuts: &[usize]) -> Self {
        let whole = Self::in_pieces(framing.clone(), stream, &[]);
        assert_eq!(Self::in_pieces(framing, stream, cuts), whole);
        whole
    }

    fn in_pieces(mut body: Body, stream: &[u8], cuts: &[usize]) -> Self {
        let mut decoded = Self {
            payload: Vec::new(),
            taken: 0,
            finished: false,
            error: None,
        };
        for piece in pieces(stream, cuts) {
            let mut input = piece;
            decoded.error = loop {
                match body.next_piece(&mut input) {
                    Ok(Some(payload)) => {
                        assert!(!payload.is_empty());
                        decoded.payload.extend_from_slice(payload);
                    }
                    Ok(None) => break None,
                    Err(bad) => break Some(bad),
                }
            };
            decoded.taken += piece.len() - input.len();
            if !input.is_empty() {
                break;
            }
        }
        decoded.finished = body.is_finished();
        assert_eq!(body.next_piece(&mut &[][..]).err(), decoded.error);
        assert!(!decoded.finished || body.ends_cleanly_at_eof());
        decoded
    }
}

fn pieces<'s>(stream: &'s [u8], cuts: &[usize]) -> impl Iterator<Item = &'s [u8]> {
    let starts = core::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([stream.len()]);
    starts.zip(ends).map(|(start, end)| &stream[start..end])
}
