//! What messages look like on the wire, what is refused, and that a client reads what was meant.
#![cfg(feature = "std")]

use core::{
    fmt::{self, Write as _},
    time::Duration,
};

use bytes::Bytes;
use sse_core::{Data, EncodeError, Frame, InvalidField, Message};

#[path = "common/random.rs"]
mod random;
#[path = "common/reference.rs"]
mod reference;

use random::Random;
use reference::reference;

#[test]
fn fields_are_written_in_this_form() -> Result<(), InvalidField> {
    let table = [
        (Message::new("tick"), "data: tick\n\n"),
        (Message::new(""), "data: \n\n"),
        (Message::new(" padded "), "data:  padded \n\n"),
        (Message::new("a:b"), "data: a:b\n\n"),
        (
            Message::new("\0\u{feff}\u{2028}\u{85}\u{b}"),
            "data: \0\u{feff}\u{2028}\u{85}\u{b}\n\n",
        ),
        (Message::new("x").event("tick")?, "event: tick\ndata: x\n\n"),
        (
            Message::new("x").event(" tick: ")?,
            "event:  tick: \ndata: x\n\n",
        ),
        (Message::new("x").event("")?, "data: x\n\n"),
        (Message::new("x").id("42")?, "id: 42\ndata: x\n\n"),
        (Message::new("x").id("")?, "id:\ndata: x\n\n"),
        (Message::new("x").id("1")?.id("2")?, "id: 2\ndata: x\n\n"),
        (Message::new("x").with_comment("why"), ": why\ndata: x\n\n"),
        (Message::comment("hello"), ": hello\n\n"),
        (Message::comment(""), ":\n\n"),
        (Message::comment(" :"), ":  :\n\n"),
        (
            Message::comment("a\rdata: b\n\nc\r\n"),
            ": a\n: data: b\n: \n: c\n: \n\n",
        ),
        (Message::empty().id("7")?, "id: 7\n\n"),
        (Message::empty().event("tick")?, "event: tick\n\n"),
        (Message::empty(), "\n"),
        (
            Message::new("x")
                .id("2")?
                .retry(Duration::from_secs(3))
                .event("e")?
                .with_comment("c"),
            ": c\nevent: e\nid: 2\nretry: 3000\ndata: x\n\n",
        ),
    ];
    for (message, wire) in table {
        assert_eq!(message.to_string(), wire, "{message:?}");
    }
    Ok(())
}

#[test]
fn data_is_split_at_every_kind_of_line_end() {
    let table = [
        ("a\nb", "data: a\ndata: b\n\n"),
        ("a\rb", "data: a\ndata: b\n\n"),
        ("a\r\nb", "data: a\ndata: b\n\n"),
        ("a\n\rb", "data: a\ndata: \ndata: b\n\n"),
        ("a\r\r\nb", "data: a\ndata: \ndata: b\n\n"),
        ("a\n\nb", "data: a\ndata: \ndata: b\n\n"),
        ("a\n", "data: a\ndata: \n\n"),
        ("a\r", "data: a\ndata: \n\n"),
        ("\r\na", "data: \ndata: a\n\n"),
        ("\n", "data: \ndata: \n\n"),
        ("a\n b", "data: a\ndata:  b\n\n"),
    ];
    for (data, wire) in table {
        assert_eq!(Message::new(data).to_string(), wire, "{data:?}");
    }
}

#[test]
fn line_end_between_two_pieces_is_one() {
    let table: [(&[&str], &str); 7] = [
        (&["a\r", "\nb"], "data: a\ndata: b\n\n"),
        (&["a\r", "", "\n", "b"], "data: a\ndata: b\n\n"),
        (&["a", "\r", "b"], "data: a\ndata: b\n\n"),
        (
            &["a\r", "b\n", "\nc"],
            "data: a\ndata: b\ndata: \ndata: c\n\n",
        ),
        (&["a\r\n", "\nb"], "data: a\ndata: \ndata: b\n\n"),
        (&["a\r", "\r", "\n"], "data: a\ndata: \ndata: \n\n"),
        (&[], "data: \n\n"),
    ];
    for (pieces, wire) in table {
        assert_eq!(
            Message::display(Pieces(pieces)).to_string(),
            wire,
            "{pieces:?}"
        );
    }
}

