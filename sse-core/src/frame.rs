//! Whole encoded messages, shared by counting references.

use alloc::vec::Vec;
use core::fmt;

use bytes::{Buf as _, Bytes};

use crate::{Data, KEEP_ALIVE, Message};

/// One whole message in its wire form, or several one after another; cheap to clone.
///
/// Only a [`Message`] becomes a frame, so a body made of frames is a well-formed stream: nothing
/// from outside can add a field or an event to it.
///
/// ```
/// use sse_core::{Frame, Message};
///
/// let frame = Frame::from(Message::new("21.5").event("temperature")?);
/// assert_eq!(frame.as_ref(), b"event: temperature\ndata: 21.5\n\n");
/// # Ok::<(), sse_core::InvalidField>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Frame(Bytes);

impl Frame {
    /// An empty comment, for a connection that must not look dead. It allocates nothing.
    #[must_use]
    pub const fn keep_alive() -> Self {
        Self(Bytes::from_static(KEEP_ALIVE.as_bytes()))
    }

    /// What follows the first `start` bytes, which are whole encoded messages.
    pub(crate) fn from_tail(encoded: Vec<u8>, start: usize) -> Self {
        let mut bytes = Bytes::from(encoded);
        bytes.advance(start);
        Self(bytes)
    }
}

impl AsRef<[u8]> for Frame {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Frame> for Bytes {
    fn from(frame: Frame) -> Self {
        frame.0
    }
}

impl From<Message<'_>> for Frame {
    /// A message whose data is text cannot fail to be written.
    fn from(message: Message<'_>) -> Self {
        message
            .to_frame()
            .expect("a `str` is written without error")
    }
}

impl<D: Data> Message<'_, D> {
    /// The message as a [`Frame`], in one allocation of its exact size.
    ///
    /// Data that is displayed or serialized is written twice if the message is longer than 1 KiB,
    /// the first time to know its length.
    ///
    /// # Errors
    /// [`fmt::Error`] if the data's own `Display` or `Serialize` fails.
    pub fn to_frame(&self) -> Result<Frame, fmt::Error> {
        let mut out = Vec::new();
        self.append(&mut out, |out, len| *out = Vec::with_capacity(len))?;
        Ok(Frame(out.into()))
    }
}
