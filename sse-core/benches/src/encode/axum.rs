//! axum, whose bytes come out of a response's body.

use std::{convert::Infallible, pin::pin};

use axum::response::{IntoResponse as _, Sse, sse::Event};
use http_body::Body as _;

use super::{Blocks, Out};
use crate::{
    corpus::Block,
    stream::{Source, now},
};

pub(crate) fn encode(blocks: Blocks, out: &mut impl Out) -> Option<()> {
    let response = Sse::new(Source::new(blocks, event)).into_response();
    let mut body = pin!(response.into_body());
    while let Some(frame) = now(|cx| body.as_mut().poll_frame(cx)) {
        out.message(&frame.ok()?.into_data().ok()?);
    }
    Some(())
}

fn event(block: &Block) -> Result<Event, Infallible> {
    let mut event = Event::default().data(&block.data);
    if !block.event.is_empty() {
        event = event.event(block.event);
    }
    if !block.id.is_empty() {
        event = event.id(&block.id);
    }
    Ok(event)
}
