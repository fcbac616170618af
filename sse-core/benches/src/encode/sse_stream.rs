//! `sse-stream`.

use sse_stream::Sse;

use super::{Blocks, Out};

pub(crate) fn encode(blocks: Blocks, out: &mut impl Out) -> Option<()> {
    for block in blocks {
        let mut message = Sse::default().data(&*block.data);
        if !block.event.is_empty() {
            message = message.event(block.event);
        }
        if !block.id.is_empty() {
            message = message.id(&*block.id);
        }
        out.message(&message.encode().ok()?);
    }
    Some(())
}
