//! The end of a source, with all that is known about why.

use alloc::boxed::Box;
use core::{error::Error, fmt};
use std::io;

use crate::http::ResponseBuf;

/// A source is closed for good.
#[derive(Debug)]
pub struct Closed {
    reason: crate::Closed,
    response: Option<Box<ResponseBuf>>,
    error: Option<Box<dyn Error + Send + Sync>>,
}

impl Closed {
    /// An end for this reason, with the response that was refused and what the transport said, if
    /// anything.
    #[must_use]
    pub fn new(
        reason: crate::Closed,
        response: Option<ResponseBuf>,
        error: Option<impl Into<Box<dyn Error + Send + Sync>>>,
    ) -> Self {
        Self {
            reason,
            response: response.map(Box::new),
            error: error.map(Into::into),
        }
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> crate::Closed {
        self.reason
    }

    /// Whether nothing went wrong: the user closed it, the server had no more to say, or the
    /// stream of a request that is not repeated came to its end.
    #[must_use]
    pub fn is_end(&self) -> bool {
        use crate::Closed::{ByUser, Ended, NoContent};
        matches!(self.reason, ByUser | NoContent | Ended)
    }

    /// The response that was refused, if one was, with the first bytes of its body.
    #[must_use]
    pub fn response(&self) -> Option<&ResponseBuf> {
        self.response.as_deref()
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.reason, f)
    }
}

impl Error for Closed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let error = self.error.as_deref()?;
        Some(error)
    }
}

impl From<Closed> for io::Error {
    fn from(closed: Closed) -> Self {
        Self::other(closed)
    }
}
