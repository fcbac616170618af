//! Events that are found first and lent later, for loops that must not hold a borrow.

use super::{Parser, text_of};
use crate::{
    Buffer, Event, ItemPlace, Place, TooLarge, event::named, lent::Lent, place::Found, scan,
};

impl<D: Buffer, F: Buffer> Parser<D, F> {
    /// Finds the next event in `input` from `at` on, without lending it, and moves `at` behind it;
    /// [`event_at`](Self::event_at) lends it. For a loop that must not hold a borrow.
    ///
    /// `None` means that all of `input` was taken and more is needed. The place is good until the
    /// next call that takes `&mut self`.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    pub fn find_event(&mut self, input: &[u8], at: &mut usize) -> Result<Option<Place>, TooLarge> {
        match self.find::<false>(input, at)? {
            Some(Found::Event(lent)) => self.place(lent, input).map(Some),
            Some(Found::Comment(_)) | None => Ok(None),
        }
    }

    /// As [`find_event`](Self::find_event), and finds comments too.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    pub fn find_item(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<ItemPlace>, TooLarge> {
        match self.find::<true>(input, at)? {
            Some(Found::Event(lent)) => Ok(Some(ItemPlace::Event(self.place(lent, input)?))),
            Some(Found::Comment(place)) => Ok(Some(ItemPlace::Comment(place))),
            None => Ok(None),
        }
    }

    /// Lends the event found at `place` in the same `input`.
    #[must_use]
    pub fn event_at<'a>(&'a self, input: &'a [u8], place: Place) -> Event<'a> {
        let text = |bytes: Option<&'a [u8]>| scan::text(bytes?).ok();
        let block = &self.block;
        Event {
            event_type: named(
                text(place.0.event_type.map(|it| it.of(input)))
                    .unwrap_or_else(|| block.event_type().as_text()),
            ),
            data: text(place.0.data.map(|it| it.of(input)))
                .unwrap_or_else(|| block.data().as_text()),
            last_event_id: self.last_event_id(),
        }
    }

    /// As [`find_event`](Self::find_event), without a check of its text: [`lend`](Self::lend) is to
    /// follow. The event goes to where `lend` gets it from, as to hand it through takes longer than
    /// to find it.
    #[cfg(feature = "std")]
    pub(crate) fn find_unread(
        &mut self,
        input: &[u8],
        at: &mut usize,
        found: &mut Lent,
    ) -> Result<bool, TooLarge> {
        if let Some(plain) = self.find_plain(input, at) {
            *found = plain;
            return Ok(true);
        }
        match self.find::<false>(input, at)? {
            Some(Found::Event(lent)) => {
                *found = lent;
                Ok(true)
            }
            Some(Found::Comment(_)) | None => Ok(false),
        }
    }

    /// Lends the event found last, out of the same `input`.
    #[cfg(feature = "std")]
    #[inline]
    pub(crate) fn lend<'a>(
        &'a mut self,
        mut input: &'a [u8],
        found: &Lent,
    ) -> Result<Event<'a>, TooLarge> {
        match self.lend_quickly(found, input) {
            Some(text) => Ok(self.lend_whole(text)),
            None => self.dispatch(found, &mut input),
        }
    }

    fn place(&mut self, lent: Lent, mut input: &[u8]) -> Result<Place, TooLarge> {
        let text = text_of(&lent, &mut input);
        self.block.dispatch(&lent, text, input)?;
        Ok(Place(Lent {
            data: lent.data.filter(|_| text.data.is_some()),
            event_type: lent.event_type.filter(|_| text.event_type.is_some()),
            id: None,
        }))
    }
}
