//! The ID that a block sets, and the last event ID, which outlives the block (9.2.6).

use crate::{Buffer, Full, ID_LIMIT, TooLarge, block::push, chunk::Ahead, scan};

/// The IDs that had to be copied.
#[derive(Debug)]
pub(crate) struct Ids<F> {
    /// What the block sets. An earlier value stands before the one that is being read, as it stays
    /// in force should the new one turn out to hold NUL.
    id: F,
    /// Where the value that is being read begins.
    new: usize,
    last: F,
}

impl<F: Buffer> Ids<F> {
    pub(crate) fn new(mut id: F, mut last: F) -> Self {
        id.clear();
        last.clear();
        Self { id, new: 0, last }
    }

    /// The most bytes that an ID may have, if the block's limit is this; both buffers must hold it,
    /// as they change places.
    pub(crate) fn limit(&self, limit: usize) -> usize {
        self.limit_behind(0, limit)
    }

    /// The most bytes that an ID may have together with as many of an earlier one.
    #[cfg_attr(not(feature = "std"), inline(never))]
    fn limit_behind(&self, earlier: usize, limit: usize) -> usize {
        let room = self.id.limit().min(self.last.limit());
        (earlier + limit.min(ID_LIMIT)).min(room)
    }

    /// Drops what the block has set.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.id.clear();
    }

    /// Takes a whole value.
    pub(crate) fn set<'i>(&mut self, id: impl Ahead<'i>) -> Result<(), Full> {
        self.id.clear();
        id.push_to(&mut self.id)
    }

    /// Takes the start of a value that is cut by the border of the input.
    pub(crate) fn begin(&mut self) {
        self.new = self.id.as_slice().len();
    }

    /// Takes more of the value begun; `false` if the field is to be ignored after all.
    pub(crate) fn extend<'i>(
        &mut self,
        piece: impl Ahead<'i>,
        limit: usize,
    ) -> Result<bool, TooLarge> {
        // The verdict must not depend on where the input is cut: what comes first, NUL or the
        // limit, decides.
        let nul = scan::nul(piece.bytes());
        let before_nul = nul.and_then(|nul| Some(piece.split_at(nul)?.0));
        let end = self.limit_behind(self.new, limit);
        push(&mut self.id, before_nul.unwrap_or(piece), end)?;
        if nul.is_some() {
            self.id.truncate(self.new);
        }
        Ok(nul.is_none())
    }

    /// Takes the end of the value begun.
    pub(crate) fn end(&mut self) {
        if self.new > 0 {
            self.drop_earlier();
        }
    }

    fn drop_earlier(&mut self) {
        let id = self.id.as_mut_slice();
        id.copy_within(self.new.., 0);
        let len = id.len() - self.new;
        self.id.truncate(len);
    }

    /// Makes what the block has set the last event ID: at the blank line, never before.
    pub(crate) fn commit(&mut self, limit: usize) -> Result<(), TooLarge> {
        let limit = self.limit(limit);
        self.id.repair(limit).map_err(|_| TooLarge)?;
        core::mem::swap(&mut self.id, &mut self.last);
        Ok(())
    }

    /// Makes this the last event ID.
    #[inline]
    pub(crate) fn commit_text(&mut self, id: &str) -> Result<(), TooLarge> {
        self.last.clear();
        self.last.push_text(id).map_err(|_| TooLarge)
    }

    pub(crate) fn set_last(&mut self, id: &str, limit: usize) -> Result<(), TooLarge> {
        if id.len() > self.limit(limit) {
            self.last.clear();
            return Err(TooLarge);
        }
        self.commit_text(id)
    }

    pub(crate) fn last(&self) -> &str {
        self.last.as_text()
    }
}
