//! What must hold on any executor over futures-io.

pub(crate) mod following;
pub(crate) mod serving;
