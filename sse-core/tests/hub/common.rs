//! What the tests of the hub share.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use sse_core::{Frame, Hub, HubConfig, Message, PublishError, Subscription};

pub(crate) fn small(max_frames: usize) -> Hub {
    Hub::new(HubConfig::new().max_frames(max_frames))
}

pub(crate) fn publish_numbers(hub: &Hub, numbers: core::ops::RangeInclusive<u64>) {
    for number in numbers {
        assert_eq!(hub.publish(&Message::display(number)), Ok(number));
    }
}

pub(crate) fn publish_with_id(hub: &Hub, id: &str) -> Result<u64, PublishError> {
    hub.publish(&Message::new(id).id(id).unwrap())
}

pub(crate) fn text(frame: &Frame) -> String {
    String::from_utf8(frame.as_ref().to_vec()).unwrap()
}

/// What is there now, and whether the subscription is over.
pub(crate) fn read(subscription: &mut Subscription) -> (Vec<String>, bool) {
    let mut cx = Context::from_waker(Waker::noop());
    let mut frames = Vec::new();
    loop {
        match subscription.poll_next(&mut cx) {
            Poll::Ready(Some(frame)) => frames.push(text(&frame)),
            Poll::Ready(None) => return (frames, true),
            Poll::Pending => return (frames, false),
        }
    }
}

pub(crate) fn numbered(numbers: core::ops::RangeInclusive<u64>) -> Vec<String> {
    numbers.map(|n| format!("id: {n}\ndata: {n}\n\n")).collect()
}

pub(crate) fn gap(id: &str, data: &str) -> String {
    format!("event: gap\nid: {id}\ndata: {data}\n\n")
}

/// Counts how often it was woken.
pub(crate) struct CountingWaker(AtomicUsize);

impl CountingWaker {
    pub(crate) fn new() -> (Arc<Self>, Waker) {
        let counter = Arc::new(Self(AtomicUsize::new(0)));
        (Arc::clone(&counter), Waker::from(counter))
    }

    pub(crate) fn woken(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for CountingWaker {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}
