//! The short ways through most input: lines that are cut, and events that lie whole in it (9.2.6).
//! What takes none of them goes through the loop in `lines.rs`, to the same end.

use super::{
    Parser,
    whole::{self, End, Whole},
};
use crate::{
    Buffer, Event, Input, TooLarge,
    chunk::Ahead,
    event::named,
    lent::{Lent, Short, Span},
    line::{Field, Line},
    place::Found,
    placed::Placed,
    scan,
};

/// A whole event, and its ID as text.
type WithId<'i> = (Whole<&'i [u8]>, Option<&'i str>);

/// The text of a whole event. Its ID, if it has one, has become the last event ID.
pub(super) struct WholeText<'i> {
    event_type: &'i str,
    data: &'i str,
    id: Option<&'i str>,
}

/// What has been taken, if not an event that is lent out of the input.
pub(super) enum Taken {
    /// Perhaps something, but neither an event nor all of the input.
    Part,
    /// An event that is in the parser's buffers.
    Copied,
    /// All of the input.
    All,
}

impl Taken {
    /// That what is left of this input is all that has not been taken.
    #[inline(always)]
    fn up_to<'i>(input: &impl Input<'i>) -> Self {
        match input.rest() {
            [] => Self::All,
            _ => Self::Part,
        }
    }
}

/// What has become of the attempt to take something else.
pub(super) type Other = Result<Taken, TooLarge>;

impl<D: Buffer, F: Buffer> Parser<D, F> {
    /// Lends a whole event.
    #[inline(always)]
    pub(super) fn lend_whole<'a>(&'a self, text: WholeText<'a>) -> Event<'a> {
        Event {
            event_type: named(text.event_type),
            data: text.data,
            last_event_id: text.id.unwrap_or_else(|| self.last_event_id()),
        }
    }

