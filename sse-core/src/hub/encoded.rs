//! A message in its wire form, with room for the id that the hub will give it.

use core::fmt;
use std::{io::Write as _, vec::Vec};

use crate::{Data, Frame, Message, PublishError, event_id::digits};

#[derive(Debug)]
pub(super) struct Encoded<'a> {
    /// The message starts after [`ROOM`].
    bytes: Vec<u8>,
    /// An id of its own.
    pub(super) id: Option<&'a str>,
    pub(super) is_event: bool,
}

impl<'a> Encoded<'a> {
    pub(super) fn new<D: Data>(message: &Message<'a, D>) -> Result<Self, PublishError> {
        let mut bytes = Vec::new();
        let reserve = |bytes: &mut Vec<u8>, len| {
            *bytes = Vec::with_capacity(ROOM + len);
            bytes.resize(ROOM, 0);
        };
        message
            .append(&mut bytes, reserve)
            .map_err(|fmt::Error| PublishError::Data)?;
        Ok(Self {
            bytes,
            id: message.fields.id,
            is_event: message.fields.id.is_some() || message.data.is_some(),
        })
    }

    /// How many bytes it holds.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The frame of the message, with this number as its id if it is an event without one.
    pub(super) fn into_frame(mut self, number: u64) -> Frame {
        let mut start = ROOM;
        if self.is_event && self.id.is_none() {
            let mut memory = [0; 20];
            let digits = digits(number, &mut memory);
            start -= "id: \n".len() + digits.len();
            // The room is made for the largest number.
            let _ = writeln!(&mut self.bytes[start..], "id: {digits}");
        }
        Frame::from_tail(self.bytes, start)
    }
}

/// What the id line of the largest number takes.
const ROOM: usize = "id: 18446744073709551615\n".len();
