//! What is written: requests.

use sse_core::{
    Buffer, SliceBuffer,
    http::{HeadEnd, Header, Hop, MAX_HEADERS, Request, RequestError, Url},
};

/// What is sent is one request, with the headers that were asked for and no others.
///
/// `parts`, with the byte 0xFF between them, are a method, a body, a last event id and then names
/// and values of headers.
pub(crate) fn check(parts: &[u8], hop: Hop, resumed: bool) {
    let mut parts = parts.split(|b| *b == 0xFF);
    let mut next = || parts.next().unwrap_or_default();
    let (method, body, id) = (String::from_utf8_lossy(next()), next(), next());
    let id = resumed.then_some(id);
    let fields: Vec<_> = parts.take(100).collect();
    let fields = fields.chunks_exact(2);
    let fields: Vec<_> = fields
        .map(|pair| (String::from_utf8_lossy(pair[0]), pair[1]))
        .collect();
    let headers: Vec<_> = fields
        .iter()
        .map(|(name, value)| Header { name, value })
        .collect();
    let request = Request {
        method: &method,
        headers: &headers,
        body,
    };

    let url = Url::parse("https://ticker.example:8443/prices?of=tea").unwrap();
    let mut sent = Vec::new();
    let encoded = request.encode(url, hop, id, &mut sent);
    if encoded.is_err() {
        return assert_eq!(sent, b"");
    }
    assert_eq!(request.check(), Ok(()));
    let mut memory = vec![0; sent.len() - 1];
    let mut small = SliceBuffer::new(&mut memory);
    let full = request.encode(url, hop, id, &mut small);
    assert_eq!((full, small.as_slice()), (Err(RequestError::Full), &[][..]));

    let head_len = HeadEnd::new().find(&sent).expect("a whole head");
    let (method, body) = match hop.as_get {
        true => ("GET", &b""[..]),
        false => (&*method, body),
    };
    assert_eq!(&sent[head_len..], body);

    // A recipient may refuse these; they do not frame anything (RFC 9110 5.5).
    let is_control = |b: &u8| b.is_ascii_control() && *b != b'\t';
    let values = headers.iter().map(|header| header.value).chain(id);
    if values.flatten().any(is_control) {
        return;
    }
    let mut lines = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut model = httparse::Request::new(&mut lines);
    let parsed = model.parse(&sent).expect("a well-formed head");
    assert_eq!(parsed, httparse::Status::Complete(head_len));
    assert_eq!(
        (model.method, model.path),
        (Some(method), Some(url.target()))
    );
    let named = |name: &str| {
        let lines = model.headers.iter();
        let lines = lines.filter(|line| line.name.eq_ignore_ascii_case(name));
        lines.map(|line| line.value).collect::<Vec<_>>()
    };
    assert_eq!(named("host").len(), 1);
    assert_eq!(named("transfer-encoding"), [b""; 0]);
    let length = body.len().to_string();
    match &named("content-length")[..] {
        [] => assert_eq!(body, b""),
        lengths => assert_eq!(lengths, [length.as_bytes()]),
    }
    if let Some(id) = id {
        let id = trim(id);
        let expected = if id.is_empty() { vec![] } else { vec![id] };
        let mut ids = named("last-event-id");
        ids.retain(|id| !id.is_empty());
        assert_eq!(ids, expected);
    }
    if hop.foreign {
        for name in ["authorization", "proxy-authorization", "cookie"] {
            assert_eq!(named(name), [b""; 0]);
        }
    }
    let is_own = |name: &str| {
        let replaced = ["host", "accept", "cache-control"];
        let computed = ["content-length", "last-event-id"];
        let mut names = replaced.iter().chain(&computed);
        !names.any(|own| own.eq_ignore_ascii_case(name))
    };
    let lines = model.headers.iter().map(|line| (line.name, line.value));
    let lines: Vec<_> = lines.filter(|line| is_own(line.0)).collect();
    let mut asked = headers
        .iter()
        .map(|header| (header.name, trim(header.value)))
        .filter(|header| is_own(header.0));
    if !hop.foreign && !hop.as_get {
        assert!(asked.clone().eq(lines.iter().copied()));
    }
    assert!(lines.iter().all(|line| asked.any(|header| header == *line)));
}

fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}
