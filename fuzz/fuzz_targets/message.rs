//! What is written arrives as it was meant, or is refused: never as another field or event.
#![no_main]

use core::{fmt, time::Duration};

use libfuzzer_sys::fuzz_target;
use sse_core::{Data, EncodeError, Event, Frame, Item, Message, Parser};

#[path = "../../sse-core/tests/common/reference.rs"]
mod reference;

use reference::reference;

// Data, event type, id, comment and retry, as far as they are there, with the byte 0xFF, which
// no text holds, between them. Data of one 0xFE stands for none.
fuzz_target!(|input: &[u8]| {
    let mut parts = input.split(|byte| *byte == 0xFF);
    let mut next_text = || Some(String::from_utf8_lossy(parts.next()?));
    let data = next_text().filter(|data| data != "\u{FFFD}");
    let (event, id, comment) = (next_text(), next_text(), next_text());
    let retry = next_text().and_then(|digits| digits.parse().ok());
    Meant {
        data: data.as_deref(),
        event: event.as_deref().unwrap_or_default(),
        id: id.as_deref(),
        comment: comment.as_deref(),
        retry: retry.map(Duration::from_millis),
    }
    .check();
});

#[derive(Clone, Copy)]
struct Meant<'a> {
    data: Option<&'a str>,
    event: &'a str,
    id: Option<&'a str>,
    comment: Option<&'a str>,
    retry: Option<Duration>,
}

impl<'a> Meant<'a> {
    fn check(self) {
        let blank = self.data.map_or(Message::empty(), Message::new);
        let Some(message) = self.fill(blank) else {
            return;
        };
        let wire = message.to_string();
        assert_outputs_agree(&message, &wire);
        assert_eq!(Frame::from(message).as_ref(), wire.as_bytes());
        self.assert_arrives(&wire);

        if let Some(data) = self.data {
            let pieces = self.fill(Message::display(Pieces(data)));
            assert_eq!(pieces.map(|message| message.to_string()), Some(wire));

            let json = self.fill(Message::json(data)).map(|json| json.to_string());
            let json = json.unwrap_or_default();
            let mut input = json.as_bytes();
            let mut parser = Parser::new();
            let event = parser.next_event(&mut input);
            let event = event.unwrap().expect("JSON is data");
            assert_eq!(event.json::<String>().unwrap(), data);
        }
    }

    /// The message with all fields set, if none is refused.
    fn fill<D>(self, mut message: Message<'a, D>) -> Option<Message<'a, D>> {
        if let Some(comment) = self.comment {
            message = message.with_comment(comment);
        }
        if let Some(retry) = self.retry {
            message = message.retry(retry);
        }
        let message = message.event(self.event);
        assert_eq!(message.is_err(), self.event.contains(['\r', '\n', '\0']));
        let message = message.ok()?;

        let Some(id) = self.id else {
            return Some(message);
        };
        let message = message.id(id);
        let blank = [' ', '\t'];
        let sendable = !id.contains(|c: char| c.is_ascii_control() && c != '\t')
            && !id.starts_with(blank)
            && !id.ends_with(blank);
        assert_eq!(message.is_ok(), sendable);
        message.ok()
    }

    /// Sent twice, it arrives twice.
    fn assert_arrives(self, wire: &str) {
        let stream = wire.repeat(2);
        let id = self.id.unwrap_or("earlier");
        let event_type = match self.event {
            "" => "message",
            named => named,
        };
        let data = self.data.map(with_lf);

        let outcome = reference(stream.as_bytes(), "earlier");
        let event = data.iter().map(|data| {
            let event = (event_type, &**data, id);
            (event.0.to_owned(), event.1.to_owned(), event.2.to_owned())
        });
        let events: Vec<_> = event.cycle().take(2 * data.iter().len()).collect();
        assert_eq!(outcome.events, events);
        assert_eq!(outcome.last_event_id, id);
        assert_eq!(outcome.retry.map(Duration::from_millis), self.retry);

        let mut parser = Parser::new();
        parser.set_last_event_id("earlier").unwrap();
        let mut input = stream.as_bytes();
        for _ in 0..2 {
            let comment = self.comment.map(with_lf);
            for line in comment.iter().flat_map(|comment| comment.split('\n')) {
                let Ok(Some(Item::Comment(comment))) = parser.next_item(&mut input) else {
                    panic!("comment lost");
                };
                let text = comment.text.strip_prefix(b" ").unwrap_or(comment.text);
                assert_eq!((text, comment.ended), (line.as_bytes(), true));
            }
            if let Some(data) = &data {
                let event = Event {
                    event_type,
                    data,
                    last_event_id: id,
                };
                assert_eq!(parser.next_item(&mut input), Ok(Some(Item::Event(event))));
            }
        }
        assert_eq!(parser.next_item(&mut input), Ok(None));
        assert_eq!(parser.last_event_id(), id);
        assert_eq!(parser.retry(), self.retry);
        assert!(!parser.has_unfinished());
    }
}

fn assert_outputs_agree<D: Data>(message: &Message<'_, D>, wire: &str) {
    let len = wire.len();
    assert_eq!(message.encoded_len(), len);

    let mut vector = b"held".to_vec();
    assert_eq!(message.encode_to_vec(&mut vector), Ok(()));
    assert_eq!(vector, [b"held", wire.as_bytes()].concat());

    let mut memory = vec![0; len + 1];
    assert_eq!(message.encode_to_slice(&mut memory), Ok(len));
    assert_eq!(memory.split_last(), Some((&0, wire.as_bytes())));
    assert_eq!(message.encode_to_slice(&mut memory[..len]), Ok(len));
    let too_small = Err(EncodeError::TooSmall { needed: len });
    assert_eq!(message.encode_to_slice(&mut memory[..len - 1]), too_small);
    assert_eq!(message.encode_to_slice(&mut []), too_small);
}

/// Text with the line ends that a client gives back.
fn with_lf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Displays text character by character.
struct Pieces<'a>(&'a str);

impl fmt::Display for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| write!(f, "{c}"))
    }
}
