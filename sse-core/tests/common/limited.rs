//! The standard's section 9.2.6 over a whole stream, with limits on what an event may hold.

use sse_core::TooLarge;

use super::seen::{Door, Seen};

/// The most bytes of each text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) data: usize,
    pub(crate) event_type: usize,
    pub(crate) id: usize,
    /// What an ID may have together with an earlier one of the same block, which it replaces only
    /// when its line ends without NUL in it.
    pub(crate) id_pair: usize,
}

#[derive(Default)]
struct Block {
    data: Option<Vec<u8>>,
    event_type: Vec<u8>,
    id: Option<Vec<u8>>,
    too_large: bool,
}

/// What a client with limits sees of `stream`.
pub(crate) fn limited(stream: &[u8], door: Door, limits: Limits) -> Seen {
    let mut seen = Seen::default();
    let mut block = Block::default();
    let mut rest = stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stream);
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| b"\r\n".contains(byte));
        let (line, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let line_end = if behind.starts_with(b"\r\n") { 2 } else { 1 };
        rest = behind.get(line_end..).unwrap_or_default();
        let ended = end.is_some();
        if line.is_empty() {
            dispatch(std::mem::take(&mut block), &mut seen, door, limits);
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':');
        if colon.is_none() && !ended {
            break;
        }
        let value = colon.map_or(&b""[..], |colon| &line[colon + 1..]);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        let fits = match &line[..colon.unwrap_or(line.len())] {
            b"retry" if ended && !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                let digits = str::from_utf8(value).unwrap();
                seen.retry = Some(digits.parse::<u64>().unwrap_or(u64::MAX).into());
                true
            }
            _ if block.too_large => true,
            b"data" => {
                let data = block.data.take().map(|data| [&data, value].join(&b'\n'));
                let data = block.data.insert(data.unwrap_or_else(|| value.to_owned()));
                data.len() <= limits.data
            }
            b"event" => {
                value.clone_into(&mut block.event_type);
                value.len() <= limits.event_type
            }
            b"id" => {
                let earlier = block.id.as_ref().map_or(0, Vec::len);
                let room = limits.id.min(limits.id_pair - earlier);
                match value.iter().position(|byte| *byte == 0) {
                    Some(nul) if nul <= room => true,
                    _ => {
                        block.id = Some(value.to_owned());
                        value.len() <= room
                    }
                }
            }
            _ => true,
        };
        if !fits {
            seen.events.push(Err(TooLarge));
            block = Block {
                too_large: true,
                ..Block::default()
            };
        }
    }
    seen
}

/// U+FFFD counts, but bytes are lent without it.
fn dispatch(block: Block, seen: &mut Seen, door: Door, limits: Limits) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let event_type = text(&block.event_type);
    let data = block.data.as_deref().map(text);
    let id = block.id.as_deref().map(text);

    let is_text = !matches!(door, Door::Raw);
    let large_text = event_type.len() > limits.event_type
        || data.as_ref().is_some_and(|data| data.len() > limits.data);
    let large_id = id
        .as_ref()
        .is_some_and(|id| id.len() > limits.id.min(limits.id_pair));
    if large_id || (is_text && data.is_some() && large_text) {
        seen.events.push(Err(TooLarge));
        return;
    }
    if let Some(id) = id {
        seen.last_event_id = id;
    }
    if let Some(data) = data {
        let event_type = match &*event_type {
            "" => "message".to_owned(),
            _ => event_type,
        };
        seen.events
            .push(Ok((event_type, data, seen.last_event_id.clone())));
    }
}