#[test]
fn retry_is_whole_milliseconds() {
    let table = [
        (Duration::ZERO, "retry: 0\n\n"),
        (Duration::from_micros(1_999), "retry: 1\n\n"),
        (
            Duration::from_millis(u64::MAX),
            "retry: 18446744073709551615\n\n",
        ),
        (Duration::MAX, "retry: 18446744073709551615\n\n"),
    ];
    for (time, wire) in table {
        assert_eq!(Message::empty().retry(time).to_string(), wire);
    }
}

#[test]
fn event_type_that_would_be_read_as_something_else_is_refused() {
    let table = [
        ("a\nb", Err(InvalidField::EventLineEnd)),
        ("a\r", Err(InvalidField::EventLineEnd)),
        ("\r\n", Err(InvalidField::EventLineEnd)),
        ("a\0", Err(InvalidField::EventNul)),
        ("", Ok(())),
        (" a\t\u{1}\u{7f}\u{2028}é ", Ok(())),
    ];
    for (event, result) in table {
        assert_eq!(
            Message::new("x").event(event).map(drop),
            result,
            "{event:?}"
        );
    }
}

#[test]
fn id_that_would_not_come_back_is_refused() {
    for character in ('\0'..='\u{ff}').chain(['\u{2028}', '\u{feff}', '😀']) {
        let expected = match character {
            '\r' | '\n' => Err(InvalidField::IdLineEnd),
            '\0' => Err(InvalidField::IdNul),
            '\t' => Ok(()),
            '\u{1}'..='\u{1f}' | '\u{7f}' => Err(InvalidField::IdControl),
            _ => Ok(()),
        };
        let id = format!("1{character}2");
        assert_eq!(Message::new("x").id(&id).map(drop), expected, "{id:?}");
    }
    for id in [" 1", "1 ", "\t1", "1\t", " ", "\t"] {
        assert_eq!(
            Message::new("x").id(id).map(drop),
            Err(InvalidField::IdOuterSpace),
            "{id:?}"
        );
    }
    for id in ["", "a b", "\u{a0}1\u{2003}", "日本"] {
        assert_eq!(Message::new("x").id(id).map(drop), Ok(()), "{id:?}");
    }
}

#[test]
fn refused_characters_are_found_wherever_they_are() {
    for len in 1..160 {
        for at in 0..len {
            let text = |character| {
                let mut text = "x".repeat(len);
                text.replace_range(at..=at, character);
                text
            };
            let event = |character| Message::new("x").event(&text(character)).map(drop);
            assert_eq!(event("\n"), Err(InvalidField::EventLineEnd));
            assert_eq!(event("\0"), Err(InvalidField::EventNul));
            assert_eq!(event("\t"), Ok(()));
            let id = |character| Message::new("x").id(&text(character)).map(drop);
            assert_eq!(id("\r"), Err(InvalidField::IdLineEnd));
            assert_eq!(id("\u{1f}"), Err(InvalidField::IdControl));
            assert_eq!(id("\u{7f}"), Err(InvalidField::IdControl));
            assert_eq!(id("é"), Ok(()));
        }
    }
}

#[test]
fn slice_takes_a_message_that_just_fits() {
    let message = Message::new("a\nb");
    let mut out = [b'.'; 20];
    assert_eq!(message.encode_to_slice(&mut out), Ok(17));
    assert_eq!(&out, b"data: a\ndata: b\n\n...");
    assert_eq!(message.encode_to_slice(&mut out[..17]), Ok(17));
    for len in 0..17 {
        assert_eq!(
            message.encode_to_slice(&mut out[..len]),
            Err(EncodeError::TooSmall { needed: 17 }),
        );
    }
}

#[test]
fn vector_keeps_what_it_held() {
    for capacity in [0, 4, 8, 20, 64] {
        let mut out = Vec::with_capacity(capacity);
        out.extend(b":\n\n");
        assert_eq!(Message::new("a\nb").encode_to_vec(&mut out), Ok(()));
        assert_eq!(out, b":\n\ndata: a\ndata: b\n\n");
    }
}

