//! poem.

use poem::web::sse::Event;

use super::{Blocks, Out};

pub(crate) fn encode(blocks: Blocks, out: &mut impl Out) -> Option<()> {
    for block in blocks {
        let mut event = Event::message(&*block.data);
        if !block.event.is_empty() {
            event = event.event_type(block.event);
        }
        if !block.id.is_empty() {
            event = event.id(&*block.id);
        }
        out.message(event.to_string().as_bytes());
    }
    Some(())
}
