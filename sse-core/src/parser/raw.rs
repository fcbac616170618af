//! Events as bytes.

use super::{Parser, quick::Taken};
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
        if self.is_untouched() {
            if let Some((event_type, data)) = self.take_plain_raw(input) {
                return Ok(Some(RawEvent {
                    event_type,
                    data,
                    last_event_id: self.last_event_id(),
                }));
            }
            if let Some(event) = self.take_plain_raw_with_id(input) {
                return Ok(Some(event));
            }
        }
        match self.take_all::<false>(input)? || self.take_first_line(input) {
            true => Ok(None),
            false => self.next_untaken_raw(input),
        }
    }

    #[cfg_attr(feature = "std", inline(never))]
    #[cfg_attr(not(feature = "std"), inline(always))]
    fn next_untaken_raw<'a, 'i: 'a>(
        &'a mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Option<RawEvent<'a>>, TooLarge> {
        let mut taken = self.take_cut_line::<false>(input)?;
        if let Taken::Part = taken {
            taken = match self.whole_raw(input) {
                Ok((whole, id)) => {
                    return Ok(Some(RawEvent {
                        event_type: named_bytes(whole.event_type.unwrap_or_default()),
                        data: whole.data,
                        last_event_id: id.unwrap_or_else(|| self.last_event_id()),
                    }));
                }
                Err(other) => other?,
            };
        }
        match taken {
            Taken::Part if self.take_comment(input) => return Ok(None),
            Taken::Part => {}
            Taken::Copied => {
                self.block.end_block(None, None, &[])?;
                return Ok(Some(self.raw_event(Lent::default(), None, &[])));
            }
            Taken::All => return Ok(None),
        }
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
    fn raw_event<'a>(&'a self, lent: Lent, id: Option<&'a str>, input: &'a [u8]) -> RawEvent<'a> {
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