#[test]
fn data_that_fails_leaves_the_vector_as_it_was() {
    for capacity in [0, 64] {
        let mut out = Vec::with_capacity(capacity);
        out.extend(b":\n\n");
        assert_eq!(
            Message::display(Failing).encode_to_vec(&mut out),
            Err(fmt::Error)
        );
        assert_eq!(out, b":\n\n");
    }
    assert_eq!(Message::display(Failing).to_frame(), Err(fmt::Error));
    assert_eq!(
        Message::display(Failing).encode_to_slice(&mut [0; 64]),
        Err(EncodeError::Data)
    );
}

#[test]
fn data_that_changes_while_it_is_measured_arrives_whole() {
    struct Growing(core::cell::Cell<usize>);

    impl fmt::Display for Growing {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.set(self.0.get() + 40);
            f.write_str(&"x".repeat(self.0.get()))
        }
    }

    let frame = Message::display(Growing(core::cell::Cell::new(0))).to_frame();
    let wire = frame.as_ref().map_or(&[][..], AsRef::as_ref);
    assert!(
        wire.starts_with(b"data: xxx") && wire.ends_with(b"xxx\n\n"),
        "{frame:?}"
    );
}

#[test]
fn frame_is_the_wire_form() -> Result<(), fmt::Error> {
    let frame = Message::display(42).to_frame()?;
    assert_eq!(frame.as_ref(), b"data: 42\n\n");
    assert_eq!(frame, Frame::from(Message::new("42")));
    assert_eq!(
        Bytes::from(frame.clone()),
        Bytes::from_static(b"data: 42\n\n")
    );
    assert_eq!(Frame::keep_alive(), Frame::from(Message::comment("")));
    Ok(())
}

#[cfg(feature = "serde")]
mod json {
    use serde::{Serialize, Serializer, ser::Error as _};
    use serde_json::value::RawValue;

    use super::*;

    #[derive(Serialize)]
    struct Reading<'a> {
        place: &'a str,
        celsius: Option<f32>,
    }

    #[test]
    fn value_is_written_as_compact_json() {
        let reading = Reading {
            place: "a\r\n\0\"é",
            celsius: Some(21.5),
        };
        assert_eq!(
            Message::json(&reading).to_string(),
            "data: {\"place\":\"a\\r\\n\\u0000\\\"é\",\"celsius\":21.5}\n\n",
        );
        assert_eq!(Message::json("text").to_string(), "data: \"text\"\n\n");
        assert_eq!(Message::json(&[()][..]).to_string(), "data: [null]\n\n");
    }

    #[test]
    fn raw_json_with_line_ends_adds_no_field() -> Result<(), serde_json::Error> {
        let raw: Box<RawValue> = serde_json::from_str("[1,\r\n2,\r3]")?;
        assert_eq!(
            Message::json(&raw).to_string(),
            "data: [1,\ndata: 2,\ndata: 3]\n\n"
        );
        Ok(())
    }

    #[test]
    fn value_that_fails_leaves_the_vector_as_it_was() {
        struct Failing;

        impl Serialize for Failing {
            fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(S::Error::custom("no"))
            }
        }

        let mut out = b":\n\n".to_vec();
        assert_eq!(
            Message::json(&(1, Failing)).encode_to_vec(&mut out),
            Err(fmt::Error)
        );
        assert_eq!(out, b":\n\n");
    }
}

