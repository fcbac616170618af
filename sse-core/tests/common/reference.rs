//! The standard's section 9.2.6, read over a whole stream at once, as directly as it is written.

/// What a client has seen of one stream when it has ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Event type, data and last event id of each event, in order.
    pub(crate) events: Vec<(String, String, String)>,
    /// The last event ID string, for the next request.
    pub(crate) last_event_id: String,
    /// The newest valid `retry`, in milliseconds; `u64::MAX` for what is over it.
    pub(crate) retry: Option<u64>,
}

/// What a client that connects with `last_event_id` sees of `stream`.
///
/// The last event ID buffer starts with `last_event_id`, as it does in browsers; the letter of
/// the standard has it start empty, but its notes do not mean that.
pub(crate) fn reference(stream: &[u8], last_event_id: &str) -> Outcome {
    let text = String::from_utf8_lossy(stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stream));
    let mut outcome = Outcome {
        last_event_id: last_event_id.to_owned(),
        ..Outcome::default()
    };
    let (mut data, mut event_type, mut id) = (String::new(), "", last_event_id);

    let mut rest = &*text;
    while let Some(end) = rest.find(['\r', '\n']) {
        let line = &rest[..end];
        rest = rest[end..]
            .strip_prefix("\r\n")
            .unwrap_or_else(|| &rest[end + 1..]);

        if line.is_empty() {
            outcome.last_event_id = id.to_owned();
            if let Some(data) = data.strip_suffix('\n') {
                let event_type = if event_type.is_empty() {
                    "message"
                } else {
                    event_type
                };
                outcome
                    .events
                    .push((event_type.to_owned(), data.to_owned(), id.to_owned()));
            }
            data.clear();
            event_type = "";
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => event_type = value,
            "data" => data.extend([value, "\n"]),
            "id" if !value.contains('\0') => id = value,
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                outcome.retry = Some(value.parse().unwrap_or(u64::MAX));
            }
            _ => {}
        }
    }
    outcome
}
