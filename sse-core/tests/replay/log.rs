//! The hub and the history in fixed memory, as the same log.

use std::task::{Context, Poll, Waker};

use sse_core::{History, Hub, HubConfig, Message, Position, PublishError, Subscription};

/// A log of four frames, in 4096 bytes unless it says otherwise, and one reader of it.
pub(crate) trait Log {
    fn publish(&mut self, message: &Message<'_>) -> Result<u64, PublishError>;
    fn resume(&mut self, last_event_id: Option<&str>);
    /// What is there now, and whether that is the end.
    fn read(&mut self) -> (String, bool);
}

pub(crate) struct OfHub(Hub, Subscription);

impl OfHub {
    pub(crate) fn new(config: HubConfig) -> Self {
        let hub = Hub::new(config.max_frames(4));
        let reader = hub.subscribe(None);
        Self(hub, reader)
    }
}

impl Log for OfHub {
    fn publish(&mut self, message: &Message<'_>) -> Result<u64, PublishError> {
        self.0.publish(message)
    }

    fn resume(&mut self, last_event_id: Option<&str>) {
        self.1 = self.0.subscribe(last_event_id);
    }

    fn read(&mut self) -> (String, bool) {
        let mut cx = Context::from_waker(Waker::noop());
        let mut read = String::new();
        loop {
            match self.1.poll_next(&mut cx) {
                Poll::Ready(Some(frame)) => read += str::from_utf8(frame.as_ref()).unwrap(),
                Poll::Ready(None) => return (read, true),
                Poll::Pending => return (read, false),
            }
        }
    }
}

pub(crate) struct OfHistory<const BYTES: usize>(History<4, BYTES>, Position);

impl<const BYTES: usize> OfHistory<BYTES> {
    pub(crate) fn new(history: History<4, BYTES>) -> Self {
        let reader = history.resume(None);
        Self(history, reader)
    }
}

impl<const BYTES: usize> Log for OfHistory<BYTES> {
    fn publish(&mut self, message: &Message<'_>) -> Result<u64, PublishError> {
        self.0.publish(message)
    }

    fn resume(&mut self, last_event_id: Option<&str>) {
        self.1 = self.0.resume(last_event_id.map(str::as_bytes));
    }

    fn read(&mut self) -> (String, bool) {
        let (mut read, mut out) = (String::new(), [0; 300]);
        loop {
            match self.0.read(&mut self.1, &mut out) {
                Ok(0) => return (read, false),
                Ok(n) => read += str::from_utf8(&out[..n]).unwrap(),
                Err(_) => return (read, true),
            }
        }
    }
}
