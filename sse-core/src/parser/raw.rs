//! Events as bytes.

use super::Parser;
use crate::{Buffer, Input, RawEvent, TooLarge, event::named_bytes, lent::Lent, place::Found};

impl<D: Buffer, F: Buffer> Parser<D, F> {
    /// As [`next_event`](Self::next_event), without a check that type and data are UTF-8: for who
    /// reads JSON from bytes, or passes them on.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    #[cfg_attr(feature = "std", inline(always))]
    #[cfg_attr(not(feature = "std"), inline)]
    pub fn next_raw<'a, 'i: 'a>(
        &'a mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Option<RawEvent<'a>>, TooLarge> {
        self.next_lent_raw(input)
    }

    /// As [`next_slowly`](Self::next_slowly), but bytes.
    #[inline]
    pub(super) fn next_slowly_raw<'a, 'i: 'a>(
        &'a mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Option<RawEvent<'a>>, TooLarge> {
        let (bytes, mut at) = (input.rest(), 0);
        let found = match self.advance::<false>(bytes, &mut at) {
            Ok(Some(Found::Event(lent))) => {
                let id = lent.id.and_then(|id| input.text(id.range()));
                let ended = self.block.end_block(lent.id, id, bytes);
                ended.map(|()| Some((lent, id)))
            }
            Ok(Some(Found::Comment(_)) | None) => Ok(None),
            Err(TooLarge) => Err(TooLarge),
        };
        input.take(at);
        Ok(found?.map(|(lent, id)| self.raw_event(lent, id, bytes)))
    }

    #[inline]
    pub(super) fn raw_event<'a>(
        &'a self,
        lent: Lent,
        id: Option<&'a str>,
        input: &'a [u8],
    ) -> RawEvent<'a> {
        RawEvent {
            event_type: named_bytes(
                lent.event_type
                    .map_or_else(|| self.block.event_type().as_slice(), |e| e.of(input)),
            ),
            data: lent
                .data
                .map_or_else(|| self.block.data().as_slice(), |d| d.of(input)),
            last_event_id: id.unwrap_or_else(|| self.last_event_id()),
        }
    }
}