    /// Takes the input if it is empty, or nothing but more of a cut line.
    #[inline(always)]
    pub(super) fn take_all<'i, const TEXT: bool>(
        &mut self,
        input: &mut impl Input<'i>,
    ) -> Result<bool, TooLarge> {
        let rest = input.rest();
        if rest.is_empty() {
            return Ok(true);
        }
        if self.line.is_start() {
            return Ok(false);
        }
        if matches!(self.line, Line::Mark(_) | Line::AfterCr) || !scan::is_plain(rest) {
            return Ok(false);
        }
        let taken = if matches!(self.line, Line::Value(Field::Data)) {
            self.extend_data::<TEXT>(input, rest)
        } else if matches!(self.line, Line::Comment) {
            Ok(())
        } else {
            self.take_part(rest, false)
        };
        input.take_all();
        taken.map(|()| true)
    }

    /// Takes the blank line that comes before a block, if there is one, and tells whether it was
    /// all of the input.
    #[inline(always)]
    pub(super) fn take_blank_line(&mut self, input: &mut &[u8]) -> bool {
        if let Some(behind) = whole::behind_end(*input) {
            *input = behind;
            self.block.finish();
        }
        input.is_empty()
    }

    /// Takes the input if it is nothing but the start of a comment.
    #[inline(always)]
    pub(super) fn take_comment<'i>(&mut self, input: &mut impl Input<'i>) -> bool {
        let rest = input.rest();
        if !self.line.is_start() || !rest.starts_with(b":") || scan::line_end(rest).is_some() {
            return false;
        }
        self.line = Line::Comment;
        input.take_all();
        true
    }

    /// Copies more of a cut data line, which is at the start of the input.
    #[inline(always)]
    fn extend_data<'i, const TEXT: bool>(
        &mut self,
        input: &mut impl Input<'i>,
        piece: &'i [u8],
    ) -> Result<(), TooLarge> {
        let extended = match TEXT.then(|| input.ahead().split_at(piece.len())).flatten() {
            Some((text, _)) => self.block.extend(Field::Data, text),
            None => self.block.extend(Field::Data, piece),
        };
        extended.map(|_| ())
    }

    /// Takes what is left of a cut line, and the blank line that makes an event of the block.
    #[inline(always)]
    pub(super) fn take_cut_line<'i, const TEXT: bool>(
        &mut self,
        input: &mut impl Input<'i>,
    ) -> Other {
        if self.line.is_start() {
            return Ok(Taken::Part);
        }
        let (rest, mut at) = (input.rest(), 0);
        let is_data = matches!(self.line, Line::Value(Field::Data));
        let ended = if (is_data || matches!(self.line, Line::Comment))
            && let Some(end) = scan::line_end(rest)
        {
            at = self.step_over_line_end(rest, end);
            match is_data {
                true => self.extend_data::<TEXT>(input, &rest[..end]),
                false => Ok(()),
            }
        } else {
            self.resume(rest, &mut at)
        };
        let taken = match ended {
            Err(TooLarge) => Err(TooLarge),
            Ok(()) if at == rest.len() => Ok(Taken::All),
            Ok(()) if self.block.has_data(&Lent::default()) => {
                let (taken, behind) = match whole::behind_end(&rest[at..]) {
                    Some(behind) => {
                        self.fruitful = true;
                        (Ok(Taken::Copied), behind)
                    }
                    None => self.take_data_lines(&rest[at..], true),
                };
                at = rest.len() - behind.len();
                taken
            }
            Ok(()) => Ok(Taken::Part),
        };
        input.take(at);
        taken
    }

    /// Takes an event of the usual form that lies whole in the input, or begins there.
    #[inline(always)]
    pub(super) fn whole_event<'i>(
        &mut self,
        input: &mut impl Input<'i>,
    ) -> Result<WholeText<'i>, Other> {
        if !self.is_new() {
            return Err(Ok(Taken::Part));
        }
        let mut ahead = input.ahead();
        let len = ahead.bytes().len();
        let Some(whole) = Whole::read::<false, _, _>(&mut ahead, &self.block) else {
            self.took_empty(len - ahead.bytes().len());
            input.take_up_to(ahead);
            return Err(Ok(Taken::up_to(input)));
        };
        if !matches!(whole.end, End::Blank) {
            input.take_up_to(ahead);
            let is_all = ahead.bytes().len() == input.rest().len();
            let (taken, behind) = self.take_begun(whole, ahead, is_all);
            input.take_up_to(behind);
            return Err(taken);
        }
        let text = self.whole_text(whole).ok_or(Ok(Taken::Part))?;
        self.took_whole();
        input.take_up_to(ahead);
        Ok(text)
    }

    /// As [`whole_event`](Self::whole_event), but bytes, and the ID as text.
    #[inline(always)]
    pub(super) fn whole_raw<'i>(
        &mut self,
        input: &mut impl Input<'i>,
    ) -> Result<WithId<'i>, Other> {
        if !self.is_new() {
            return Err(Ok(Taken::Part));
        }
        let mut ahead = input.rest();
        let Some(whole) = Whole::read::<false, _, _>(&mut ahead, &self.block) else {
            let len = input.rest().len() - ahead.len();
            self.took_empty(len);
            input.take(len);
            return Err(Ok(Taken::up_to(input)));
        };
        if !matches!(whole.end, End::Blank) {
            let (taken, behind) = self.take_begun(whole, ahead, true);
            input.take(input.rest().len() - behind.len());
            return Err(taken);
        }
        let id = match whole.id {
            Some(id) => Some(self.commit_whole(id).ok_or(Ok(Taken::Part))?),
            None => None,
        };
        self.took_whole();
        input.take(input.rest().len() - ahead.len());
        Ok((whole, id))
    }

    /// Reads `input` from `at` up to the next thing to hand out, the short way if there is one.
    #[inline(always)]
    pub(super) fn find<const COMMENTS: bool>(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Option<Found>, TooLarge> {
        let taken = match self.find_quickly::<COMMENTS>(input, at) {
            Ok(lent) => return Ok(Some(Found::Event(lent))),
            Err(other) => other?,
        };
        match taken {
            Taken::Part => self.advance::<COMMENTS>(input, at),
            Taken::Copied => Ok(Some(Found::Event(Lent::default()))),
            Taken::All => Ok(None),
        }
    }

    /// As [`whole_event`](Self::whole_event), for what is found but not lent, with what comes
    /// before it: cut lines.
    #[inline(always)]
    fn find_quickly<const COMMENTS: bool>(
        &mut self,
        input: &[u8],
        at: &mut usize,
    ) -> Result<Lent, Other> {
        if COMMENTS && matches!(self.line, Line::Comment) {
            return Err(Ok(Taken::Part));
        }
        let mut rest = &input[*at..];
        let taken = match self.take_all::<false>(&mut rest) {
            Ok(true) => Ok(Taken::All),
            Ok(false) => self.take_cut_line::<false>(&mut rest),
            Err(TooLarge) => Err(TooLarge),
        };
        *at = input.len() - rest.len();
        if !matches!(taken, Ok(Taken::Part)) || !self.is_new() {
            return Err(taken);
        }
        let mut ahead = Placed::new(rest, *at);
        let whole = Whole::read::<COMMENTS, _, _>(&mut ahead, &self.block);
        let Some(whole) = whole else {
            self.took_empty(ahead.at() - *at);
            *at = ahead.at();
            return Err(Ok(Taken::Part));
        };
        *at = ahead.at();
        if !matches!(whole.end, End::Blank) {
            let (taken, behind) = self.take_begun(whole, ahead, true);
            *at = behind.at();
            return Err(taken);
        }
        self.took_whole();
        Ok(Lent {
            data: Span::new(whole.data.range()),
            event_type: whole.event_type.and_then(|it| Short::new(it.range())),
            id: whole.id.and_then(|it| Short::new(it.range())),
        })
    }

    /// Text of an event that has been found whole, if it is text.
    #[inline(always)]
    pub(super) fn lend_quickly<'i>(
        &mut self,
        found: &Lent,
        input: &'i [u8],
    ) -> Option<WholeText<'i>> {
        if !self.is_new() {
            return None;
        }
        self.whole_text(Whole {
            event_type: found.event_type.map(|event_type| event_type.of(input)),
            data: found.data?.of(input),
            id: found.id.map(|id| id.of(input)),
            end: End::Blank,
        })
    }

    /// Whether a block begins here.
    #[inline(always)]
    pub(super) fn is_new(&mut self) -> bool {
        self.line.is_start() && self.block.is_new()
    }

    /// Text of a whole event, if it is text. Its ID becomes the last event ID.
    #[inline(always)]
    fn whole_text<'i, T: Ahead<'i>>(&mut self, whole: Whole<T>) -> Option<WholeText<'i>> {
        Some(WholeText {
            event_type: match whole.event_type {
                Some(event_type) => event_type.text()?,
                None => "",
            },
            data: whole.data.text()?,
            id: match whole.id {
                Some(id) => Some(self.commit_whole(id)?),
                None => None,
            },
        })
    }

    /// Notes that so many bytes of blocks without any field have been taken.
    #[inline(always)]
    fn took_empty(&mut self, len: usize) {
        if len > 0 {
            self.block.finish();
        }
    }

    /// Notes that a whole event has been taken.
    #[inline(always)]
    pub(super) fn took_whole(&mut self) {
        self.fruitful = true;
        self.block.finish();
    }

    /// Copies an event whose data goes on: with more lines, or in the next input, if what is ahead
    /// is all of this one. Returns what is behind.
    #[inline(never)]
    fn take_begun<'i, T: Ahead<'i>>(
        &mut self,
        whole: Whole<T>,
        ahead: T,
        is_all: bool,
    ) -> (Other, T) {
        let is_cut = matches!(whole.end, End::Cut);
        if is_cut && !is_all {
            return (Ok(Taken::Part), ahead);
        }
        match self.block.copy(whole.event_type, whole.data, whole.id) {
            Err(TooLarge) => (Err(TooLarge), ahead),
            Ok(()) if is_cut => self.take_cut(ahead),
            Ok(()) => self.take_data_lines(ahead, is_all),
        }
    }

    /// Appends the data lines that come next to an event of which all else is copied, up to its
    /// end if it is there. Returns what is behind.
    #[inline(never)]
    fn take_data_lines<'i, T: Ahead<'i>>(&mut self, mut ahead: T, is_all: bool) -> (Other, T) {
        while let Some(line) = ahead.strip_prefix("data: ") {
            let Some((value, behind)) = whole::line_of(line) else {
                if !is_all {
                    break;
                }
                let appended = self.block.append(line);
                let (taken, end) = self.take_cut(line);
                return (appended.and(taken), end);
            };
            let Some(behind) = whole::behind_end(behind) else {
                break;
            };
            ahead = behind;
            if let Err(TooLarge) = self.block.append(value) {
                return (Err(TooLarge), ahead);
            }
        }
        match whole::behind_end(ahead) {
            Some(behind) => {
                self.fruitful = true;
                (Ok(Taken::Copied), behind)
            }
            None => (Ok(Taken::Part), ahead),
        }
    }

    /// Takes the data line that the end of the input cuts, of which all is copied.
    fn take_cut<'i, T: Ahead<'i>>(&mut self, ahead: T) -> (Other, T) {
        self.line = Line::Value(Field::Data);
        let end = ahead.split_at(ahead.bytes().len());
        (Ok(Taken::All), end.map_or(ahead, |(_, end)| end))
    }

    /// Makes the ID of a whole event the last event ID.
    #[inline(always)]
    pub(super) fn commit_whole<'i>(&mut self, id: impl Ahead<'i>) -> Option<&'i str> {
        let id = id.text()?;
        self.block.commit_text(id).ok()?;
        Some(id)
    }
}
