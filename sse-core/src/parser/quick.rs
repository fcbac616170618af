//! The short ways through most input: lines that are cut, and events that lie whole in it (9.2.6).
//! What takes none of them goes through the loop in `parser.rs`, to the same end.

use super::{
    Parser,
    whole::{self, Whole},
};
use crate::{
    Buffer, Input, TooLarge,
    chunk::Ahead,
    lent::{Lent, LentText, Placed},
    line::{Field, Line},
    scan,
};

/// A whole event, and its ID as text.
type WithId<'i> = (Whole<&'i [u8]>, Option<&'i str>);

/// What has become of a line that the border of the input has cut.
pub(super) enum Cut {
    /// It is over, or there was none.
    Nothing,
    /// It was the last of an event.
    Event,
    /// It is all that there is in the input.
    All,
}

impl<D: Buffer, F: Buffer> Parser<D, F> {
    /// Takes the input if it is empty, or nothing but more of a cut data line or comment.
    #[inline(always)]
    pub(super) fn take_all<'i>(&mut self, input: &mut impl Input<'i>) -> Result<bool, TooLarge> {
        let rest = input.rest();
        if rest.is_empty() {
            return Ok(true);
        }
        if !QUICK || self.line.is_start() {
            return Ok(false);
        }
        let is_data = matches!(self.line, Line::Value(Field::Data));
        if !(is_data || matches!(self.line, Line::Comment)) || !scan::is_plain(rest) {
            return Ok(false);
        }
        input.take_all();
        if is_data {
            self.block.extend(Field::Data, rest)?;
        }
        Ok(true)
    }

    /// Takes what is left of a cut line, and the blank line that makes an event of the block.
    #[inline(always)]
    pub(super) fn take_cut_line<'i>(
        &mut self,
        input: &mut impl Input<'i>,
    ) -> Result<Cut, TooLarge> {
        if !QUICK || self.line.is_start() {
            return Ok(Cut::Nothing);
        }
        let (rest, mut at) = (input.rest(), 0);
        let ended = if matches!(self.line, Line::Value(Field::Data))
            && let Some(end) = scan::line_end(rest)
        {
            at = self.step_over_line_end(rest, end);
            self.block.extend(Field::Data, &rest[..end]).map(|_| ())
        } else {
            self.resume(rest, &mut at).map(|_| ())
        };
        let mut cut = Cut::Nothing;
        if at == rest.len() {
            cut = Cut::All;
        } else if self.block.has_data(&Lent::default())
            && let Some(behind) = whole::behind_end(&rest[at..])
        {
            at = rest.len() - behind.len();
            self.fruitful = true;
            cut = Cut::Event;
        }
        input.take(at);
        ended.map(|()| cut)
    }

    /// Takes an event that lies whole in the input and has the usual form: `Some(None)` if its
    /// data is cut, and has been taken as far as it is there.
    #[inline(always)]
    pub(super) fn whole_event<'i>(
        &mut self,
        input: &mut impl Input<'i>,
    ) -> Option<Option<LentText<'i>>> {
        if !self.may_be_whole() {
            return None;
        }
        let mut ahead = input.ahead();
        let Some(whole) = Whole::read::<false, _, _>(&mut ahead, &self.block) else {
            input.take_up_to(ahead);
            return None;
        };
        if whole.is_cut {
            input.take_up_to(ahead);
            return self.begin_cut(whole, ahead, input).then_some(None);
        }
        let text = LentText {
            data: Some(whole.data.text()?),
            event_type: Some(match whole.event_type {
                Some(event_type) => event_type.text()?,
                None => "",
            }),
            id: self.commit_whole(whole.id)?,
        };
        input.take_up_to(ahead);
        Some(Some(text))
    }

    /// As [`whole_event`](Self::whole_event), but bytes, and the ID as text.
    #[inline(always)]
    pub(super) fn whole_raw<'i>(
        &mut self,
        input: &mut impl Input<'i>,
    ) -> Option<Option<WithId<'i>>> {
        if !self.may_be_whole() {
            return None;
        }
        let mut ahead = input.rest();
        let Some(whole) = Whole::read::<false, _, _>(&mut ahead, &self.block) else {
            input.take(input.rest().len() - ahead.len());
            return None;
        };
        if whole.is_cut {
            input.take(input.rest().len() - ahead.len());
            return self.begin_cut(whole, ahead, input).then_some(None);
        }
        let id = self.commit_whole(whole.id)?;
        input.take(input.rest().len() - ahead.len());
        Some(Some((whole, id)))
    }

    /// As [`whole_event`](Self::whole_event), for what is found but not lent, with what comes
    /// before it: cut lines.
    #[inline(always)]
    pub(super) fn find_quickly<const COMMENTS: bool>(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<Option<Lent>>, TooLarge> {
        if !QUICK || COMMENTS && matches!(self.line, Line::Comment) {
            return Ok(None);
        }
        let mut rest = &input[*at..];
        let cut = match self.take_all(&mut rest) {
            Ok(true) => Ok(Cut::All),
            Ok(false) => self.take_cut_line(&mut rest),
            Err(TooLarge) => Err(TooLarge),
        };
        *at = input.len() - rest.len();
        match cut? {
            Cut::Nothing => {}
            Cut::Event => return Ok(Some(Some(Lent::default()))),
            Cut::All => return Ok(Some(None)),
        }
        if !self.may_be_whole() {
            return Ok(None);
        }
        let mut ahead = Placed::new(rest, *at);
        let whole = Whole::read::<COMMENTS, _, _>(&mut ahead, &self.block);
        *at = ahead.at();
        let Some(whole) = whole else {
            return Ok(None);
        };
        if whole.is_cut {
            let begun = self.begin_cut(whole, ahead, &mut ahead.bytes());
            *at = if begun { input.len() } else { *at };
            return Ok(begun.then_some(None));
        }
        self.fruitful = true;
        Ok(Some(Some(Lent {
            data: whole.data.span(),
            event_type: whole.event_type.and_then(Placed::span),
            id: whole.id.and_then(Placed::span),
        })))
    }

    /// Text of an event that has been found whole, if it is text.
    #[cfg(feature = "std")]
    #[inline(always)]
    pub(super) fn lend_quickly<'i>(
        &mut self,
        found: &Lent,
        input: &'i [u8],
    ) -> Option<LentText<'i>> {
        if !self.may_be_whole() {
            return None;
        }
        let data = found.data?.of(input);
        let event_type = found.event_type.map(|event_type| event_type.of(input));
        Some(LentText {
            data: Some(data.text()?),
            event_type: Some(event_type.unwrap_or_default().text()?),
            id: self.commit_whole(found.id.map(|id| id.of(input)))?,
        })
    }

    /// Whether a whole event can come now.
    #[inline(always)]
    fn may_be_whole(&mut self) -> bool {
        QUICK && self.line.is_start() && self.block.is_new()
    }

    /// Keeps what is there of an event whose data goes on in the next input: not if the input goes
    /// on behind what is ahead.
    #[inline(always)]
    fn begin_cut<'i, T: Ahead<'i>>(
        &mut self,
        whole: Whole<T>,
        ahead: T,
        input: &mut impl Input<'i>,
    ) -> bool {
        let bytes = |field: Option<T>| field.map(T::bytes);
        let (event_type, id) = (bytes(whole.event_type), bytes(whole.id));
        if ahead.bytes().len() < input.rest().len()
            || self
                .block
                .begin_cut(event_type, id, whole.data.bytes())
                .is_err()
        {
            return false;
        }
        self.line = Line::Value(Field::Data);
        input.take_all();
        true
    }

    /// Makes the ID of a whole event the last event ID.
    #[inline(always)]
    fn commit_whole<'i>(&mut self, id: Option<impl Ahead<'i>>) -> Option<Option<&'i str>> {
        let id = match id {
            Some(id) => Some(id.text()?),
            None => None,
        };
        if let Some(id) = id {
            self.block.commit_text(id).ok()?;
        }
        self.fruitful = true;
        Some(id)
    }
}

/// Whether there are short ways: not where flash is scarce.
const QUICK: bool = cfg!(feature = "std");
