//! `actix-sse`, whose bytes come out of a response's body.

use std::{convert::Infallible, pin::pin};

use actix_sse::{Data, Event, Sse};
use actix_web::body::MessageBody as _;

use super::{Blocks, Out};
use crate::{
    corpus::Block,
    stream::{Source, now},
};

pub(crate) fn encode(blocks: Blocks, out: &mut impl Out) -> Option<()> {
    let mut body = pin!(Sse::from_stream(Source::new(blocks, event)));
    while let Some(bytes) = now(|cx| body.as_mut().poll_next(cx)) {
        out.message(&bytes.ok()?);
    }
    Some(())
}

fn event(block: &Block) -> Result<Event, Infallible> {
    let mut data = Data::new(&*block.data);
    if !block.event.is_empty() {
        data = data.event(block.event);
    }
    if !block.id.is_empty() {
        data = data.id(&*block.id);
    }
    Ok(data.into())
}
