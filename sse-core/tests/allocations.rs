//! How often memory is allocated.
#![cfg(feature = "std")]

use std::{cell::Cell, fmt};

use sse_core::{Frame, Message};

#[allow(dead_code, reason = "how much is held matters to the parser's tests")]
#[path = "common/allocator.rs"]
mod allocator;

use allocator::allocations;

#[test]
fn message_into_a_vector_with_room_allocates_nothing() {
    let mut out = Vec::with_capacity(512);
    assert_eq!(
        allocations(|| Message::new("a\nb").encode_to_vec(&mut out)),
        (0, Ok(()))
    );
    assert_eq!(
        allocations(|| Message::display(format_args!("{}\r\n", 42)).encode_to_vec(&mut out)),
        (0, Ok(())),
    );
    assert_eq!(out, b"data: a\ndata: b\n\ndata: 42\ndata: \n\n");
}

#[cfg(feature = "serde")]
#[test]
fn json_into_a_vector_with_room_allocates_nothing() {
    let mut out = Vec::with_capacity(64);
    let value = (1.5, "text\n", [true]);
    assert_eq!(
        allocations(|| Message::json(&value).encode_to_vec(&mut out)),
        (0, Ok(()))
    );
    assert_eq!(out, b"data: [1.5,\"text\\n\",[true]]\n\n");
}

#[test]
fn message_into_a_full_vector_allocates_once() {
    let data = "line\n".repeat(100);
    let mut out = b":\n\n".to_vec();
    assert_eq!(
        allocations(|| Message::new(&data).encode_to_vec(&mut out)),
        (1, Ok(()))
    );
}

#[test]
fn frame_is_one_allocation() {
    for data in ["line", "line\n", "\r", "\tline\r\n\rand line"] {
        let data = data.repeat(100);
        let (count, frame) = allocations(|| Message::display(&data).to_frame());
        assert_eq!(count, 1, "{data:?}");
        assert_eq!(
            allocations(|| Message::new(&data).to_frame()),
            (1, frame),
            "{data:?}"
        );
    }
    assert_eq!(allocations(Frame::keep_alive).0, 0);
}

#[test]
fn data_is_displayed_once_if_it_fits() {
    struct Counted<'a>(&'a Cell<usize>);

    impl fmt::Display for Counted<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.set(self.0.get() + 1);
            f.write_str("text")
        }
    }

    let count = Cell::new(0);
    let mut out = Vec::with_capacity(64);
    assert_eq!(
        Message::display(Counted(&count)).encode_to_vec(&mut out),
        Ok(())
    );
    assert_eq!(count.get(), 1);
    assert_eq!(
        Message::display(Counted(&count)).to_frame(),
        Ok(Frame::from(Message::new("text")))
    );
    assert_eq!(count.get(), 2);
}
