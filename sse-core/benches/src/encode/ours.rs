//! `sse_core::Message`.

use sse_core::{Frame, InvalidField, Message};

use super::{Blocks, Out};
use crate::corpus::Block;

/// Into a buffer that is used again.
pub(crate) fn reused(blocks: Blocks, out: &mut impl Out) -> Option<()> {
    let mut buffer = Vec::new();
    for block in blocks {
        buffer.clear();
        message(block).ok()?.encode_to_vec(&mut buffer).ok()?;
        out.message(&buffer);
    }
    Some(())
}

/// Into memory of its own, to be shared.
pub(crate) fn frame(blocks: Blocks, out: &mut impl Out) -> Option<()> {
    for block in blocks {
        out.message(Frame::from(message(block).ok()?).as_ref());
    }
    Some(())
}

fn message(block: &Block) -> Result<Message<'_>, InvalidField> {
    let message = Message::new(&block.data).event(block.event)?;
    match &*block.id {
        "" => Ok(message),
        id => message.id(id),
    }
}
