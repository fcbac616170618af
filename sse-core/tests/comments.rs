//! Comments reach who asks for them, in order and whole, and disturb nobody.
#![cfg(feature = "alloc")]

use sse_core::{Item, Parser, TooLarge};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Read {
    Event(String),
    Comment(Vec<u8>),
    TooLarge,
}

#[test]
fn comments_and_events_come_in_the_order_of_the_stream() {
    assert_eq!(
        items(
            ": a\ndata: 1\n\n:\ndata: 2\n: b\ndata: 3\n:c\n\n::d\r: e\r\n:\n\n",
            &[]
        ),
        [
            comment(" a"),
            event("1"),
            comment(""),
            comment(" b"),
            comment("c"),
            event("2\n3"),
            comment(":d"),
            comment(" e"),
            comment(""),
        ],
    );
}

#[test]
fn comment_in_pieces_is_the_whole_for_every_cutting() {
    for stream in [
        ":\n:a\r\n: b\r:\r\r: c\n\n",
        "\u{FEFF}:first\ndata: 1\n: in between\ndata: 2\n\nid: 3\n:\n\n: last",
        "name\n: a\nname: x\n:b\n:\u{20AC}\0\ndata\n\n",
    ] {
        let whole = items(stream, &[]);
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let cuts = [first, second];
                assert_eq!(items(stream, &cuts), whole, "{stream:?} {cuts:?}");
            }
        }
        let bytewise: Vec<_> = (1..stream.len()).collect();
        assert_eq!(items(stream, &bytewise), whole, "{stream:?}");
    }
}

#[test]
fn pieces_of_a_comment_are_handed_out_as_they_come() {
    let mut parser = Parser::new();
    let mut pieces = |input: &str| {
        let (mut input, mut pieces) = (input.as_bytes(), Vec::new());
        while let Some(item) = parser.next_item(&mut input).unwrap() {
            match item {
                Item::Comment(piece) => pieces.push((piece.text.to_owned(), piece.ended)),
                Item::Event(event) => panic!("{event:?}"),
            }
        }
        pieces
    };
    assert_eq!(pieces(":"), []);
    assert_eq!(pieces("still"), [(b"still".to_vec(), false)]);
    assert_eq!(pieces(""), []);
    assert_eq!(pieces(" alive\r"), [(b" alive".to_vec(), true)]);
    assert_eq!(pieces("\n:\n:x"), [(vec![], true), (b"x".to_vec(), false)]);
    assert_eq!(pieces("\n"), [(vec![], true)]);
}

#[test]
fn comment_within_a_large_event_is_still_handed_out() {
    let stream = ": a\ndata: 12345\n: b\ndata: 6\n: c\n\n: d\ndata: 7\n\n";
    for cut in 0..stream.len() {
        assert_eq!(
            items(stream, &[cut]),
            [
                comment(" a"),
                Read::TooLarge,
                comment(" b"),
                comment(" c"),
                comment(" d"),
                event("7"),
            ],
        );
    }
}

#[test]
fn comment_begun_unseen_is_handed_out_from_where_it_is_asked_for() {
    let mut parser = Parser::new();
    assert_eq!(parser.next_event(&mut &b": unseen"[..]), Ok(None));
    let mut input = &b" seen\n"[..];
    let item = parser.next_item(&mut input);
    let Ok(Some(Item::Comment(piece))) = item else {
        panic!("{item:?}");
    };
    assert_eq!((piece.text, piece.ended), (&b" seen"[..], true));
}

/// What comes out of a parser with a small limit, comments put together.
fn items(stream: &str, cuts: &[usize]) -> Vec<Read> {
    let mut parser = Parser::new().with_limit(4);
    let (mut items, mut comment, mut start) = (Vec::new(), Vec::new(), 0);
    for end in cuts.iter().copied().chain([stream.len()]) {
        let mut input = &stream.as_bytes()[start..end];
        while let Some(item) = parser.next_item(&mut input).transpose() {
            match item {
                Ok(Item::Event(event)) => items.push(Read::Event(event.data.to_owned())),
                Ok(Item::Comment(piece)) => {
                    comment.extend(piece.text);
                    if piece.ended {
                        items.push(Read::Comment(std::mem::take(&mut comment)));
                    }
                }
                Err(TooLarge) => items.push(Read::TooLarge),
            }
        }
        start = end;
    }
    items
}

fn event(data: &str) -> Read {
    Read::Event(data.to_owned())
}

fn comment(text: &str) -> Read {
    Read::Comment(text.as_bytes().to_vec())
}
