//! Many frames at a time: in a batch, or as one.

use std::task::{Context, Poll, Waker};

use sse_core::{Hub, Subscription};

use crate::common::{gap, numbered, publish_numbers, small, text};

#[test]
fn a_batch_takes_what_is_there_up_to_its_limit() {
    let hub = small(4);
    publish_numbers(&hub, 1..=10);
    let mut cx = Context::from_waker(Waker::noop());
    let mut reader = hub.subscribe(Some("1"));
    let mut frames = Vec::new();
    assert_eq!(reader.poll_batch(&mut cx, &mut frames, 100), Poll::Ready(1));
    assert_eq!(reader.poll_batch(&mut cx, &mut frames, 3), Poll::Ready(3));
    assert_eq!(reader.poll_batch(&mut cx, &mut frames, 0), Poll::Ready(1));
    assert_eq!(reader.poll_batch(&mut cx, &mut frames, 3), Poll::Pending);
    assert_eq!(
        frames[1..].iter().map(text).collect::<Vec<_>>(),
        numbered(7..=10)
    );
    hub.close();
    assert_eq!(reader.poll_batch(&mut cx, &mut frames, 3), Poll::Ready(0));
}

#[test]
fn readers_in_one_place_share_what_is_joined() {
    let hub = Hub::default();
    let mut readers = [(); 3].map(|()| hub.subscribe(None));
    let mut cx = Context::from_waker(Waker::noop());
    let mut joined = |reader: &mut Subscription, max| match reader.poll_joined(&mut cx, max) {
        Poll::Ready(frame) => frame,
        Poll::Pending => panic!("nothing there"),
    };
    publish_numbers(&hub, 1..=3);
    let frames: Vec<_> = readers
        .iter_mut()
        .map(|reader| joined(reader, 1000).unwrap())
        .collect();
    for frame in &frames {
        assert_eq!(text(frame), numbered(1..=3).concat());
        assert_eq!(frame.as_ref().as_ptr(), frames[0].as_ref().as_ptr());
    }
    // One alone is the frame itself, and what has grown is joined anew.
    publish_numbers(&hub, 4..=4);
    let alone = joined(&mut readers[0], 1000).unwrap();
    assert_eq!(text(&alone), numbered(4..=4).concat());
    publish_numbers(&hub, 5..=6);
    let [first, second, third] = &mut readers;
    assert_eq!(text(&joined(second, 30).unwrap()), numbered(4..=5).concat());
    assert_eq!(text(&joined(third, 30).unwrap()), numbered(4..=5).concat());
    publish_numbers(&hub, 7..=7);
    for reader in [second, third] {
        assert_eq!(
            text(&joined(reader, 1000).unwrap()),
            numbered(6..=7).concat()
        );
    }
    assert_eq!(
        text(&joined(first, 1000).unwrap()),
        numbered(5..=7).concat()
    );
    // A message that is too large comes alone.
    publish_numbers(&hub, 8..=8);
    assert_eq!(text(&joined(first, 1).unwrap()), numbered(8..=8).concat());
    assert_eq!(hub.stats().delivered, 3 * 7 + 1);
    hub.close();
    assert_eq!(joined(first, 1000), None);
}

#[test]
fn what_is_joined_ends_at_a_gap() {
    let hub = small(2);
    let mut readers = [(); 2].map(|()| hub.subscribe(None));
    publish_numbers(&hub, 1..=2);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(readers[0].poll_joined(&mut cx, 1000).is_ready());
    publish_numbers(&hub, 3..=5);
    let told = gap("3", r#"{"after":"2","resumes_at":"4","lost":1}"#);
    let told_all = gap("3", r#"{"after":null,"resumes_at":"4","lost":3}"#);
    for (reader, told) in readers.iter_mut().zip([told, told_all]) {
        for expected in [told, numbered(4..=5).concat()] {
            match reader.poll_joined(&mut cx, 1000) {
                Poll::Ready(Some(frame)) => assert_eq!(text(&frame), expected),
                other => panic!("{other:?}"),
            }
        }
    }
}
