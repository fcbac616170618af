//! The server's side of HTTP/1.1: one request to a connection, with its body in memory.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use sse_core::http::{HeadEnd, RequestHead};

/// A request with its body.
#[derive(Debug)]
pub(crate) struct Request {
    method: String,
    path: String,
    body: Vec<u8>,
}

impl Request {
    /// Reads a request from the start of a connection. One that cannot be understood is
    /// [`io::ErrorKind::InvalidData`].
    pub(crate) fn read(mut socket: &TcpStream) -> io::Result<Self> {
        socket.set_read_timeout(Some(PATIENCE))?;
        let mut bytes = Vec::new();
        let mut head_end = HeadEnd::new();
        let mut piece = [0; 4096];
        let head_len = loop {
            let n = socket.read(&mut piece)?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let before = bytes.len();
            bytes.extend_from_slice(&piece[..n]);
            match head_end.find(&piece[..n]) {
                Some(at) => break before + at,
                None if bytes.len() > HEAD_LIMIT => return Err(invalid("head too large")),
                None => {}
            }
        };
        let mut body = bytes.split_off(head_len);
        let Some((head, _)) = RequestHead::parse(&bytes).map_err(invalid)? else {
            return Err(invalid("malformed head"));
        };
        let body_len = body_len(&head)?;
        let rest = body_len.saturating_sub(body.len() as u64);
        body.reserve_exact(rest as usize);
        socket.take(rest).read_to_end(&mut body)?;
        if body.len() as u64 != body_len {
            return Err(invalid("body of another length than announced"));
        }
        Ok(Self {
            method: head.method().into(),
            path: head.path().into(),
            body,
        })
    }

    pub(crate) fn method(&self) -> &str {
        &self.method
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }
}

fn body_len(head: &RequestHead<'_>) -> io::Result<u64> {
    if head.header("transfer-encoding").is_some() {
        return Err(invalid("body without a length"));
    }
    let Some(value) = head.header("content-length") else {
        return Ok(0);
    };
    let len = str::from_utf8(value).ok().and_then(|len| len.parse().ok());
    match len {
        Some(len @ 0..=BODY_LIMIT) => Ok(len),
        _ => Err(invalid("unusable content length")),
    }
}

/// A reply that ends its connection.
#[derive(Debug)]
pub(crate) struct Reply {
    status: u16,
    /// A whole line, or nothing.
    header: String,
    body: String,
}

impl Reply {
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            header: String::new(),
            body: String::new(),
        }
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        Self {
            header: "Content-Type: application/json\r\n".into(),
            body: body.to_string(),
            ..Self::empty(200)
        }
    }

    pub(crate) fn created(location: String) -> Self {
        Self {
            header: format!("Location: {location}\r\n"),
            ..Self::empty(201)
        }
    }

    pub(crate) fn refusal(status: u16, reason: String) -> Self {
        Self {
            header: "Content-Type: text/plain; charset=utf-8\r\n".into(),
            body: reason,
            ..Self::empty(status)
        }
    }

    pub(crate) fn write(&self, mut socket: &TcpStream) -> io::Result<()> {
        // RFC 9110 8.6: no length goes with a 204.
        let length = match self.status {
            204 => String::new(),
            _ => format!("Content-Length: {}\r\n", self.body.len()),
        };
        let Self {
            status,
            header,
            body,
        } = self;
        let reply =
            format!("HTTP/1.1 {status} \r\n{header}{length}Connection: close\r\n\r\n{body}");
        socket.set_write_timeout(Some(PATIENCE))?;
        socket.write_all(reply.as_bytes())
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// How long a peer may keep a thread waiting.
const PATIENCE: Duration = Duration::from_secs(10);
const HEAD_LIMIT: usize = 64 * 1024;
const BODY_LIMIT: u64 = 16 * 1024 * 1024;
