//! The history in fixed memory by itself: what it holds, and how it is read into a buffer.

use core::fmt;

use sse_core::{FellOff, History, Message, PublishError};

#[test]
fn the_first_id_leaves_room_to_count_and_cannot_be_set_later() {
    for (asked, given) in [(0, 1), (1, 1), (u64::MAX, 1 << 63)] {
        let mut history = History::<1, 64>::new();
        history.set_first_id(asked);
        assert_eq!(history.publish(&Message::new("")), Ok(given));
        history.set_first_id(7);
        assert_eq!(history.publish(&Message::new("")), Ok(given + 1));
    }
}

#[test]
fn the_first_id_is_no_gap_to_who_came_before_it_was_set() {
    let mut history = History::<2, 64>::new();
    let mut reader = history.resume(None);
    history.set_first_id(500);
    history.publish(&Message::new("x")).unwrap();
    let mut out = [0; 128];
    let n = history.read(&mut reader, &mut out).unwrap();
    assert_eq!(str::from_utf8(&out[..n]), Ok("id: 500\ndata: x\n\n"));
}

#[test]
fn a_frame_larger_than_a_reader_takes_at_once_comes_in_parts() {
    let mut history = History::<4, 256>::new();
    let mut reader = history.resume(None);
    history.publish(&Message::new("0123456789")).unwrap();
    history.publish(&Message::new("x")).unwrap();
    let mut read = Vec::new();
    let mut out = [0; 8];
    loop {
        match history.read(&mut reader, &mut out).unwrap() {
            0 => break,
            n => read.extend_from_slice(&out[..n]),
        }
    }
    assert_eq!(read, b"id: 1\ndata: 0123456789\n\nid: 2\ndata: x\n\n");
}

#[test]
fn a_reader_whose_frame_leaves_while_it_has_a_part_of_it_cannot_go_on() {
    let mut history = History::<1, 64>::new();
    let mut reader = history.resume(None);
    history.publish(&Message::new("0123456789")).unwrap();
    assert_eq!(history.read(&mut reader, &mut [0; 8]), Ok(8));
    history.publish(&Message::new("x")).unwrap();
    for _ in 0..2 {
        assert_eq!(history.read(&mut reader, &mut [0; 64]), Err(FellOff));
    }
}

#[test]
fn frames_are_taken_whole_as_long_as_they_fit() {
    let mut history = History::<4, 256>::new();
    let mut reader = history.resume(None);
    for _ in 0..3 {
        history.publish(&Message::new("x")).unwrap();
    }
    let frame = "id: 1\ndata: x\n\n".len();
    assert_eq!(history.read(&mut reader, &mut [0; 40]), Ok(2 * frame));
    assert_eq!(history.read(&mut reader, &mut [0; 40]), Ok(frame));
}

#[test]
fn a_message_that_cannot_be_kept_drives_none_out() {
    let mut history = History::<2, 48>::new();
    history.publish(&Message::new("kept")).unwrap();
    let long = "x".repeat(48);
    let own = "i".repeat(37);
    for (message, error) in [
        (Message::new(&long), PublishError::TooLarge),
        (Message::new("").id(&own).unwrap(), PublishError::IdTooLong),
    ] {
        assert_eq!(history.publish(&message), Err(error));
    }
    struct Fails;
    impl fmt::Display for Fails {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }
    let failed = history.publish(&Message::display(Fails));
    assert_eq!(failed, Err(PublishError::Data));
    let mut reader = history.resume(Some(b"0"));
    let mut out = [0; 48];
    let n = history.read(&mut reader, &mut out).unwrap();
    assert_eq!(&out[..n], b"id: 1\ndata: kept\n\n");
}

#[test]
fn an_id_that_is_no_text_or_has_no_room_is_told_of_without_its_name() {
    let mut history = History::<2, 48>::new();
    history.publish(&Message::new("")).unwrap();
    for id in [&b"\xff"[..], &[b'7'; 37]] {
        let mut out = [0; 128];
        let n = history
            .read(&mut history.resume(Some(id)), &mut out)
            .unwrap();
        let gap = "event: gap\nid: 1\ndata: {\"after\":null,\"resumes_at\":null,\"lost\":null}\n\n";
        assert_eq!(str::from_utf8(&out[..n]), Ok(gap));
    }
}

#[test]
fn no_gap_is_told_in_part() {
    let history = History::<2, 48>::new();
    let mut reader = history.resume(Some(b"unknown"));
    for _ in 0..2 {
        assert_eq!(history.read(&mut reader, &mut [0; 20]), Err(FellOff));
    }
}

#[test]
fn a_gap_fits_where_its_ids_are_as_long_as_can_be() {
    let plain = "i".repeat(36);
    let quotes = "\"".repeat(36);
    let tabs = ["\"", &"\t".repeat(34), "\""].concat();
    let controls = "\u{1}".repeat(36);
    for (own, named, room) in [
        (&plain, &plain, 200),
        (&quotes, &quotes, 540),
        (&tabs, &controls, 540),
    ] {
        let mut history = History::<2, 256>::new();
        let mut reader = history.resume(Some(named.as_bytes()));
        for last in ["a", "b", "c"] {
            let id = [&own[..35], last].concat();
            let message = Message::new("").id(&id).unwrap();
            history.publish(&message).unwrap();
        }
        let mut out = [0; 540];
        let n = history.read(&mut reader, &mut out[..room]).unwrap();
        assert!(out[..n].starts_with(b"event: gap\n"));
    }
}