#[test]
fn random_messages_arrive_as_they_were_meant() {
    const NASTY: [&str; 16] = [
        "\r",
        "\n",
        "\r\n",
        "\0",
        " ",
        ":",
        "\t",
        "\u{feff}",
        "\u{2028}",
        "\u{85}",
        "\u{7f}",
        "é",
        "😀",
        "data: ",
        "id: 1",
        "retry: 1\n\n",
    ];
    let random = &mut Random(1);
    let mut refused = 0;
    for _ in 0..20_000 {
        let mut wire = String::new();
        let mut expected = reference(b"", "first");
        for _ in 0..1 + random.below(3) {
            let [event, id, comment, data] = [2, 2, 6, 8].map(|most| random.text(&NASTY, most));
            let mut message = Message::empty();
            let mut event_type = "message";
            if random.below(2) == 0 {
                message = Message::new(&data);
            }
            let has_data = message != Message::empty();
            if random.below(2) == 0 {
                message = message.with_comment(&comment);
            }
            if random.below(2) == 0 {
                match message.event(&event) {
                    Ok(with_event) => {
                        message = with_event;
                        event_type = if event.is_empty() { "message" } else { &event };
                    }
                    Err(_) => {
                        refused += 1;
                        assert!(event.contains(['\r', '\n', '\0']), "{event:?}");
                    }
                }
            }
            if random.below(2) == 0 {
                match message.id(&id) {
                    Ok(with_id) => {
                        message = with_id;
                        expected.last_event_id.clone_from(&id);
                    }
                    Err(_) => {
                        refused += 1;
                        let comes_back = id == id.trim_matches([' ', '\t'])
                            && !id.contains(|c: char| c.is_ascii_control() && c != '\t');
                        assert!(!comes_back, "{id:?}");
                    }
                }
            }
            if random.below(4) == 0 {
                let milliseconds = random.below(100_000) as u64;
                message = message.retry(Duration::from_millis(milliseconds));
                expected.retry = Some(milliseconds);
            }
            if has_data {
                let data = data.replace("\r\n", "\n").replace('\r', "\n");
                let last_event_id = expected.last_event_id.clone();
                expected
                    .events
                    .push((event_type.to_owned(), data, last_event_id));
            }
            assert_all_outputs_agree(&message);
            write!(wire, "{message}").expect("a string grows");
        }
        assert_eq!(reference(wire.as_bytes(), "first"), expected, "{wire:?}");
    }
    assert!((5_000..25_000).contains(&refused), "{refused}");
}

#[test]
fn long_text_is_split_alike_by_all_outputs() {
    const PIECES: [&str; 8] = [
        "\r",
        "\n",
        "\r\n",
        "\t",
        "\u{1}",
        "é",
        "a word",
        "data: 15 bytes.",
    ];
    let random = &mut Random(3);
    for _ in 0..5_000 {
        let data = random.text(&PIECES, 60);
        assert_all_outputs_agree(&Message::new(&data));
        assert_all_outputs_agree(&Message::display(&data));
    }
}

#[test]
fn pieces_make_the_same_message_as_the_whole() {
    let random = &mut Random(2);
    for _ in 0..20_000 {
        let pieces: Vec<_> = (0..random.below(6))
            .map(|_| random.text(&["\r", "\n", " ", "é", "abc"], 4))
            .collect();
        let pieces: Vec<_> = pieces.iter().map(String::as_str).collect();
        let whole = pieces.concat();
        let message = Message::display(Pieces(&pieces));
        assert_eq!(
            message.to_string(),
            Message::new(&whole).to_string(),
            "{pieces:?}"
        );
        assert_all_outputs_agree(&message);
    }
}

fn assert_all_outputs_agree<D: Data>(message: &Message<'_, D>) {
    let wire = message.to_string();
    assert_eq!(message.encoded_len(), wire.len());

    let mut slice = vec![0; wire.len()];
    assert_eq!(message.encode_to_slice(&mut slice), Ok(wire.len()));
    assert_eq!(slice, wire.as_bytes());

    let mut vec = Vec::new();
    assert_eq!(message.encode_to_vec(&mut vec), Ok(()));
    assert_eq!(vec, wire.as_bytes());

    let frame = message.to_frame();
    assert_eq!(frame.as_ref().map(AsRef::as_ref), Ok(wire.as_bytes()));
}

/// Displayed piece by piece.
struct Pieces<'a>(&'a [&'a str]);

impl fmt::Display for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| f.write_str(piece))
    }
}

struct Failing;

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half\nof it")?;
        Err(fmt::Error)
    }
}
