//! The next event, the shortest way first.

use super::{Parser, quick::Taken};
use crate::{Buffer, Event, Input, RawEvent, TooLarge, event::named_bytes, lent::Lent};

impl<D: Buffer, F: Buffer> Parser<D, F> {
    /// Takes input up to the end of the next event and lends that event.
    #[inline(always)]
    pub(super) fn next_lent<'a, 'i: 'a>(
        &'a mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Option<Event<'a>>, TooLarge> {
        if self.is_untouched() {
            if let Some((event_type, data)) = self.take_plain(input) {
                return Ok(Some(Event {
                    event_type,
                    data,
                    last_event_id: self.last_event_id(),
                }));
            }
            if let Some(event) = self.take_plain_with_id(input) {
                return Ok(Some(event));
            }
        }
        let Some(rest) = input.short() else {
            return match self.take_all::<true>(input)? {
                true => Ok(None),
                false => self.next_untaken(input),
            };
        };
        if self.take_all::<false>(rest)? {
            return Ok(None);
        }
        match self.is_new() {
            true => self.next_in_short(rest),
            false => self.next_untaken(rest),
        }
    }

    /// As [`next_lent`](Self::next_lent), where a block begins, in what is not looked at ahead.
    #[inline(never)]
    fn next_in_short<'a, 'i: 'a>(
        &'a mut self,
        rest: &mut &'i [u8],
    ) -> Result<Option<Event<'a>>, TooLarge> {
        if self.take_blank_line(rest) || self.take_comment(rest) {
            return Ok(None);
        }
        match self.take_plain_or_begin(rest) {
            Some(Some((event_type, data))) => Ok(Some(Event {
                event_type,
                data,
                last_event_id: self.last_event_id(),
            })),
            Some(None) => Ok(None),
            None => match self.take_plain_with_id(rest) {
                Some(event) => Ok(Some(event)),
                None => self.next_untaken(rest),
            },
        }
    }

    #[inline(never)]
    fn next_untaken<'a, 'i: 'a>(
        &'a mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Option<Event<'a>>, TooLarge> {
        let mut taken = self.take_cut_line::<true>(input)?;
        if let Taken::Part = taken {
            taken = match self.whole_event(input) {
                Ok(text) => return Ok(Some(self.lend_whole(text))),
                Err(other) => other?,
            };
        }
        match taken {
            Taken::Part if self.take_comment(input) => Ok(None),
            Taken::Part => self.next_slowly(input),
            Taken::Copied => self.block.dispatch_copied().map(Some),
            Taken::All => Ok(None),
        }
    }

    /// As [`next_lent`](Self::next_lent), but bytes.
    #[inline(always)]
    pub(super) fn next_lent_raw<'a, 'i: 'a>(
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

    #[inline(never)]
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
            Taken::Part if self.take_comment(input) => Ok(None),
            Taken::Part => self.next_slowly_raw(input),
            Taken::Copied => {
                self.block.end_block(None, None, &[])?;
                Ok(Some(self.raw_event(Lent::default(), None, &[])))
            }
            Taken::All => Ok(None),
        }
    }
}
