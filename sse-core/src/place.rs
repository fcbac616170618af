//! Where what the parser has found is, for loops that must not hold a borrow.

use crate::{Comment, lent::Lent};

/// Where in the input and the parser's buffers an event is that [`Parser::find_event`](crate::Parser::find_event) found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place(pub(crate) Lent);

/// Where an event or a comment is that [`Parser::find_item`](crate::Parser::find_item) found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemPlace {
    /// An event, lent by [`Parser::event_at`](crate::Parser::event_at).
    Event(Place),
    /// A comment or a part of one, lent by [`CommentPlace::of`].
    Comment(CommentPlace),
}

/// Where in the input a comment is, or a part of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommentPlace {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) ended: bool,
}

impl CommentPlace {
    /// Lends it from the same input.
    #[must_use]
    pub fn of(self, input: &[u8]) -> Comment<'_> {
        Comment {
            text: input.get(self.start..self.end).unwrap_or_default(),
            ended: self.ended,
        }
    }
}

/// What the parser has come upon.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    /// An event; what is not lent is in the block.
    Event(Lent),
    Comment(CommentPlace),
}
