//! The cases of `vectors/connection.json`: what a server does, and what a client makes of it.

use std::collections::HashMap;

use serde::Deserialize;

use crate::simulation::{Answer, HOME};

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) server: HashMap<String, Vec<Reply>>,
    #[serde(default)]
    pub(crate) client: Script,
    #[serde(default)]
    path: String,
    pub(crate) observe_ms: u64,
    pub(crate) expected: Expected,
    #[serde(default)]
    alt: Vec<Vec<String>>,
    #[serde(default)]
    alt_requests: Vec<Vec<Request>>,
    #[serde(default)]
    pub(crate) check: Check,
}

/// What the client does, besides listening.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Script {
    pub(crate) close_now: bool,
    pub(crate) close_on_open: Option<usize>,
    pub(crate) close_on_message: Option<usize>,
    pub(crate) close_on_error: Option<usize>,
    pub(crate) url: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Expected {
    timeline: Option<Vec<String>>,
    requests: Option<Vec<Request>>,
}

/// Path, `Last-Event-ID`, and the wait since the end of the answer before.
type Request = (String, Option<String>, Option<Wait>);

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Wait {
    Ms(u64),
    Named(String),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Check {
    /// This message must be out by that time.
    pub(crate) message_before_ms: Option<(usize, u64)>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    reason: String,
    http: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    chunks: Vec<Chunk>,
    framing: Option<String>,
    declared_length: Option<usize>,
    pub(crate) end: Option<String>,
    pub(crate) before_headers: Option<String>,
    raw_b64: Option<String>,
    raw_parts: Vec<(u64, String)>,
}

#[derive(Clone, Debug, Deserialize)]
struct Chunk {
    b64: String,
    #[serde(default)]
    delay_ms: u64,
}

/// What a client did: one line for each thing told, and the requests it made.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) timeline: Vec<String>,
    pub(crate) requests: Vec<(String, Option<String>, Option<u64>)>,
}

impl Case {
    pub(crate) fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("../vectors/connection.json")).unwrap()
    }

    /// Where the client is sent first.
    pub(crate) fn url(&self) -> String {
        match &self.client.url {
            Some(url) => url.clone(),
            None => format!("{HOME}{}", self.path),
        }
    }

    /// A server that answers as the case says.
    pub(crate) fn server(&self) -> impl FnMut(&str) -> Option<Answer> + 'static {
        let server = self.server.clone();
        let mut times_asked = HashMap::<String, usize>::new();
        move |url| {
            let path = sub_path(url)?;
            let replies = server.get(&path)?;
            let n = times_asked.entry(path).or_default();
            *n += 1;
            let reply = replies.get(*n - 1).or_else(|| replies.last())?;
            Some(reply.answer())
        }
    }

    pub(crate) fn accepts(&self, seen: &Seen) -> bool {
        let is_timeline = |timeline: &Vec<String>| {
            let mut pairs = timeline.iter().zip(&seen.timeline);
            timeline.len() == seen.timeline.len() && pairs.all(|(wanted, told)| fits(wanted, told))
        };
        let expected = self.expected.timeline.as_ref().is_none_or(is_timeline);
        if !expected && !self.alt.iter().any(is_timeline) {
            return false;
        }
        let Some(requests) = &self.expected.requests else {
            return true;
        };
        // Another outcome may come of fewer requests.
        let wanted = match expected {
            true => &requests[..],
            false => &requests[..requests.len().min(seen.requests.len())],
        };
        is_made(wanted, seen) || self.alt_requests.iter().any(|alt| is_made(alt, seen))
    }
}

impl Reply {
    pub(crate) fn body(&self) -> Vec<Vec<u8>> {
        self.chunks
            .iter()
            .map(|chunk| decoded(&chunk.b64))
            .collect()
    }

    fn answer(&self) -> Answer {
        match self.before_headers.as_deref() {
            Some("reset") => return Answer::new("").reset(),
            Some("close") => return Answer::new(""),
            _ => {}
        }
        if let Some(raw) = &self.raw_b64 {
            return Answer::new(decoded(raw));
        }
        if !self.raw_parts.is_empty() {
            let parts = self.raw_parts.iter();
            return parts.fold(Answer::new(""), |answer, (ms, raw)| {
                answer.then(*ms, decoded(raw))
            });
        }
        let body = self.body();
        let framing = self.framing.as_deref().unwrap_or(match &self.http {
            Some(_) => "close",
            None => "chunked",
        });
        let version = self.http.as_deref().unwrap_or("1.1");
        let mut head = format!("HTTP/{version} {} {}\r\n", self.status, self.reason);
        for (name, value) in &self.headers {
            let value = value.replace("{other}", "http://other.example");
            let value = value.replace("{base}", HOME.split_at(HOME.rfind('/').unwrap()).1);
            head += &format!("{name}: {value}\r\n");
        }
        match framing {
            "length" => {
                let len = body.iter().map(Vec::len).sum();
                let len = self.declared_length.unwrap_or(len);
                head += &format!("Content-Length: {len}\r\n");
            }
            "chunked" if self.status != 204 => head += "Transfer-Encoding: chunked\r\n",
            _ => {}
        }
        head += "\r\n";
        let mut answer = Answer::new(head);
        for (chunk, bytes) in self.chunks.iter().zip(&body) {
            let framed = match framing {
                "chunked" => [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat(),
                _ => bytes.clone(),
            };
            answer = answer.then(chunk.delay_ms, framed);
        }
        match self.end.as_deref() {
            Some("hang") => answer.hang(),
            Some("reset") => answer.reset(),
            None if framing == "chunked" => answer.then(0, "0\r\n\r\n"),
            _ => answer,
        }
    }
}

/// The path below the case's own, whichever the origin.
pub(crate) fn sub_path(url: &str) -> Option<String> {
    let (_, path) = url.split_once(".example/events")?;
    Some(path.to_owned())
}

fn fits(wanted: &str, told: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => told.starts_with(start),
        None => told == wanted,
    }
}

fn is_made(wanted: &[Request], seen: &Seen) -> bool {
    let is_wait = |wanted: &Option<Wait>, waited: Option<u64>| match wanted {
        None => true,
        Some(Wait::Ms(ms)) => waited == Some((*ms).max(FLOOR_MS)),
        Some(Wait::Named(_default)) => waited == Some(DEFAULT_MS),
    };
    let mut pairs = wanted.iter().zip(&seen.requests);
    wanted.len() == seen.requests.len()
        && pairs.all(|((path, id, wait), made)| {
            (path, id) == (&made.0, &made.1) && is_wait(wait, made.2)
        })
}

fn decoded(b64: &str) -> Vec<u8> {
    let sextets = b64.bytes().filter(|&b| b != b'=').map(|b| match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("no base64: {b64}"),
    });
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for sextet in sextets {
        (bits, held) = ((bits << 6 | u32::from(sextet)) & 0xFFFF, held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}

/// The reconnection time until the server sets one.
const DEFAULT_MS: u64 = 3_000;
/// The shortest one obeyed.
const FLOOR_MS: u64 = 100;
